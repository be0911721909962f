import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import type { Activation } from "../../src/models/activations.js";
import { INITIALIZATIONS } from "../../src/models/initialization.js";
import type { Loss } from "../../src/models/losses.js";
import { type MlpOptions, mlp } from "../../src/models/mlp.js";
import { Network } from "../../src/models/network.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { ema } from "../../src/optimizers/wrappers/averages.js";
import { ModeError } from "../../src/options/errors.js";
import { Batches } from "../../src/training/batches.js";

interface Golden {
  sizes: number[];
  x: number[][];
  targets: { classes: number[]; shares: number[][]; quantities: number[][] };
  parameters: number[][];
  cases: { activation: Activation; loss: Loss & string; value: number; outputs: number[]; gradients: number[][] }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("../golden/networks.json", import.meta.url), "utf8"));
const BACKENDS = ["wasm", "js"] as const;

function data(loss: string) {
  const { classes, shares, quantities } = golden.targets;
  if (loss === "crossEntropy") return dataset(golden.x, classes, { classes: ["a", "b", "c"] });
  return dataset(golden.x, loss === "binaryCrossEntropy" ? shares : quantities, { task: "regression" });
}

/** The largest difference, relative to the largest expected number. */
function difference(got: ArrayLike<number>, expected: readonly number[]): number {
  const size = Math.max(...expected.map(Math.abs), 1e-3);
  return Math.max(...expected.map((value, i) => Math.abs(value - (got[i] as number)) / size));
}

describe.each(BACKENDS)("networks agree with PyTorch in %s", (backend) => {
  test.each(golden.cases)("$activation with $loss", async ({ activation, loss, value, outputs, gradients }) => {
    const engine = await load({ backend });
    const [inputs, ...rest] = golden.sizes as [number, ...number[]];
    const description = mlp({ inputs, hidden: rest.slice(0, -1), outputs: rest.at(-1) as number, activation });
    const rows = golden.x.length;
    const network = new Network(engine, description, loss, { rows, seed: 0 });
    using batches = new Batches(engine, data(loss), rows, loss, [description.outputs]);
    const parameters = [...network.parameters];
    parameters.forEach((parameter, i) => {
      parameter.value.set(golden.parameters[i] as number[]);
    });
    expect(Math.abs(network.train(batches.gather(0, rows, 0)) - value)).toBeLessThan(2e-6 * Math.abs(value));
    parameters.forEach((parameter, i) => {
      expect(difference(parameter.gradient, gradients[i] as number[])).toBeLessThan(3e-6);
    });
    expect(difference(network.predict(golden.x.flat()), outputs)).toBeLessThan(3e-6);
    network.dispose();
  });
});

test("every combination of PyTorch's activations and losses is there", () => {
  expect(golden.cases).toHaveLength(7 * 5);
});

describe("initialisation", () => {
  const moments = (values: Float32Array) => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    return {
      mean,
      deviation: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length),
      largest: Math.max(...values.map(Math.abs)),
    };
  };

  async function weights(options: Partial<MlpOptions>, seed = 1) {
    const engine = await load();
    const network = new Network(engine, mlp({ inputs: 300, hidden: [200], outputs: 10, ...options }), "crossEntropy", { rows: 1, seed });
    const copy = network.parameters.get("layers.0.weight").value.slice();
    const bias = network.parameters.get("layers.0.bias").value.slice();
    network.dispose();
    return { copy, bias };
  }

  const expected = {
    kaimingUniform: Math.sqrt(2 / 300),
    kaimingNormal: Math.sqrt(2 / 300),
    xavierUniform: Math.sqrt(2 / 500),
    xavierNormal: Math.sqrt(2 / 500),
  };

  test.each(INITIALIZATIONS)("%s has its deviation, and biases are 0", async (initialization) => {
    const { copy, bias } = await weights({ initialization });
    const { mean, deviation, largest } = moments(copy);
    // 60,000 numbers: a deviation known to 0.3 %
    expect(Math.abs(deviation / expected[initialization] - 1)).toBeLessThan(0.015);
    expect(Math.abs(mean)).toBeLessThan(0.02 * deviation);
    if (initialization.endsWith("Uniform")) expect(largest).toBeLessThanOrEqual(Math.fround(Math.sqrt(3) * expected[initialization]));
    else expect(largest).toBeGreaterThan(3 * deviation);
    expect(bias.every((b) => b === 0)).toBe(true);
  });

  test("comes from the seed and differs between layers", async () => {
    const [a, b, c] = [await weights({}, 1), await weights({}, 1), await weights({}, 2)];
    expect(a.copy).toEqual(b.copy);
    expect(a.copy).not.toEqual(c.copy);
  });
});

