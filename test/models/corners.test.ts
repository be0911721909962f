// Layers, losses and networks where they are seldom: first in a network, of shapes that do not fit, with options that are mostly left out.
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters, sizeOf } from "../../src/engine/parameters.js";
import { layerRules } from "../../src/generated/layerRules.js";
import * as factories from "../../src/generated/layers.js";
import { shapeAfter } from "../../src/models/chain.js";
import { checkGradients } from "../../src/models/check-gradients.js";
import { initialize } from "../../src/models/initialize.js";
import { sequentialFromJSON } from "../../src/models/json.js";
import type { LayerDescription } from "../../src/models/layer.js";
import { lossFromJSON } from "../../src/models/loss-json.js";
import { crossEntropy } from "../../src/models/losses/crossEntropy.js";
import { focal } from "../../src/models/losses/focal.js";
import { logCosh } from "../../src/models/losses/logCosh.js";
import { quantile } from "../../src/models/losses/quantile.js";
import { severalLosses } from "../../src/models/losses/severalLosses.js";
import { bindLoss, type Loss } from "../../src/models/losses.js";
import { mlp } from "../../src/models/mlp.js";
import { Network } from "../../src/models/network.js";
import { type SequentialDescription, sequential } from "../../src/models/sequential.js";
import { Random } from "../../src/numerics/random.js";
import { scheduleFreeAdamw } from "../../src/optimizers/kinds/scheduleFree.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { ModeError, OptionError, ShapeError } from "../../src/options/errors.js";

const { attention, conv2d, dense, embedding, flatten, gru, lastStep, layerNorm, maxPool2d, residual } = factories;
const BACKENDS = ["wasm", "js"] as const;
const ROWS = 3;

const networks: Network[] = [];
afterEach(() => {
  for (const network of networks.splice(0)) network.dispose();
});
function networkOf(...args: ConstructorParameters<typeof Network>): Network {
  const network = new Network(...args);
  networks.push(network);
  return network;
}

interface Case {
  readonly name: string;
  readonly inputs: number[];
  readonly layers: readonly LayerDescription[];
}
const { cases } = JSON.parse(readFileSync(new URL("../golden/layers.json", import.meta.url), "utf8")) as { cases: Case[] };

/** Every layer of every golden case, with the shape that comes to it. */
const places = cases.flatMap(({ name, inputs, layers: given }) => {
  const { layers } = sequentialFromJSON({ kind: "sequential", inputs, layers: given }, "model") as SequentialDescription;
  return layers.flatMap((layer, i) => {
    const shape = shapeAfter(layers.slice(0, i), inputs, "model");
    return layer.kind === "dropout" ? [] : [{ name: `${name}, ${layer.kind} ${i + 1}`, layer, shape }];
  });
});

/** A batch of numbers: whole ones for layers that look rows up. */
async function gradientError(backend: "wasm" | "js", model: SequentialDescription, whole: boolean): Promise<number> {
  const engine = await load({ backend });
  const network = networkOf(engine, model, "meanSquared", { rows: ROWS, seed: 2 });
  const size = sizeOf(model.inputs as number[]);
  using x = engine.vector(ROWS * size);
  using t = engine.vector(ROWS * 2);
  const random = new Random(3);
  x.view.set(Array.from({ length: ROWS * size }, (_, i) => (whole ? i % 2 : random.normal() + 0.1)));
  t.view.set(Array.from({ length: ROWS * 2 }, () => random.normal()));
  const batch = { rows: ROWS, step: 0, featuresPointer: x.pointer, targetsPointer: t.pointer, features: x.view, targets: t.view };
  return checkGradients(network, batch, { step: 1e-3, samples: 8 }).error;
}

describe.each(BACKENDS)("a layer that stands first, whose input needs no gradient, in %s", (backend) => {
  test.each(places)("$name", async ({ layer, shape }) => {
    const after = [flatten(), dense({ units: 2 })];
    const whole = layer.kind === "embedding";
    expect(await gradientError(backend, sequential([layer, ...after], { inputs: shape }), whole)).toBeLessThan(0.05);
    if (shapeAfter([layer], shape, "model").join() !== shape.join() || whole || layer.kind === "flatten") return;
    // also where what is carried past it comes from nowhere
    expect(await gradientError(backend, sequential([residual([layer]), ...after], { inputs: shape }), false)).toBeLessThan(0.05);
  });
});

