// Networks and what comes in, for the check by onnxruntime (main.js) and for the test that pins the files. They are given the library, so that both run the same ones.
export { digestOf } from "./reader.js";

import type * as data from "../../src/entries/data.js";
import type * as library from "../../src/entries/index.js";
import type { Activation, Engine, LayerDescription, Network, NetworkDescription } from "../../src/entries/index.js";
import type * as onnx from "../../src/entries/onnx.js";
import type { OnnxOptions } from "../../src/entries/onnx.js";

/** "stepsize" and two of its subpaths, in one object. */
export type Library = typeof library & typeof data & typeof onnx;

/** A tensor as onnxruntime takes it. */
export interface Feed {
  readonly type: "float32" | "float64" | "string";
  readonly dims: readonly number[];
  readonly data: readonly (number | string)[];
}

export interface OnnxCase {
  readonly name: string;
  readonly file: Uint8Array;
  readonly feeds: Readonly<Record<string, Feed>>;
  /** What this library makes of the same rows, as one flat array. */
  readonly expected: readonly number[];
  /** What counts as 1 of them: the scale of targets. Default 1. */
  readonly unit?: number;
}

/** A case of test/golden/layers.json. */
export interface LayerCase {
  readonly name: string;
  readonly inputs: readonly number[];
  readonly layers: readonly object[];
  readonly rows: number;
  readonly x: readonly number[];
  readonly parameters: Readonly<Record<string, number[]>>;
  readonly buffers: Readonly<Record<string, number[]>>;
}

const ROWS = 3;

/** Every case of the layers, every activation, and what only several layers or a table show. */
export function* onnxCases(
  stepsize: Library,
  engine: Engine,
  layers: readonly LayerCase[],
  activations: readonly Activation[],
): Generator<OnnxCase> {
  for (const { name, inputs, layers: plain, rows, x, parameters, buffers } of layers) {
    const { model } = stepsize.runFromJSON({
      model: { kind: "sequential", inputs, layers: plain },
      loss: "meanSquared",
      optimizer: { kind: "sgd" },
      batchSize: rows,
      epochs: 1,
    });
    const network = new stepsize.Network(engine, model as NetworkDescription, "meanSquared", { rows, seed: 0 });
    for (const { name, value } of network.parameters.all) value.set((parameters[name] ?? buffers[name]) as number[]);
    yield plainCase(stepsize, name, network, inputs, x);
  }
  for (const activation of activations) {
    const network = drawn(stepsize, engine, stepsize.mlp({ inputs: 6, hidden: [8, 7], outputs: 4, activation, slope: 0.3, dropout: 0.2 }));
    yield plainCase(stepsize, `mlp of ${activation}`, network, [6], features(stepsize, ROWS * 6));
  }
  yield* chains(stepsize, engine);
  yield* scaled(stepsize, engine);
  yield* tables(stepsize, engine);
}

/** A network whose every number is drawn, those of batch norms and biases as well. */
function drawn({ Network, Random }: Library, engine: Engine, model: NetworkDescription): Network {
  const network = new Network(engine, model, "meanSquared", { rows: 8, seed: 3 });
  const random = new Random(5);
  for (const { name, value } of network.parameters.all) {
    const isVariance = name.endsWith("runningVariance");
    for (let i = 0; i < value.length; i++) value[i] = isVariance ? 0.5 + random.uniform() : (value[i] as number) + 0.3 * random.normal();
  }
  return network;
}

function features({ Random }: Library, count: number): number[] {
  const random = new Random(9);
  return Array.from({ length: count }, () => Math.fround(random.normal()));
}

function plainCase(
  stepsize: Library,
  name: string,
  network: Network,
  inputs: readonly number[],
  x: readonly number[],
  options?: OnnxOptions,
) {
  const rows = x.length / inputs.reduce((product, size) => product * size, 1);
  const feeds = { features: { type: "float32", dims: [rows, ...inputs], data: x } } as const;
  const outputs = network.predict(x);
  const shares: Record<string, () => ArrayLike<number>> = {
    softmax: () => stepsize.softmax(outputs, network.parameters.all.at(-1)?.shape.at(-1) as number),
    sigmoid: () => outputs.map((z) => 1 / (1 + Math.exp(-z))),
  };
  const expected = [...Array.from(shares[options?.probabilities ?? ""]?.() ?? outputs)];
  return { name, file: stepsize.toOnnx(network, options), feeds, expected };
}

