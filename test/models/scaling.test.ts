import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { Network } from "../../src/models/network.js";
import { Random } from "../../src/numerics/random.js";
import { optimizerFromJSON } from "../../src/optimizers/index.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { Batches } from "../../src/training/batches.js";
import { magnitude } from "../support/floats.js";

const engine = await load();
const js = await load({ backend: "js" });
const ROWS = 64;
const WEIGHTS = [1, -2, 0.5, 3];
const random = new Random(7, "features");
const features = Array.from({ length: ROWS }, () => WEIGHTS.map(() => 2 * random.uniform() - 1));

/** R² of a linear regression on targets of a size, whose optimizer takes rates of that size. */
function regress(size: number, options: object, steps = 800, on = engine): number {
  const targets = features.map((row) => size * row.reduce((sum, x, i) => sum + x * (WEIGHTS[i] as number), 0));
  using network = disposable(new Network(on, mlp({ inputs: 4, outputs: 1 }), "meanSquared", { rows: ROWS, seed: 1 }));
  network.parameters.values.view.fill(0);
  using batches = new Batches(on, dataset(features, targets, { task: "regression" }), ROWS, "meanSquared", [1]);
  using optimizer = new Optimizer(network.parameters, optimizerFromJSON(options));
  for (let step = 0; step < steps; step++) optimizer.step(network.train(batches.gather(0, ROWS, step)));
  const outputs = network.predict(features.flat());
  const mean = targets.reduce((sum, target) => sum + target, 0) / ROWS;
  const squares = (from: (i: number) => number) => targets.reduce((sum, target, i) => sum + ((target - from(i)) / size) ** 2, 0);
  return 1 - squares((i) => outputs[i] as number) / squares(() => mean);
}

function disposable(network: Network): Network & Disposable {
  return Object.assign(network, { [Symbol.dispose]: () => network.dispose() });
}

describe("what is learnt does not depend on the size of targets", () => {
  test.each([1, 1e-6, 1e-9, 1e-12, 1e-15, 1e-18])("%d, without squares", (size) => {
    for (const [kind, rate] of [
      ["sgd", 0.3],
      ["signSgd", 0.01 * size],
      ["lion", 0.01 * size],
    ] as const) {
      const options = { kind, learningRate: { kind: "linear", rate, steps: 800 } };
      expect(regress(size, options), kind).toBeGreaterThan(0.9995);
    }
  });

  test.each([1, 1e-6, 1e-9, 1e-12, 1e-15])("%d, with squares", (size) => {
    for (const own of [
      { kind: "adam", epsilon: 1e-30 },
      { kind: "rmsprop", epsilon: 1e-30 },
      { kind: "laprop", epsilon: 1e-30 },
    ]) {
      const options = { ...own, learningRate: { kind: "linear", rate: 0.02 * size, steps: 800 } };
      expect(regress(size, options), own.kind).toBeGreaterThan(0.999);
    }
  });

  test("to the bit, where they differ by a power of two", () => {
    const options = { kind: "sgd", learningRate: 0.05 };
    const [large, small] = [2 ** -40, 2 ** -60].map((size) => regress(size, options, 50));
    expect(small).toBe(large);
  });

  test("in both backends", () => {
    const options = { kind: "adam", learningRate: 1e-17, epsilon: 1e-30 };
    expect(regress(1e-15, options, 100, js)).toBe(regress(1e-15, options, 100));
  });
});

test.each([4, 12, 24, 30])("%d sigmoid layers: every weight has a gradient", (depth) => {
  using network = disposable(
    new Network(engine, mlp({ inputs: 4, hidden: Array(depth).fill(16), outputs: 3, activation: "sigmoid" }), "crossEntropy", {
      rows: ROWS,
      seed: 1,
    }),
  );
  const classes = features.map((_, i) => ["a", "b", "c"][i % 3] as string);
  using batches = new Batches(engine, dataset(features, classes), ROWS, "crossEntropy", [3]);
  network.train(batches.gather(0, ROWS, 0));
  for (const { name, gradient } of network.parameters)
    expect(
      gradient.every((g) => g !== 0),
      name,
    ).toBe(true);
});