test("every layer with weights takes an initialisation, and draws other numbers then", async () => {
  const engine = await load();
  const tried = new Set<string>();
  for (const { layer, shape } of places) {
    if (!("initialization" in layer)) continue;
    tried.add(layer.kind);
    const weightsOf = (initialization: unknown) => {
      const own = sequentialFromJSON({ kind: "sequential", inputs: shape, layers: [{ ...layer, initialization }] }, "model");
      const network = networkOf(engine, own, "meanSquared", { rows: 1, seed: 1 });
      return network.parameters.values.view.slice();
    };
    const drawn = ["auto", "heUniform", { kind: "constant", value: 0.25 }].map(weightsOf);
    expect(drawn[1]).not.toEqual(drawn[0]);
    expect(drawn[2]?.filter((value) => value === 0.25).length).toBeGreaterThan(0);
    expect(new Set(drawn[2])).toEqual(new Set(drawn[2]?.map((value) => ([0, 1].includes(value) ? value : 0.25))));
  }
  const withWeights = layerRules.filter(({ fields }) => "initialization" in fields).map(({ kind }) => kind);
  expect([...tried].sort()).toEqual(withWeights.sort());
});

test.each([
  [4, 6],
  [6, 4],
  [5, 5],
])("an orthogonal matrix of %i by %i has rows or columns of length 1 that stand upright on each other", async (rows, columns) => {
  const engine = await load();
  using parameters = new Parameters(engine, { weight: [rows, columns] }, { units: "columns" });
  initialize(parameters.get("weight"), "orthogonal", new Random(1, "weight"));
  const { value } = parameters.get("weight");
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const entry = (i: number, k: number) => (rows <= columns ? value[i * columns + k] : value[k * columns + i]) as number;
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++) {
      const product = Array.from({ length }, (_, k) => entry(i, k) * entry(j, k)).reduce((sum, x) => sum + x, 0);
      expect(product).toBeCloseTo(i === j ? 1 : 0, 5);
    }
});

test.each<[string, number | readonly number[], LayerDescription[], string]>([
  ["attention over rows", 8, [attention({ heads: 2 })], "needs rows of [steps, width], got [8]"],
  ["heads that do not divide", [3, 8], [attention({ heads: 3 })], "3 heads must divide the width 8"],
  [
    "rotary heads of an odd width",
    [3, 6],
    [attention({ heads: 2 })],
    "heads 3 wide cannot have rotary positions, which need an even width",
  ],
  ["a recurrent unit over rows", 8, [gru({ units: 2 })], "needs rows of [steps, width], got [8]"],
  ["the last step of rows", 8, [lastStep()], "needs rows of [steps, width], got [8]"],
  [
    "a column twice",
    4,
    [embedding({ count: 5, width: 2, columns: [1, 1] })],
    "columns must be different places in rows of one axis, got [1, 1] of [4]",
  ],
  ["a column that is not there", 4, [embedding({ count: 5, width: 2, columns: [4] })], "columns must be different places"],
  ["columns of two axes", [2, 4], [embedding({ count: 5, width: 2, columns: [1] })], "columns must be different places"],
  [
    "a window that is too large",
    [2, 2, 1],
    [conv2d({ filters: 1, kernel: 5, padding: 1 })],
    "a window of 5 × 5 does not fit into 2 × 2 with padding 1 × 1",
  ],
  ["a pool that is too large", [2, 2, 1], [maxPool2d({ kernel: 3 })], "a window of 3 × 3 does not fit into 2 × 2"],
  ["a residual that changes the shape", 4, [residual([dense({ units: 3 })])], "the layers make [3] of [4], and a residual adds both"],
])("%s is refused", (_, inputs, layers, message) => {
  expect(() => sequential(layers, { inputs: inputs as number })).toThrow(ShapeError);
  expect(() => sequential(layers, { inputs: inputs as number })).toThrow(message);
});

