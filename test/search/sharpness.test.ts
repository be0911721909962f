import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import type { Activation } from "../../src/models/activations.js";
import { mlp } from "../../src/models/mlp.js";
import { largestEigenvalue } from "../../src/numerics/lanczos.js";
import { Random } from "../../src/numerics/random.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { scaleRun } from "../../src/search/scale.js";
import { sharpness } from "../../src/search/sharpness.js";
import { stability, stabilityText } from "../../src/search/stability.js";
import type { Run } from "../../src/training/run.js";
import { Trainer } from "../../src/training/trainer.js";
import golden from "../golden/sharpness.json" with { type: "json" };
import { bundled, fingerprint } from "../support/data.js";

const engine = await load();
const [inputs, hidden, outputs] = golden.sizes as [number, number, number];
const names = ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"];

test("rows count by their weights, and those of their class: two are as one of twice the weight", async () => {
  const x = [
    [1, 0.2],
    [0.3, -1],
    [-0.5, 0.4],
    [0.9, 0.8],
  ];
  const run: Run = {
    model: mlp({ inputs: 2, hidden: [3], outputs: 2, activation: "tanh" }),
    loss: "crossEntropy",
    optimizer: sgd(),
    batchSize: 3,
  };
  const sharpnessOf = async (indices: number[], more: object, classWeights?: number[]) => {
    const data = dataset(
      indices.map((i) => x[i] as number[]),
      indices.map((i) => ["a", "a", "b", "b"][i] as string),
      more,
    );
    using trainer = new Trainer(engine, { ...run, ...(classWeights && { classWeights }) }, { training: data });
    return (await sharpness(trainer, data, { tolerance: 1e-6 })).sharpness;
  };
  const doubled = await sharpnessOf([0, 1, 1, 2, 2, 2, 3, 3], {});
  expect(await sharpnessOf([0, 1, 2, 3], { weights: [1, 2, 3, 2] })).toBeCloseTo(doubled, 4);
  expect(await sharpnessOf([0, 1, 2, 3], { weights: [1, 2, 1.5, 1] }, [1, 2])).toBeCloseTo(doubled, 4);
  expect(await sharpnessOf([0, 1, 2, 3], {})).not.toBeCloseTo(doubled, 4);
  // the fourth row is a batch of its own
  expect(await sharpnessOf([0, 1, 2, 3], { weights: [1, 2, 3, 0] })).toBeCloseTo(await sharpnessOf([0, 1, 2], { weights: [1, 2, 3] }), 4);
});

describe("the sharpness of small networks", () => {
  test.each(golden.cases)(`is that of ${golden.library}: $activation, $loss`, async (one) => {
    const data =
      one.loss === "crossEntropy"
        ? dataset(golden.x, golden.classes, { task: "classification" })
        : dataset(golden.x, golden.quantities as never, { task: "regression" });
    const run: Run = {
      model: mlp({ inputs, hidden: [hidden], outputs, activation: one.activation as Activation }),
      loss: one.loss as "crossEntropy",
      optimizer: adam(),
      batchSize: 10,
    };
    using trainer = new Trainer(engine, run, { training: data });
    for (const [i, name] of names.entries()) trainer.model.parameters.get(name).value.set((one.weights[i] as number[]).flat());
    const squares = Object.fromEntries(names.map((name, i) => [name, Float32Array.from(one.squares[i] as number[])]));
    const state = trainer.optimizer.state();
    trainer.optimizer.load({ ...state, step: golden.steps, slots: { ...state.slots, squares } });
    const before = fingerprint(trainer);
    const found = await sharpness(trainer, data, { tolerance: 1e-5 });
    expect(fingerprint(trainer)).toBe(before);
    // differences of gradients see a little of both sides of a kink
    const tolerance = one.activation === "relu" ? 0.03 : 1e-3;
    expect(Math.abs(found.sharpness / one.sharpness - 1)).toBeLessThan(tolerance);
    expect(Math.abs((found.preconditioned as number) / one.preconditioned - 1)).toBeLessThan(tolerance);
    expect(found.limit).toBeCloseTo(38 / (found.preconditioned as number), 12);
    expect(found).toMatchObject({ rows: 24, steps: golden.steps });
  });
});

describe("the largest eigenvalue", () => {
  test("is that of a matrix whose eigenvalues are known, negative ones included", async () => {
    for (const eigenvalues of [[3, 2, 1], [-1, -2, -5], [1e-6, 1, 1e4], Array.from({ length: 50 }, (_, i) => 50 - i), [0, 0]]) {
      // a reflection turns the axes: H = Q diag Q with Q = I - 2 u uᵀ
      const random = new Random(5);
      const u = eigenvalues.map(() => random.uniform() - 0.5);
      const length = Math.sqrt(u.reduce((sum, value) => sum + value * value, 0));
      const reflect = (v: Float64Array) => {
        const along = v.reduce((sum, value, i) => sum + (value * (u[i] as number)) / length, 0);
        return v.map((value, i) => value - (2 * along * (u[i] as number)) / length);
      };
      const multiply = (v: Float64Array) => reflect(reflect(v).map((value, i) => value * (eigenvalues[i] as number)));
      const { value, iterations } = await largestEigenvalue(
        multiply,
        eigenvalues.map(() => true),
        { most: 100, tolerance: 1e-12, seed: 1 },
      );
      expect(Math.abs(value - Math.max(...eigenvalues))).toBeLessThanOrEqual(1e-9 * Math.max(...eigenvalues.map(Math.abs)));
      expect(iterations).toBeLessThanOrEqual(eigenvalues.length);
    }
  });
});