/** Layers whose channels stand first and last by turns. */
function* chains(stepsize: Library, engine: Engine): Generator<OnnxCase> {
  const {
    activation,
    attention,
    averagePool2d,
    batchNorm,
    conv1d,
    conv2d,
    dense,
    dropout,
    embedding,
    flatten,
    gru,
    lastStep,
    layerNorm,
    maxPool2d,
    mlp,
    residual,
    rmsNorm,
  } = stepsize;
  const relu = activation("relu");
  const stacks: Record<string, [readonly number[], readonly LayerDescription[]]> = {
    pictures: [
      [11, 8, 3],
      [
        ...[conv2d({ filters: 6, kernel: 4, stride: 2, padding: "same" }), batchNorm(), relu, maxPool2d({ kernel: 2, stride: 1 })],
        residual([conv2d({ filters: 6, kernel: [3, 1], padding: "same", groups: 3 }), batchNorm(), activation("silu"), dropout()]),
        ...[averagePool2d({ kernel: 3, padding: 1, stride: 2 }), flatten(), dense({ units: 4 })],
      ],
    ],
    "a residual of another order": [
      [5, 6, 4],
      [
        conv2d({ filters: 4, kernel: 2 }),
        residual([layerNorm(), dense({ units: 4 }), activation("mish")]),
        residual([maxPool2d({ kernel: 1 })]),
      ],
    ],
    "residuals within residuals": [
      [4, 6],
      [
        residual([residual([conv1d({ filters: 6, kernel: 3, padding: "same" })]), rmsNorm(), residual([dense({ units: 6, bias: false })])]),
        lastStep(),
      ],
    ],
    "strides that leave places out": [
      [10, 9, 2],
      [
        conv2d({ filters: 3, kernel: 1, stride: 3, padding: "same" }),
        conv2d({ filters: 2, kernel: 2, stride: 2 }),
        flatten(),
        dense({ units: 2 }),
      ],
    ],
    sequences: [
      [9, 4],
      [
        ...[conv1d({ filters: 8, kernel: 4, padding: "same" }), batchNorm(), residual([rmsNorm(), attention({ heads: 2, bias: true })])],
        ...[gru({ units: 5, returns: "all" }), batchNorm(), activation("tanh"), lastStep(), dense({ units: 3 })],
      ],
    ],
    "one row of numbers": [[7], [dense({ units: 5, bias: false }), batchNorm(), activation({ function: "elu", alpha: 0.5 }), dropout()]],
  };
  for (const [name, [inputs, layers]] of Object.entries(stacks)) {
    const network = drawn(stepsize, engine, stepsize.sequential(layers, { inputs }));
    yield plainCase(stepsize, name, network, inputs, features(stepsize, ROWS * inputs.reduce((product, size) => product * size, 1)));
  }
  const words = drawn(
    stepsize,
    engine,
    stepsize.sequential([embedding({ count: 5, width: 4 }), batchNorm(), gru({ units: 3 })], { inputs: 6 }),
  );
  yield plainCase(
    stepsize,
    "words",
    words,
    [6],
    Array.from({ length: ROWS * 6 }, (_, i) => (i * i) % 5),
  );
  const classes = drawn(stepsize, engine, mlp({ inputs: 6, hidden: [8], outputs: 4 }));
  for (const probabilities of ["softmax", "sigmoid"] as const)
    yield plainCase(stepsize, `probabilities by ${probabilities}`, classes, [6], features(stepsize, ROWS * 6), { probabilities });
}

/** Features and targets that were scaled, one of them far from 0. */
function* scaled(stepsize: Library, engine: Engine): Generator<OnnxCase> {
  const scaler = { mean: [1.7e9, -3, 0.25, 1e-3], scale: [1e5, 2, 1, 1e-4] };
  const targetScaler = { mean: [1e7, 0.5], scale: [12, 3] };
  const rows = [1.70003e9, -2.5, 0.125, 1.3e-3, 1.69987654e9, -7, 1, 9e-4, 1.7e9, 0, 0, 1e-3];
  for (const inputs of [[4], [2, 2]]) {
    const layers = [stepsize.flatten(), stepsize.dense({ units: 6 }), stepsize.activation("softplus"), stepsize.dense({ units: 2 })];
    const network = drawn(stepsize, engine, stepsize.sequential(layers, { inputs }));
    const outputs = stepsize.unscale(network.predict(stepsize.scaleRows(rows, scaler)), targetScaler);
    const feeds = { features: { type: "float64", dims: [ROWS, ...inputs], data: rows } } as const;
    const file = stepsize.toOnnx(network, { scaler, targetScaler });
    yield {
      name: `scaled features and targets, ${inputs.length} axes`,
      file,
      feeds,
      expected: [...outputs],
      unit: Math.min(...targetScaler.scale),
    };
  }
}