test("rows of a larger batch before do not matter", () => {
  const train = (before: boolean) => {
    using network = disposable(new Network(engine, mlp({ inputs: 4, hidden: [3], outputs: 1 }), "meanSquared", { rows: ROWS, seed: 1 }));
    using batches = new Batches(
      engine,
      dataset(
        features,
        features.map(([x]) => 1e-12 * (x as number)),
        { task: "regression" },
      ),
      ROWS,
      "meanSquared",
      [1],
    );
    network.parameters.get("layers.1.weight").value.fill(1e-12);
    if (before) network.train(batches.gather(0, ROWS, 0));
    network.train(batches.gather(0, 3, 0));
    return network.parameters.gradients.view.slice();
  };
  expect(train(true)).toEqual(train(false));
});

test("outputs are told to where float32 ends", () => {
  using network = disposable(new Network(engine, mlp({ inputs: 1, outputs: 1 }), "meanSquared", { rows: 4, seed: 1 }));
  network.parameters.get("layers.0.weight").value[0] = 1.6e-19;
  const outputs = [...network.predict([1, 2, 1000])];
  for (const [i, x] of [1, 2, 1000].entries()) expect(Math.abs((outputs[i] as number) / (1.6e-19 * x) - 1)).toBeLessThan(1e-6);
});

const TINY = [1e-10, 1e-12, 1e-14, 1e-16];
const SQUARING = ["adam", "adamw", "laprop", "nadam", "rmsprop", "adagrad", "adan", "ademamix", "yogi", "adopt", "lamb"];

test.each(SQUARING)("%s steps as far at tiny gradients as at those of 1", (kind) => {
  const fields = { learningRate: 1e-3, weightDecay: 0, epsilon: 1e-30, ...(kind === "yogi" && { initialAccumulator: 0 }) };
  const walk = (size: number) => {
    const trial = new Walk(fields, kind);
    return trial.values(size);
  };
  const [expected] = [walk(1)];
  for (const size of TINY)
    walk(size).forEach((value, i) => {
      expect(Math.abs(value - (expected[i] as number)), `${size}, step ${i}`).toBeLessThanOrEqual(2e-3 * Math.abs(expected[i] as number));
    });
});

/** One parameter under a gradient of some size, which varies a little, for 130 updates. */
class Walk {
  readonly #options: object;
  readonly #kind: string;

  constructor(options: object, kind: string) {
    this.#options = options;
    this.#kind = kind;
  }

  values(size: number): number[] {
    using network = disposable(new Network(engine, mlp({ inputs: 1, outputs: 1 }), "meanSquared", { rows: 1, seed: 1 }));
    const { parameters } = network;
    parameters.values.view.fill(1);
    using optimizer = new Optimizer(parameters, optimizerFromJSON({ kind: this.#kind, ...this.#options }));
    const draw = new Random(3, "gradients");
    return Array.from({ length: 130 }, () => {
      const g = Math.abs(magnitude(draw, -0.5, 0.1));
      for (const { gradient } of parameters) gradient.fill(size * g);
      optimizer.step(size);
      return 1 - (parameters.get("layers.0.weight").value[0] as number);
    });
  }
}

test("gradients that cannot be squared count as 0, and the guard says so", () => {
  const run = (size: number) => {
    using network = disposable(new Network(engine, mlp({ inputs: 1, outputs: 1 }), "meanSquared", { rows: 1, seed: 1 }));
    using optimizer = new Optimizer(network.parameters, optimizerFromJSON({ kind: "adam", epsilon: 1e-30 }));
    for (let step = 0; step < 100; step++) {
      network.parameters.gradients.view.fill(size);
      optimizer.step();
    }
    return { faint: optimizer.guarded.faint, squares: [...optimizer.slot("squares").values()].map(([square]) => square) };
  };
  expect(run(1e-19)).toEqual({ faint: 4, squares: [0, 0] });
  expect(run(1e-17).faint).toBe(0);
  expect(run(0).faint).toBe(0);
});
