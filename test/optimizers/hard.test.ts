import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { optimizerFromJSON, rules, wrappers } from "../../src/optimizers/index.js";
import { Trainer } from "../../src/training/trainer.js";
import { bundled } from "../support/data.js";
import { table, together } from "./table.js";
import { Trial } from "./trial.js";

const engine = await load({ backend: "wasm" });
const STEPS = 10_000;
const LESS = 1e4;

interface Problem {
  readonly start: readonly number[];
  loss(x: Float32Array): number;
  gradient(x: Float32Array): number[];
}

/** Curvatures from 1 to 1e-4, along axes turned by a reflection so that no parameter has one of its own. */
const curvature = Array.from({ length: 20 }, (_, i) => 10 ** ((-4 * i) / 19));
const mirror = curvature.map((_, i) => (i % 3) - 0.7);
const square = dot(mirror, mirror);
const quadratic: Problem = {
  start: reflected(curvature.map(() => 1)),
  loss: (x) => 0.5 * dot(reflected(x), bent(x)),
  gradient: (x) => reflected(bent(x)),
};

const rosenbrock: Problem = {
  start: [-1.2, 1],
  loss: ([a = 0, b = 0]) => 100 * (b - a * a) ** 2 + (1 - a) ** 2,
  gradient: ([a = 0, b = 0]) => [-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)],
};

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return Array.from(x, (value, i) => value * (y[i] as number)).reduce((sum, product) => sum + product, 0);
}

function reflected(x: ArrayLike<number>): number[] {
  const twice = (2 * dot(mirror, x)) / square;
  return mirror.map((m, i) => (x[i] as number) - twice * m);
}

function bent(x: ArrayLike<number>): number[] {
  return reflected(x).map((y, i) => (curvature[i] as number) * y);
}

const rows = Object.entries({ ...table, ...together }).map(([kind, row]) => ({ kind, ...row }));

test("every rule has a row", () => {
  expect(rows.map(({ kind }) => kind).sort()).toEqual([...rules.keys()].sort());
});

describe.each(rows)("$kind makes a loss 10,000 times smaller", ({ kind, hard, matrices }) => {
  test.each([
    ["a quadratic of condition 1e4", quadratic, hard.quadratic],
    ["Rosenbrock's function", rosenbrock, hard.rosenbrock],
  ] as const)("%s", (_, { start, loss, gradient }, options) => {
    using trial = new Trial(engine, kind, options, { x: matrices ? [start.length / 2, 2] : [start.length] });
    const { value } = trial.parameters.get("x");
    value.set(start);
    const before = loss(value);
    trial.loss = () => {
      trial.parameters.get("x").gradient.set(gradient(value));
      return loss(value);
    };
    trial.run(() => Float32Array.from(gradient(value)), 0, STEPS).optimizer.toEvaluation();
    expect(loss(value)).toBeLessThanOrEqual(before / LESS);
  });
});

describe("30 epochs teach a network of 64, 32 and 10 units to read digits", () => {
  const digits = bundled("digits", { seed: 3 });

  async function learn(optimizer: object, batchSize = 32): Promise<number | undefined> {
    const model = mlp({ inputs: 64, hidden: [32], outputs: 10 });
    const run = { model, loss: "crossEntropy", optimizer: optimizerFromJSON(optimizer), epochs: 30, batchSize, seed: 3 } as const;
    using trainer = new Trainer(engine, run, digits);
    await trainer.train();
    return trainer.evaluate(digits.validation).score;
  }

  test.each(rows)("with $kind", async ({ kind, digits, batchSize, required }) => {
    expect(await learn({ kind, ...required, ...digits }, batchSize)).toBeGreaterThanOrEqual(0.95);
  });

  test.each([...wrappers.keys()])("with %s around adamw", async (kind) => {
    expect(await learn({ kind, optimizer: { kind: "adamw", learningRate: 5e-3 } })).toBeGreaterThanOrEqual(0.95);
  });
});