test("stability tells both limits of a run, as the trial of that rate has them", async () => {
  const iris = bundled("iris", { validation: 0.2, test: 0.2 });
  const run: Run = {
    model: mlp({ inputs: 4, hidden: [16], outputs: 3 }),
    loss: "crossEntropy",
    optimizer: adam(),
    batchSize: 16,
    epochs: 5,
  };
  const { start, end, divergence } = await stability(engine, run, iris, 0.01);
  using trainer = new Trainer(engine, scaleRun(run, iris.training.rows, 0.01), iris);
  expect(start).toEqual(await sharpness(trainer, iris.training));
  await trainer.train();
  expect(end).toEqual(await sharpness(trainer, iris.training));
  expect([start.limit, divergence]).toEqual([null, null]);
  expect(end?.limit).toBeGreaterThan(0);
  expect(stabilityText({ rate: 0.01, start, end, divergence })).toMatch(
    /^full-batch steps are stable up to \S+ with the last weights of rate 0.01$/,
  );
  const lost = await stability(engine, { ...run, optimizer: sgd() }, iris, 1e30);
  expect(lost).toMatchObject({ end: null, divergence: { step: expect.any(Number) }, start: { limit: expect.any(Number) } });
  expect(stabilityText(lost)).toMatch(/^full-batch steps are stable up to \S+ with the first weights \(curvature \S+\)$/);
});

describe("the limit", () => {
  const iris = bundled("iris", { validation: 0.2, test: 0.2 });
  const run: Run = {
    model: mlp({ inputs: 4, hidden: [16], outputs: 3 }),
    loss: "crossEntropy",
    optimizer: sgd(),
    batchSize: 16,
    epochs: 5,
  };

  test("follows momentum, Nesterov, dampening and weight decay, and is not known of other optimizers", async () => {
    const limitWith = async (optimizer: Run["optimizer"]) => {
      using trainer = new Trainer(engine, { ...run, optimizer }, iris);
      return sharpness(trainer, iris.training);
    };
    const { limit, sharpness: curvature } = await limitWith(sgd());
    expect(limit).toBeCloseTo(2 / curvature, 12);
    expect((await limitWith(sgd({ momentum: 0.9 }))).limit).toBeCloseTo(3.8 / curvature, 12);
    expect((await limitWith(sgd({ momentum: 0.9, nesterov: true }))).limit).toBeCloseTo(3.8 / 2.8 / curvature, 12);
    expect((await limitWith(sgd({ momentum: 0.9, dampening: 0.9 }))).limit).toBeCloseTo(38 / curvature, 10);
    expect((await limitWith(sgd({ weightDecay: 1 }))).limit).toBeCloseTo(2 / (curvature + 1), 12);
    // nothing is known of Adam before its first step
    expect(await limitWith(adam())).toMatchObject({ limit: null, preconditioned: null, sharpness: curvature });
  });

  test("is where steps of a quadratic of one's own begin to grow", async () => {
    const eigenvalues = [4, 1, 0.01, 0];
    const model: Run["model"] = (engine) => {
      const parameters = new Parameters(engine, { x: [4] });
      const x = parameters.get("x");
      x.value.fill(1);
      const loss = () => eigenvalues.reduce((sum, value, i) => sum + 0.5 * value * (x.value[i] as number) ** 2, 0);
      const train = () => {
        eigenvalues.forEach((value, i) => {
          x.gradient[i] = value * (x.value[i] as number);
        });
        return loss();
      };
      return { parameters, train, evaluate: () => ({ loss: loss() }), dispose: () => parameters.dispose() };
    };
    const training = dataset([[0], [1]], [0, 1], { task: "regression" });
    for (const momentum of [0, 0.9]) {
      const own: Run = { model, optimizer: sgd({ momentum }), batchSize: 2, epochs: 200 };
      using trainer = new Trainer(engine, own, { training });
      const { limit, sharpness: curvature } = await sharpness(trainer, training);
      expect(curvature).toBeCloseTo(4, 4);
      const last = async (factor: number) => {
        const learningRate = factor * (limit as number);
        using one = new Trainer(engine, { ...own, optimizer: sgd({ momentum, learningRate }) }, { training });
        return (await one.train()).at(-1)?.loss as number;
      };
      expect(await last(0.97)).toBeLessThan(0.6);
      expect(await last(1.03)).toBeGreaterThan(100);
    }
  });

  test("stops when asked to, and refuses what is wrong", async () => {
    using trainer = new Trainer(engine, run, iris);
    await expect(sharpness(trainer, iris.training, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
    await expect(sharpness(trainer, iris.training, { row: 3 } as never)).rejects.toThrow(
      "sharpness.row is not an option (did you mean rows?)",
    );
    await expect(sharpness({} as never, iris.training)).rejects.toThrow("sharpness.trainer must be a Trainer");
  });
});
