import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as data from "../../src/entries/data.js";
import * as stepsize from "../../src/entries/index.js";
import { type OnnxOptions, toOnnx } from "../../src/entries/onnx.js";
import { layerRules } from "../../src/generated/layerRules.js";
import { ACTIVATIONS } from "../../src/models/activations.js";
import { DisposedError, ModeError, OptionError } from "../../src/options/errors.js";
import { digestOf, type LayerCase, type OnnxCase, onnxCases } from "../onnx/cases.js";
import { type ReadModel, type ReadPort, readModel } from "../onnx/reader.js";
import { thrown } from "../support/errors.js";

const json = (name: string) => JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8"));
const { cases: layers } = json("layers") as { cases: LayerCase[] };
const { files } = json("onnx") as { files: Readonly<Record<string, string>> };
const engine = await stepsize.load();
const casesOn = (one: stepsize.Engine): OnnxCase[] => [...onnxCases({ ...stepsize, ...data, toOnnx }, one, layers, ACTIVATIONS)];
const cases = casesOn(engine);

const TYPES = { float32: 1, float64: 11, string: 8 } as const;
const BYTES: Readonly<Record<number, number>> = { 1: 4, 7: 8, 11: 8 };

test("every case is pinned, and JavaScript writes the same files", async () => {
  expect(cases.map(({ name }) => name)).toEqual(Object.keys(files));
  for (const [i, { name, file }] of casesOn(await stepsize.load({ backend: "js" })).entries())
    expect([name, Buffer.compare(file, (cases[i] as OnnxCase).file)]).toEqual([name, 0]);
});

test("every layer has a case", () => {
  const kinds = new Set(layers.flatMap((one) => one.layers.map((layer) => (layer as { kind: string }).kind)));
  // dropout is left out, in networks of several layers
  expect(layerRules.map(({ kind }) => kind).filter((kind) => !kinds.has(kind))).toEqual(["dropout"]);
});

describe.each(cases)("$name", ({ name, file, feeds, expected }) => {
  const model = readModel(file);

  test("is the file that onnxruntime computed with (npm run test:onnx -- --write)", () => {
    expect(digestOf(file)).toBe(files[name]);
  });

  test("is whole: every value is there before it is taken, once, and sizes are those of the numbers", () => {
    expect(model).toMatchObject({ version: 8, producer: ["stepsize", expect.stringMatching(/^\d+\.\d+\.\d+/)] });
    expect(model.opsets).toEqual({ "": 17, ...(usesTables(model) && { "ai.onnx.ml": 3 }) });
    const known = new Set<string>();
    const define = (value: string) => {
      expect([value, known.has(value)]).toEqual([value, false]);
      known.add(value);
    };
    for (const port of [...model.inputs, ...model.constants]) define(port.name);
    const taken = new Set(model.outputs.map(({ name }) => name));
    for (const { name, inputs, outputs } of model.nodes) {
      for (const input of inputs) {
        expect([name, input, known.has(input)]).toEqual([name, input, true]);
        taken.add(input);
      }
      for (const output of outputs) define(output);
    }
    for (const { name } of [...model.inputs, ...model.constants]) expect([name, taken.has(name)]).toEqual([name, true]);
    for (const { name, type, shape, bytes } of model.constants)
      expect([name, bytes]).toEqual([name, shape.reduce((product, size) => product * size, BYTES[type] as number)]);
    expect(new Set(model.nodes.map(({ name }) => name)).size).toBe(model.nodes.length);
  });

  test("takes and gives batches of any size", () => {
    expect(model.inputs.map(({ name }) => name)).toEqual(Object.keys(feeds));
    for (const { name, type, shape } of model.inputs) {
      const feed = feeds[name] as OnnxCase["feeds"][string];
      expect({ type, shape }).toEqual({ type: TYPES[feed.type], shape: ["batch", ...feed.dims.slice(1)] });
    }
    const [batch, ...sizes] = (model.outputs[0] as ReadPort).shape as [string, ...number[]];
    const rows = Object.values(feeds)[0]?.dims[0] as number;
    expect([model.outputs.length, batch, rows * sizes.reduce((product, size) => product * size, 1)]).toEqual([1, "batch", expected.length]);
  });
});

function usesTables({ nodes }: ReadModel): boolean {
  return nodes.some(({ domain }) => domain === "ai.onnx.ml");
}

const { dense, activation, conv2d, residual, sequential, layer, mlp, Network } = stepsize;
const networkOf = (model: stepsize.NetworkDescription) => new Network(engine, model, "meanSquared", { rows: 2, seed: 1 });
const operators = (network: stepsize.Network, options?: OnnxOptions) =>
  readModel(toOnnx(network, options)).nodes.map(({ operator }) => operator);

test("axes are turned once on the way into a row of convolutions and once on the way out", () => {
  const convolution = () => [conv2d({ filters: 2, kernel: 1 }), stepsize.batchNorm(), activation("relu")];
  const network = networkOf(sequential([...convolution(), residual(convolution()), stepsize.maxPool2d()], { inputs: [4, 4, 2] }));
  expect(operators(network)).toEqual([
    "Transpose",
    "Conv",
    "BatchNormalization",
    "Relu",
    "Conv",
    "BatchNormalization",
    "Relu",
    "Add",
    "MaxPool",
    "Transpose",
  ]);
});