const SHOP = `town,day,area,rooms,heating,code,price
Bern,2024-01-15,70.5,3,gas,7,1203000.5
Basel,2024-02-03,,4,none,8,1100250
Bern,2023-12-24,120,5,,7,1890000
Chur,2024-03-09,55.25,2,oil,9,640125
Basel,2024-02-29,88,3,gas,8,1033300
Chur,2024-05-01,91,4,oil,9,705000
Bern,2024-04-17,64,2,none,7,988000
Basel,2024-06-30,101,5,gas,8,1333000
`;

/** What becomes of the columns of a table: numbers, dates and texts by turns, with gaps. */
function* tables(stepsize: Library, engine: Engine): Generator<OnnxCase> {
  const { mlp, parseCSV, fitEncoder, encodeFeatures } = stepsize;
  const numbers = (rows: readonly (readonly number[])[]): Feed => ({
    type: "float64",
    dims: [rows.length, rows[0]?.length ?? 0],
    data: rows.flat(),
  });
  const texts = (rows: readonly (readonly string[])[]): Feed => ({
    type: "string",
    dims: [rows.length, rows[0]?.length ?? 0],
    data: rows.flat(),
  });
  const days = (date: string) => Date.parse(date) / 86_400_000;
  const shop = parseCSV(SHOP);
  const more = "town,day,area,rooms,heating,code,price\nChur,2025-01-01,,3,,9,0\nGenf,2022-08-01,33.3,1,oil,7,0\n";
  const price = fitEncoder(shop, { target: "price", categorical: ["code"], include: ["day"], missing: "mean" });
  const { features: encoded, columns: width } = encodeFeatures(price, parseCSV(SHOP + more.split("\n").slice(1).join("\n")), {
    unknown: "ignore",
  });
  const network = drawn(stepsize, engine, mlp({ inputs: width, hidden: [6], outputs: 1, activation: "tanh" }));
  const { scaler } = price.target as data.QuantityTarget;
  const nan = Number.NaN;
  yield {
    name: "a table of numbers, dates and texts",
    file: stepsize.toOnnx(network, { encoder: price }),
    feeds: {
      numbers: numbers([
        [days("2024-01-15"), 70.5, 3],
        [days("2024-02-03"), nan, 4],
        [days("2023-12-24"), 120, 5],
        [days("2024-03-09"), 55.25, 2],
        [days("2024-02-29"), 88, 3],
        [days("2024-05-01"), 91, 4],
        [days("2024-04-17"), 64, 2],
        [days("2024-06-30"), 101, 5],
        [days("2025-01-01"), nan, 3],
        [days("2022-08-01"), 33.3, 1],
      ]),
      texts: texts([
        ["Bern", "gas", "7"],
        ["Basel", "none", "8"],
        ["Bern", "", "7"],
        ["Chur", "oil", "9"],
        ["Basel", "gas", "8"],
        ["Chur", "oil", "9"],
        ["Bern", "none", "7"],
        ["Basel", "gas", "8"],
        ["Chur", "", "9"],
        ["Genf", "oil", "7"],
      ]),
    },
    expected: [...stepsize.unscale(network.predict(encoded), scaler)],
    unit: scaler.scale[0] as number,
  };
  const town = fitEncoder(shop, { target: "town", features: ["heating"], missing: "mode" });
  const towns = drawn(stepsize, engine, mlp({ inputs: 3, hidden: [4], outputs: 3 }));
  const heated = encodeFeatures(town, parseCSV("heating,x\ngas,1\nnone,1\n,1\noil,1\n"));
  yield {
    name: "a table of one text",
    file: stepsize.toOnnx(towns, { encoder: town, probabilities: "softmax" }),
    feeds: { texts: texts([["gas"], ["none"], [""], ["oil"]]) },
    expected: [...stepsize.softmax(towns.predict(heated.features), 3)],
  };
  const grid = fitEncoder(shop, { target: "town", features: ["rooms", "area"], missing: "median" });
  const pictures = drawn(stepsize, engine, stepsize.sequential([stepsize.gru({ units: 3 })], { inputs: [2, 1] }));
  const cells = encodeFeatures(grid, parseCSV("rooms,area\n3,70\n4,\n"));
  yield {
    name: "numbers of a table as a sequence",
    file: stepsize.toOnnx(pictures, { encoder: grid }),
    feeds: {
      numbers: numbers(
        grid.columns.map(({ name }) => name).join() === "area,rooms"
          ? [
              [70, 3],
              [nan, 4],
            ]
          : [
              [3, 70],
              [4, nan],
            ],
      ),
    },
    expected: [...pictures.predict(cells.features)],
  };
}