describe("a network", () => {
  const description = sequential([layerNorm(), dense({ units: 2 })], { inputs: 3 });

  test("says why it cannot evaluate, predict or check gradients", async () => {
    const engine = await load();
    const network = networkOf(engine, description, "meanSquared", { rows: 2, seed: 1 });
    using x = engine.vector(6);
    const batch = { rows: 2, step: 0, featuresPointer: x.pointer, targetsPointer: x.pointer, features: x.view, targets: x.view };
    expect(() => network.predict([1, 2, 3, 4])).toThrow("features must be whole rows of 3, got 4 numbers");
    using optimizer = new Optimizer(network.parameters, scheduleFreeAdamw());
    network.train(batch);
    optimizer.step();
    for (const use of [() => network.evaluate(batch), () => network.predict([1, 2, 3])]) expect(use).toThrow(ModeError);
    optimizer.toEvaluation();
    expect(network.predict([1, 2, 3])).toHaveLength(2);
    expect(() => checkGradients(network, batch)).not.toThrow();
  });

  test("whose loss is not finite has an infinite error of its gradients", async () => {
    const engine = await load();
    const network = networkOf(engine, description, "meanSquared", { rows: 2, seed: 1 });
    using x = engine.vector(6);
    using t = engine.vector(4);
    t.view.fill(Number.NaN);
    const batch = { rows: 2, step: 0, featuresPointer: x.pointer, targetsPointer: t.pointer, features: x.view, targets: t.view };
    expect(checkGradients(network, batch).error).toBe(Number.POSITIVE_INFINITY);
  });

  test("with a loss for each of several steps takes no weights of rows", async () => {
    const engine = await load();
    const network = networkOf(engine, sequential([dense({ units: 2 })], { inputs: [3, 2] }), "meanSquared", { rows: 1, seed: 1 });
    using x = engine.vector(6);
    const batch = { rows: 1, step: 0, featuresPointer: x.pointer, targetsPointer: x.pointer, features: x.view, targets: x.view };
    network.train(batch);
    expect(() => network.train({ ...batch, weightsPointer: x.pointer, weight: 1 })).toThrow(
      "rows cannot have weights here: the model has several losses a row",
    );
  });
});

describe.each(BACKENDS)("losses in %s", (backend) => {
  /** The loss of one row and its gradient. */
  async function compute(loss: Loss, z: readonly number[], t: readonly number[], isClass = false) {
    const engine = await load({ backend });
    using outputs = engine.vector(z.length);
    using targets = engine.vector(t.length);
    using gradient = engine.vector(z.length);
    outputs.view.set(z);
    if (isClass) new Uint32Array(targets.view.buffer, targets.view.byteOffset, t.length).set(t);
    else targets.view.set(t);
    const value = bindLoss(engine, loss, z.length)(outputs.pointer, targets.pointer, gradient.pointer, 1, 1);
    return [value, ...gradient.view.subarray(0, z.length)];
  }
  const close = (numbers: readonly number[]) => numbers.map((value) => expect.closeTo(value, 5));

  test("the focal loss of gamma 0 is the cross-entropy", async () => {
    const z = [0.5, -1, 2];
    expect(await compute(focal({ gamma: 0 }), z, [1], true)).toEqual(close(await compute(crossEntropy(), z, [1], true)));
  });

  test("a quantile has no slope where it is met", async () => {
    expect(await compute(quantile({ quantiles: [0.1, 0.9] }), [1, 3], [1, 2])).toEqual(close([0.05, 0, 0.05]));
  });

  test.each<[unknown, number[], number[]]>([
    ["huber", [0.5, 3], [0.125, 0.5]],
    [{ kind: "huber", delta: 2 }, [0.5, 3], [0.125, 0.5]],
  ])("Huber's may be a part of several: %j", async (loss, z) => {
    const whole = await compute(lossFromJSON(loss), z, [0, 0]);
    const parts = lossFromJSON({ kind: "severalLosses", parts: [{ outputs: 2, loss }] });
    expect(await compute(parts, z, [0, 0])).toEqual(close(whole));
  });
});

test.each<[() => unknown, string]>([
  [() => lossFromJSON({ kind: "severalLosses", parts: [1] }), "loss.parts[0] must be an object of options, got 1"],
  [() => lossFromJSON({ kind: "severalLosses", parts: [{ outputs: 1, loss: 5 }] }, "run.loss"), "run.loss.parts[0].loss must be one of"],
  [
    () => lossFromJSON({ kind: "severalLosses", parts: [{ outputs: 1, loss: "hubr" }] }, "run.loss"),
    "run.loss.parts[0].loss.kind must be a kind of loss",
  ],
])("a loss that is none is refused with %#", (read, message) => {
  expect(read).toThrow(OptionError);
  expect(read).toThrow(message);
});

test("several losses have as many outputs as the model", async () => {
  const engine = await load();
  const { Trainer } = await import("../../src/training/trainer.js");
  const { dataset } = await import("../../src/data/dataset.js");
  const loss = severalLosses({ parts: [{ outputs: 1, loss: logCosh() }] });
  const training = dataset([[1, 2]], [[1, 2]]);
  const run = { model: mlp({ inputs: 2, outputs: 2 }), loss, optimizer: scheduleFreeAdamw(), batchSize: 1, epochs: 1 };
  expect(() => new Trainer(engine, run, { training })).toThrow("run.loss.parts must have as many outputs as the model, 2, got 1");
});