describe("dropout", () => {
  const description = mlp({ inputs: 4, hidden: [400], outputs: 2, dropout: 0.25, activation: "sigmoid" });
  const rows = 8;
  const x = Array.from({ length: rows }, (_, r) => [r / 8, 1 - r / 8, 0.5, -0.3]);
  const labels = Array.from({ length: rows }, (_, r) => r % 2);

  async function network() {
    const engine = await load();
    const model = new Network(engine, description, "crossEntropy", { rows, seed: 3 });
    const batches = new Batches(engine, dataset(x, labels, { classes: ["a", "b"] }), rows, "crossEntropy", [2]);
    return { model, batches };
  }

  test("drops a share of the units in training, and none in evaluation", async () => {
    const { model, batches } = await network();
    const { gradient } = model.parameters.get("layers.1.weight");
    // the loss of a single row: units that were dropped have no gradient
    model.train(batches.gather(0, 1, 0));
    const dropped = Array.from({ length: 400 }, (_, i) => gradient[2 * i] === 0).filter(Boolean).length;
    expect(dropped).toBeGreaterThan(60);
    expect(dropped).toBeLessThan(140);
    const loss = model.evaluate(batches.gather(0, rows, 0)).loss;
    expect(model.evaluate(batches.gather(0, rows, 5)).loss).toBe(loss);
    model.dispose();
  });

  test("draws anew every step, and the same again for the same step", async () => {
    const { model, batches } = await network();
    const losses = [0, 1, 0].map((step) => model.train(batches.gather(0, rows, step)));
    expect(losses[0]).toBe(losses[2]);
    expect(losses[0]).not.toBe(losses[1]);
    model.dispose();
  });

  test("its gradient is that of the loss with the same units dropped", async () => {
    const { model, batches } = await network();
    const { value, gradient } = model.parameters.get("layers.0.weight");
    model.train(batches.gather(0, rows, 7));
    const slopes = gradient.slice();
    for (const i of [0, 17, 333, 800, 1599]) {
      const [before, h] = [value[i] as number, 0.02];
      value[i] = before + h;
      const up = model.train(batches.gather(0, rows, 7));
      value[i] = before - h;
      const down = model.train(batches.gather(0, rows, 7));
      value[i] = before;
      expect((up - down) / (2 * h)).toBeCloseTo(slopes[i] as number, 4);
    }
    model.dispose();
  });
});

test("disposing gives back all the memory", async () => {
  const engine = await load();
  const before = engine.arena.available;
  const network = new Network(engine, mlp({ inputs: 30, hidden: [20, 10], outputs: 3, dropout: 0.5, activation: "gelu" }), "crossEntropy", {
    rows: 16,
    seed: 0,
  });
  network.predict(new Float32Array(90));
  network.dispose();
  network.dispose();
  expect(engine.arena.available).toBe(before);
});

test("options are checked", () => {
  expect(() => mlp({ inputs: 0, outputs: 1 })).toThrow("mlp.inputs must be a positive integer, got 0");
  expect(() => mlp({ inputs: 4, hidden: [3, -1], outputs: 1 })).toThrow("mlp.hidden[1] must be a positive integer, got -1");
  expect(() => mlp({ inputs: 4, outputs: 1, activation: "rellu" as "relu" })).toThrow('got "rellu" (did you mean relu?)');
  expect(() => mlp({ inputs: 4, outputs: 1, droput: 0.5 } as never)).toThrow("mlp.droput is not an option (did you mean dropout?)");
  expect(() => mlp({ inputs: 4, outputs: 1, dropout: 1 })).toThrow("mlp.dropout must be a number at least 0 and less than 1, got 1");
});

test("two optimizers that average tensors of their own: all must show theirs before the network predicts", async () => {
  const engine = await load();
  const network = new Network(engine, mlp({ inputs: 1, hidden: [2], outputs: 1 }), "meanSquared", { rows: 1, seed: 1 });
  const { parameters } = network;
  const averaging = (frozen: string) =>
    new Optimizer(parameters, ema({ optimizer: sgd({ learningRate: 1, groups: [{ match: frozen, frozen: true }] }) }));
  const [first, second] = [averaging("layers.1.*"), averaging("layers.0.*")];
  network.predict([1]);
  parameters.gradients.view.fill(1);
  first.step();
  second.step();
  expect(() => network.predict([1])).toThrow(ModeError);
  first.toEvaluation();
  expect(() => network.predict([1])).toThrow(ModeError);
  second.toEvaluation();
  network.predict([1]);
  first.toTraining();
  expect(() => network.predict([1])).toThrow(ModeError);
  // one that is gone keeps nothing
  first.dispose();
  network.predict([1]);
  second.dispose();
  network.dispose();
});
