import { describe, expect, expectTypeOf, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { type Engine, load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { checkGradients } from "../../src/models/check-gradients.js";
import { WEIGHT_INITIALIZATIONS } from "../../src/models/initialization.js";
import { type LayerDescription, type LayerRule, layer } from "../../src/models/layer.js";
import { activation } from "../../src/models/layers/activation.js";
import { attention } from "../../src/models/layers/attention.js";
import { averagePool2d } from "../../src/models/layers/averagePool2d.js";
import { batchNorm } from "../../src/models/layers/batchNorm.js";
import { conv1d } from "../../src/models/layers/conv1d.js";
import { conv2d } from "../../src/models/layers/conv2d.js";
import { type DenseOptions, dense } from "../../src/models/layers/dense.js";
import { dropout } from "../../src/models/layers/dropout.js";
import { embedding } from "../../src/models/layers/embedding.js";
import { flatten } from "../../src/models/layers/flatten.js";
import { gru } from "../../src/models/layers/gru.js";
import { lastStep } from "../../src/models/layers/lastStep.js";
import { layerNorm } from "../../src/models/layers/layerNorm.js";
import { maxPool2d } from "../../src/models/layers/maxPool2d.js";
import { residual } from "../../src/models/layers/residual.js";
import { rmsNorm } from "../../src/models/layers/rmsNorm.js";
import { mlp } from "../../src/models/mlp.js";
import type { Model } from "../../src/models/model.js";
import { Network } from "../../src/models/network.js";
import { type SequentialDescription, sequential, widthsOf } from "../../src/models/sequential.js";
import { adam, adamw } from "../../src/optimizers/kinds/adam.js";
import { sparseAdam } from "../../src/optimizers/kinds/sparseAdam.js";
import { CheckpointError, OptionError, ShapeError } from "../../src/options/errors.js";
import { Batches } from "../../src/training/batches.js";
import { loadModel, runFromJSON } from "../../src/training/from-json.js";
import { Trainer } from "../../src/training/trainer.js";
import { sameBits } from "../support/floats.js";

const networks: Readonly<Record<string, SequentialDescription>> = {
  convolution: sequential(
    [
      conv2d({ filters: 6, kernel: 3, padding: 1 }),
      batchNorm(),
      activation("silu"),
      maxPool2d(),
      residual([conv2d({ filters: 6, kernel: 3, padding: "same", groups: 2 }), activation("gelu")]),
      averagePool2d({ kernel: 3 }),
      flatten(),
      dropout({ rate: 0.2 }),
      dense({ units: 2 }),
    ],
    { inputs: [6, 6, 2] },
  ),
  recurrent: sequential(
    [embedding({ count: 9, width: 5 }), gru({ units: 7, returns: "all" }), rmsNorm(), gru({ units: 4 }), dense({ units: 2 })],
    {
      inputs: 6,
    },
  ),
  attention: sequential(
    [
      embedding({ count: 9, width: 8 }),
      residual([layerNorm(), attention({ heads: 2 })]),
      residual([layerNorm(), dense({ units: 16 }), activation("geluExact"), dense({ units: 8 })]),
      lastStep(),
      dense({ units: 2 }),
    ],
    { inputs: 6 },
  ),
  sequence: sequential([conv1d({ filters: 4, kernel: 3, stride: 2 }), activation("mish"), batchNorm(), flatten(), dense({ units: 2 })], {
    inputs: [9, 3],
  }),
};

/** Rows that suit what comes in: whole numbers for an embedding. */
function dataFor({ inputs, layers }: SequentialDescription, rows = 40) {
  const width = inputs.reduce((product, size) => product * size, 1);
  const things = layers[0]?.kind === "embedding";
  const features = Array.from({ length: rows }, (_, r) =>
    Array.from({ length: width }, (_, j) => (things ? (r * 5 + j * j) % 9 : (((r * 37 + j * 61) % 97) - 48) / 40)),
  );
  return dataset(
    features,
    features.map((row) => (((row[0] ?? 0) + (row.at(-1) ?? 0)) % 2 > 0.5 ? "a" : "b")),
    { classes: ["a", "b"] },
  );
}

const run = (model: SequentialDescription, epochs = 4) => ({
  model,
  loss: "crossEntropy" as const,
  optimizer: model.layers[0]?.kind === "embedding" ? sparseAdam({ learningRate: 0.02 }) : adamw({ learningRate: 0.02 }),
  batchSize: 7,
  epochs,
  seed: 5,
});

describe.each(Object.entries(networks))("a network with %s", (_, model) => {
  test("has gradients that finite differences agree with", async () => {
    const engine = await load();
    const network = new Network(engine, model, "crossEntropy", { rows: 5, seed: 2 });
    using batches = new Batches(engine, dataFor(model), 5, "crossEntropy", [2]);
    const { error, worst } = checkGradients(network, batches.gather(3, 5, 1));
    expect(error, JSON.stringify(worst)).toBeLessThan(2e-2);
    network.dispose();
  });

  test("goes on from any cut to the same bytes, and gives the same bits in both backends and with threads", async () => {
    const data = { training: dataFor(model), validation: dataFor(model, 11) };
    const finals: Uint8Array[] = [];
    for (const engine of [await load({ backend: "wasm" }), await load({ backend: "js" }), await load({ threads: 2 })]) {
      using trainer = new Trainer(engine, run(model), data);
      await trainer.train();
      finals.push(trainer.checkpoint());
      engine.dispose();
    }
    expect(finals.every((bytes) => Buffer.compare(bytes, finals[0] as Uint8Array) === 0)).toBe(true);
    const engine = await load();
    for (const cut of [3, 6, 13]) {
      using first = new Trainer(engine, run(model), data);
      let steps = 0;
      for await (const _ of first.steps()) if (++steps === cut) break;
      using second = new Trainer(engine, runFromJSON(JSON.parse(JSON.stringify(run(model)))), data);
      second.restore(first.checkpoint());
      await second.train();
      expect(Buffer.compare(second.checkpoint(), finals[0] as Uint8Array)).toBe(0);
    }
  });

  test("predicts the same when it is loaded from its checkpoint", async () => {
    const engine = await load();
    const training = dataFor(model);
    using trainer = new Trainer(engine, run(model), { training });
    await trainer.train();
    const { model: loaded } = loadModel(engine, trainer.checkpoint());
    expect(loaded.predict(training.features)).toEqual(trainer.model.predict(training.features));
    loaded.dispose();
  });

  test("gives back all its memory, and takes none after the first step", async () => {
    const engine = await load();
    const before = engine.arena.available;
    const network = new Network(engine, model, "crossEntropy", { rows: 5, seed: 2 });
    const batches = new Batches(engine, dataFor(model), 5, "crossEntropy", [2]);
    network.train(batches.gather(0, 5, 0));
    const within = engine.arena.available;
    network.train(batches.gather(5, 5, 1));
    expect(engine.arena.available).toBe(within);
    batches.dispose();
    network.dispose();
    expect(engine.arena.available).toBe(before);
  });
});

test("batch norm's running statistics are no parameters, and no optimizer moves them", async () => {
  const engine = await load();
  const model = networks["sequence"] as SequentialDescription;
  const network = new Network(engine, model, "crossEntropy", { rows: 5, seed: 2 });
  const names = ["layers.2.runningMean", "layers.2.runningVariance"];
  expect(network.parameters.buffers.map(({ name }) => name)).toEqual(names);
  expect([...network.parameters].some(({ name }) => names.includes(name))).toBe(false);
  using batches = new Batches(engine, dataFor(model), 5, "crossEntropy", [2]);
  const mean = () => network.parameters.get("layers.2.runningMean").value.slice();
  network.evaluate(batches.gather(0, 5, 0));
  expect(mean().every((value) => value === 0)).toBe(true);
  network.train(batches.gather(0, 5, 0));
  const once = mean();
  expect(once.every((value) => value !== 0)).toBe(true);
  // what is not finite is not taken in
  network.parameters.get("layers.0.weight").value.fill(Number.NaN);
  network.train(batches.gather(0, 5, 0));
  expect(mean()).toEqual(once);
});

test("an mlp is the short form of dense layers, activations and dropout, to the bit", async () => {
  const engine = await load();
  const short = mlp({ inputs: 12, hidden: [9, 7], outputs: 2, activation: "relu" });
  const long = sequential([dense({ units: 9 }), activation("relu"), dense({ units: 7 }), activation("relu"), dense({ units: 2 })], {
    inputs: 12,
  });
  const made = [short, long].map((model) => new Network(engine, model, "crossEntropy", { rows: 5, seed: 3 })) as [Network, Network];
  const training = dataset(
    Array.from({ length: 5 }, (_, r) => Array.from({ length: 12 }, (_, j) => ((r * 7 + j) % 5) - 2)),
    ["a", "b", "a", "b", "b"],
  );
  using batches = new Batches(engine, training, 5, "crossEntropy", [2]);
  for (const [i, j] of [
    [0, 0],
    [1, 2],
    [2, 4],
  ])
    made[1].parameters.get(`layers.${j}.weight`).value.set(made[0].parameters.get(`layers.${i}.weight`).value);
  const losses = made.map((network) => network.train(batches.gather(0, 5, 0)));
  expect(losses[0]).toBe(losses[1]);
  expect(sameBits(made[0].parameters.gradients.view, made[1].parameters.gradients.view)).toBe(true);
});

describe("a layer of one's own", () => {
  interface ScaleOptions {
    readonly start: number;
  }
  const scaleRule: LayerRule<ScaleOptions> = {
    kind: "scale",
    fields: { start: { fallback: 1, read: (value) => Number(value) } },
    shape: (_, input) => input,
    parameters: ({ start }, input) => ({ weight: { shape: input, fill: (value) => value.fill(start) } }),
    bind({ input, tensor, floats }) {
      const size = input.reduce((product, length) => product * length, 1);
      const weight = tensor("weight");
      return {
        forward(x, y, { rows }) {
          const [from, to, w] = [floats(x, rows * size), floats(y, rows * size), weight.value];
          for (let i = 0; i < to.length; i++) to[i] = (from[i] as number) * (w[i % size] as number);
        },
        backward(x, _y, dy, dx, { rows }) {
          const [from, slope, w, dw] = [floats(x, rows * size), floats(dy, rows * size), weight.value, weight.gradient.fill(0)];
          for (let i = 0; i < slope.length; i++) dw[i % size] = (dw[i % size] as number) + (slope[i] as number) * (from[i] as number);
          if (dx !== 0) floats(dx, rows * size).set(slope.map((g, i) => g * (w[i % size] as number)));
        },
      };
    },
  };
  const scale = (start = 1): LayerDescription => layer(scaleRule, { start });
  const model = sequential([dense({ units: 4 }), scale(1.5), activation("tanh"), dense({ units: 2 })], { inputs: 3 });
  const training = dataFor({ ...model, layers: model.layers });

  test("is checked and trained like any other", async () => {
    const engine = await load();
    const network = new Network(engine, model, "crossEntropy", { rows: 6, seed: 2 });
    using batches = new Batches(engine, training, 6, "crossEntropy", [2]);
    expect(checkGradients(network, batches.gather(0, 6, 0)).error).toBeLessThan(1e-2);
    using trainer = new Trainer(engine, { model, loss: "crossEntropy", optimizer: adam() }, { training });
    await trainer.train();
    using again = new Trainer(engine, { model, loss: "crossEntropy", optimizer: adam() }, { training });
    again.restore(trainer.checkpoint());
    expect(again.finished).toBe(true);
    expect(() => loadModel(engine, trainer.checkpoint())).toThrow("is no layer known here");
  });

  test("with a wrong gradient is found out", async () => {
    const engine = await load();
    const wrong = layer(
      {
        ...scaleRule,
        bind(site) {
          const right = scaleRule.bind(site);
          return {
            ...right,
            backward(x, y, dy, dx, pass) {
              right.backward(x, y, dy, dx, pass);
              site.tensor("weight").gradient[1] = 0;
            },
          };
        },
      } satisfies LayerRule<ScaleOptions>,
      { start: 1 },
    );
    const broken = sequential([dense({ units: 4 }), wrong, dense({ units: 2 })], { inputs: 3 });
    const network = new Network(engine, broken, "crossEntropy", { rows: 6, seed: 2 });
    using batches = new Batches(engine, training, 6, "crossEntropy", [2]);
    const { worst, tensors } = checkGradients(network, batches.gather(0, 6, 0));
    expect(worst).toMatchObject({ tensor: "layers.1.weight", index: 1, gradient: 0 });
    expect(tensors["layers.0.weight"]).toBeLessThan(1e-2);
  });
});

describe("initialisations", () => {
  async function weights(initialization: DenseOptions["initialization"]) {
    const engine = await load();
    const model = sequential([dense({ units: 100, initialization: initialization as "zeros" })], { inputs: 150 });
    const network = new Network(engine, model, "meanSquared", { rows: 1, seed: 4 });
    const copy = network.parameters.get("layers.0.weight").value.slice();
    network.dispose();
    const mean = copy.reduce((sum, x) => sum + x, 0) / copy.length;
    return {
      copy,
      deviation: Math.sqrt(copy.reduce((sum, x) => sum + (x - mean) ** 2, 0) / copy.length),
      largest: Math.max(...copy.map(Math.abs)),
    };
  }
  const deviations = {
    kaimingUniform: Math.sqrt(1 / 150),
    kaimingNormal: Math.sqrt(1 / 150),
    xavierUniform: Math.sqrt(2 / 250),
    xavierNormal: Math.sqrt(2 / 250),
    glorotUniform: Math.sqrt(2 / 250),
    glorotNormal: Math.sqrt(2 / 250),
    heUniform: Math.sqrt(2 / 150),
    heNormal: Math.sqrt(2 / 150),
    lecunUniform: Math.sqrt(1 / 150),
    lecunNormal: Math.sqrt(1 / 150),
    torchUniform: Math.sqrt(1 / 450),
    orthogonal: Math.sqrt(1 / 150),
  };
  test.each(Object.entries(deviations))("%s has its deviation", async (name, expected) => {
    const { deviation } = await weights(name as "zeros");
    expect(Math.abs(deviation / expected - 1)).toBeLessThan(0.02);
  });
  test("are all tried", () => {
    expect([...Object.keys(deviations), "identity", "zeros", "ones"].sort()).toEqual([...WEIGHT_INITIALIZATIONS].sort());
  });
  test("of Keras's normal names are cut at two deviations", async () => {
    expect((await weights("heNormal")).largest).toBeLessThanOrEqual((2 * Math.sqrt(2 / 150)) / 0.8796 + 1e-6);
  });
  test("orthogonal has orthonormal columns", async () => {
    const { copy } = await weights("orthogonal");
    for (const [a, b] of [
      [0, 0],
      [0, 1],
      [17, 98],
      [99, 99],
    ] as const) {
      let dot = 0;
      for (let i = 0; i < 150; i++) dot += (copy[i * 100 + a] as number) * (copy[i * 100 + b] as number);
      expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
    }
  });
  test("with numbers of their own", async () => {
    expect((await weights({ kind: "normal", deviation: 0.3 })).deviation).toBeCloseTo(0.3, 2);
    expect((await weights({ kind: "truncatedNormal", deviation: 0.3 })).largest).toBeLessThanOrEqual(0.6);
    expect((await weights({ kind: "uniform", reach: 0.2 })).largest).toBeLessThanOrEqual(0.2);
    expect((await weights({ kind: "constant", value: 0.5 })).copy.every((x) => x === 0.5)).toBe(true);
    expect(() => dense({ units: 3, initialization: "heNormall" as "heNormal" })).toThrow("did you mean heNormal?");
    expect(() => dense({ units: 3, initialization: { kind: "normal" } as never })).toThrow("dense.initialization.deviation is missing");
  });
});

test("layers that do not fit are refused where they are", () => {
  const make = (layers: LayerDescription[], inputs: number | number[]) => () => sequential(layers, { inputs });
  expect(make([dense({ units: 4 }), conv2d({ filters: 2, kernel: 3 })], 8)).toThrow(
    "sequential.layers[1] (conv2d) needs rows of [height, width, channels]",
  );
  expect(make([conv2d({ filters: 2, kernel: 9 })], [4, 4, 1])).toThrow(ShapeError);
  expect(make([conv2d({ filters: 3, kernel: 1, groups: 2 })], [4, 4, 2])).toThrow("2 groups must divide the 2 channels and the 3 filters");
  expect(make([residual([dense({ units: 3 })])], 8)).toThrow("make [3] of [8]");
  expect(make([attention({ heads: 3 })], [4, 8])).toThrow("3 heads must divide the width 8");
  expect(make([maxPool2d({ kernel: 2, padding: 2 })], [4, 4, 1])).toThrow("at most half of the window");
  expect(make([], 3)).toThrow(OptionError);
  expect(make([{ kind: "dense", units: 3 } as never], 3)).toThrow(
    "must come from a factory such as dense(...), or through runFromJSON(...)",
  );
  expect(() => dense({ unit: 3 } as never)).toThrow("dense.unit is not an option (did you mean units?)");
  expect(() =>
    runFromJSON({
      model: { kind: "sequential", inputs: 3, layers: [{ kind: "dens", units: 2 }] },
      loss: "meanSquared",
      optimizer: { kind: "adam" },
    }),
  ).toThrow("run.model.layers[0].kind is no layer known here (did you mean dense?)");
  expect(() => sequential([flatten()], { inputs: 4 })).not.toThrow();
  expect(widthsOf(sequential([flatten()], { inputs: [4, 2] }))).toEqual({ inputs: 8, outputs: 8 });
});

test("a checkpoint of other layers is refused", async () => {
  const engine = await load();
  const training = dataFor(networks["sequence"] as SequentialDescription);
  using first = new Trainer(engine, run(networks["sequence"] as SequentialDescription, 1), { training });
  await first.train();
  const [head, ...others] = (networks["sequence"] as SequentialDescription).layers;
  const other = sequential([head as LayerDescription, ...others.slice(0, -1), dense({ units: 2, bias: false })], { inputs: [9, 3] });
  using second = new Trainer(engine, run(other, 1), { training });
  expect(() => second.restore(first.checkpoint())).toThrow(CheckpointError);
});

test("units that die leave no denormal numbers behind", async () => {
  const engine = await load();
  for (const model of Object.values(networks)) {
    const network = new Network(engine, model, "crossEntropy", { rows: 5, seed: 2 });
    using batches = new Batches(engine, dataFor(model), 5, "crossEntropy", [2]);
    for (const { value } of network.parameters) for (let i = 0; i < value.length; i++) value[i] = (value[i] as number) * 1e-22;
    network.train(batches.gather(0, 5, 0));
    const isDenormal = (value: number) => value !== 0 && Math.abs(value) < 1.18e-38;
    expect(network.parameters.gradients.view.some(isDenormal)).toBe(false);
    network.dispose();
  }
});

test("trainer.model has the network's type, or that of the model of one's own", () => {
  const build = (engine: Engine) => ({ parameters: new Parameters(engine, { a: [1] }), train: () => 0, dispose() {}, extra: 1 });
  type Own = Trainer<{ model: typeof build }>["model"];
  expectTypeOf<Own>().toHaveProperty("extra");
  expectTypeOf<Trainer<{ model: SequentialDescription }>["model"]>().toEqualTypeOf<Network>();
  expectTypeOf<Trainer["model"]>().toExtend<Model>();
});