test("the metadata and the inputs say which columns a table has", () => {
  const table = data.parseCSV("b,day,kind,t\n1,2024-01-01,x,yes\n2,2024-02-03,y,no\n3,2024-03-02,x,no\n7,2024-04-01,y,yes\n");
  const encoder = data.fitEncoder(table, { target: "t", include: ["day"] });
  const { inputs, metadata } = readModel(toOnnx(networkOf(mlp({ inputs: 4, outputs: 2 })), { encoder }));
  expect(inputs.map(({ name, about }) => [name, about])).toEqual([
    ["numbers", "columns: b, day (days since 1970-01-01)"],
    ["texts", "columns: kind"],
  ]);
  expect(metadata).toEqual({ target: "t", numbers: '["b","day"]', texts: '["kind"]', classes: '["no","yes"]' });
});

test("two classes may share an output", () => {
  const encoder = data.fitEncoder(data.parseCSV("a,y\n1,no\n2,yes\n3,no\n"), { target: "y" });
  const network = networkOf(mlp({ inputs: 1, outputs: 1 }));
  expect(operators(network, { encoder, probabilities: "sigmoid" })).toEqual(["Sub", "Div", "Cast", "Gemm", "Sigmoid"]);
});

test("a layer of the user's own is refused with its name, within a residual block too", () => {
  const own = layer({ kind: "own", fields: {}, shape: (_, input) => input, bind: () => ({}) as never }, {});
  const error = thrown(() => toOnnx(networkOf(sequential([dense({ units: 3 }), residual([own])], { inputs: 3 }))));
  expect(error).toBeInstanceOf(OptionError);
  expect(error).toMatchObject({
    field: "model.layers.1.layers.0",
    value: "own",
    message: expect.stringMatching(/^model.layers.1.layers.0 has no counterpart in ONNX/),
  });
});

test("what does not fit is refused", () => {
  const network = networkOf(mlp({ inputs: 2, outputs: 1 }));
  const table = data.parseCSV("a,b,c,y\n1,2,3,4\n2,1,5,3\n3,7,3,1\n");
  const encoder = data.fitEncoder(table, { target: "y", features: ["a", "b"] });
  const scaler = { mean: [0, 1], scale: [1, 2] };
  const message = (options: object, given: stepsize.Network = network) => {
    const error = thrown(() => toOnnx(given, options));
    expect(error).toBeInstanceOf(OptionError);
    const { field, value, message } = error as OptionError;
    const name = field.slice("toOnnx.".length);
    if (Object.hasOwn(options, name)) expect(value).toEqual((options as Record<string, unknown>)[name]);
    return message;
  };
  expect(message({}, {} as never)).toMatch(/^toOnnx.network must be a Network/);
  expect(message({ softmax: true })).toMatch(/^toOnnx.softmax is not an option/);
  expect(message({ probabilities: "soft" })).toMatch(/must be one of softmax, sigmoid/);
  expect(message({ encoder, scaler })).toMatch(/^toOnnx.scaler must be left out beside an encoder/);
  expect(message({ encoder, targetScaler: { mean: [0], scale: [1] } })).toMatch(/^toOnnx.targetScaler must be left out/);
  expect(message({ encoder, probabilities: "softmax" })).toMatch(/^toOnnx.probabilities must be left out: the target is a quantity/);
  expect(message({ probabilities: "softmax" })).toMatch(
    /^toOnnx.probabilities must be "sigmoid" here: softmax of a single output is always 1/,
  );
  expect(message({ scaler: { mean: [0], scale: [1] } })).toMatch(/^toOnnx.scaler is for 1 columns, the network takes 2 features/);
  expect(message({ targetScaler: scaler })).toMatch(/^toOnnx.targetScaler is for 2 outputs, the network has 1/);
  expect(message({ encoder: {} })).toMatch(/^encoder.format/);
  expect(message({ encoder }, networkOf(mlp({ inputs: 3, outputs: 1 })))).toMatch(
    /^toOnnx.encoder makes 2 features of a row, the network takes 3/,
  );
  expect(message({ encoder }, networkOf(mlp({ inputs: 2, outputs: 2 })))).toMatch(
    /^toOnnx.encoder has a target for 1 outputs, the network has 2/,
  );
});

test("a network that holds its training values, or was disposed of, is refused", () => {
  const network = networkOf(mlp({ inputs: 2, outputs: 1 }));
  const optimizer = new stepsize.Optimizer(network.parameters, stepsize.ema({ optimizer: stepsize.sgd({ learningRate: 1 }) }));
  optimizer.step();
  expect(thrown(() => toOnnx(network))).toBeInstanceOf(ModeError);
  optimizer.toEvaluation();
  expect(toOnnx(network)).toBeInstanceOf(Uint8Array);
  optimizer.dispose();
  network.dispose();
  expect(thrown(() => toOnnx(network))).toBeInstanceOf(DisposedError);
});
