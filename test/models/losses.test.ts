import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { type Engine, load } from "../../src/engine/load.js";
import * as losses from "../../src/generated/losses.js";
import { lossRules } from "../../src/generated/lossRules.js";
import type { LossDescription } from "../../src/models/loss.js";
import { lossFromJSON } from "../../src/models/loss-json.js";
import { bindLoss, LOSSES, type Loss } from "../../src/models/losses.js";
import { mlp } from "../../src/models/mlp.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { DataError, OptionError, ShapeError } from "../../src/options/errors.js";
import { runFromJSON } from "../../src/training/from-json.js";
import type { Run } from "../../src/training/run.js";
import { Trainer } from "../../src/training/trainer.js";
import { classWeightsOf } from "../../src/training/weights.js";
import { bundled, fingerprint } from "../support/data.js";

interface Case {
  loss: { kind: string };
  rows: number;
  outputs: number;
  classes: boolean;
  z: number[];
  t: number[];
  weights: number[] | null;
  value: number;
  gradient: number[];
}
const golden: { library: string; cases: Case[] } = JSON.parse(readFileSync(new URL("../golden/losses.json", import.meta.url), "utf8"));
const iris = bundled("iris");

/** The loss of a case and its gradient. */
function compute(engine: Engine, loss: Loss, { rows, outputs, classes, z, t, weights }: Case) {
  using outputsVector = engine.vector(z.length);
  using targets = engine.vector(t.length);
  using gradient = engine.vector(z.length);
  using ofRows = engine.vector(rows);
  outputsVector.view.set(z);
  if (classes) new Uint32Array(targets.view.buffer, targets.view.byteOffset, t.length).set(t);
  else targets.view.set(t);
  ofRows.view.set(weights ?? []);
  const weight = weights?.reduce((a, b) => a + Math.fround(b), 0);
  const compute = bindLoss(engine, loss, outputs);
  const value = compute(outputsVector.pointer, targets.pointer, gradient.pointer, rows, 1, weights ? ofRows.pointer : 0, weight);
  return { value, gradient: [...gradient.view.subarray(0, z.length)] };
}

describe.each(["wasm", "js"] as const)("losses in %s", (backend) => {
  test(`agree with ${golden.library}, and their gradients`, async () => {
    const engine = await load({ backend });
    let worst = 0;
    // those with a name are also computed by kernels
    const named = golden.cases.filter(({ loss }) => LOSSES.some((name) => name === loss.kind) && Object.keys(loss).length === 1);
    const tried = [
      ...golden.cases.map((given) => [lossFromJSON(given.loss), given] as const),
      ...named.map((given) => [given.loss.kind as Loss, given] as const),
    ];
    for (const [loss, given] of tried) {
      const { value, gradient } = compute(engine, loss, given);
      const differences = [value - given.value, ...gradient.map((g, i) => g - (given.gradient[i] as number))];
      const largest = Math.max(...differences.map(Math.abs)) / Math.max(1, Math.abs(given.value));
      worst = Math.max(worst, largest);
      expect(largest, JSON.stringify({ ...given.loss, rows: given.rows, outputs: given.outputs })).toBeLessThan(2e-6);
    }
    console.log(`${tried.length} losses, largest difference ${worst.toExponential(1)}`);
  });

  test("the gradient of several losses is that of its parts, by finite differences", async () => {
    const engine = await load({ backend });
    const { severalLosses, crossEntropy, logCosh, quantile } = losses;
    const parts = [
      { outputs: 3, loss: crossEntropy({ labelSmoothing: 0.1 }), weight: 2 },
      { outputs: 1, loss: logCosh() },
      { outputs: 2, loss: quantile({ quantiles: [0.1, 0.9] }), weight: 0.5 },
    ];
    const loss = severalLosses({ parts });
    const z = [0.5, -1, 2, 0.25, 1, -2, 1, 1.5, -0.5, 2, 0.75, 0.5];
    const given = { rows: 2, outputs: 6, classes: false, z, t: [2, 0.5, 1.5, 1.5, 0, -1, 0.25, 3], weights: [1, 3] } as unknown as Case;
    const { gradient } = compute(engine, loss, given);
    z.forEach((_, i) => {
      const at = (step: number) => compute(engine, loss, { ...given, z: z.map((value, j) => (j === i ? value + step : value)) }).value;
      expect(gradient[i]).toBeCloseTo((at(1 / 64) - at(-1 / 64)) * 32, 3);
    });
    expect(JSON.stringify(lossFromJSON(JSON.parse(JSON.stringify(loss))))).toBe(JSON.stringify(loss));
    expect(() => compute(engine, loss, { ...given, t: [3, 0, 0, 0, 0, 0, 0, 0] })).toThrow(
      /a class of 3 must be a whole number from 0 to 2, got 3/,
    );
  });
});

test("every loss has golden values or another test", () => {
  const tried = new Set([...golden.cases.map(({ loss }) => loss.kind), "severalLosses"]);
  expect(lossRules.filter(({ kind }) => !tried.has(kind)).map(({ kind }) => kind)).toEqual([]);
});

const run: Run = {
  model: mlp({ inputs: 4, hidden: [8], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: sgd({ learningRate: 0.1 }),
  epochs: 3,
};

async function train(run: Run, data = iris, backend: "wasm" | "js" = "wasm"): Promise<Trainer> {
  const trainer = new Trainer(await load({ backend }), run, data);
  await trainer.train();
  return trainer;
}

describe("weights of rows", () => {
  test("a row of weight 2 counts as two of it, one of weight 0 as none", async () => {
    const x = [
      [1, 2],
      [2, 1],
      [0, 1],
      [3, 3],
    ];
    const y = [1, 2, 0.5, 3];
    const weighted = { training: dataset(x, y, { task: "regression", weights: [2, 1, 0, 1] }) };
    const repeated = { training: dataset([x[0], x[0], x[1], x[3]] as number[][], [1, 1, 2, 3], { task: "regression" }) };
    const linear: Run = {
      model: mlp({ inputs: 2, outputs: 1 }),
      loss: "meanSquared",
      optimizer: sgd({ learningRate: 0.05 }),
      batchSize: 4,
      epochs: 40,
    };
    using one = await train(linear, weighted as never);
    using other = await train(linear, repeated as never);
    for (const [i, value] of one.model.parameters.values.view.entries())
      expect(value).toBeCloseTo(other.model.parameters.values.view[i] as number, 5);
    expect(one.evaluate(weighted.training).loss).toBeCloseTo(other.evaluate(repeated.training).loss, 5);
  });

  test.each(["wasm", "js"] as const)("balanced classes, in %s, with the same bits and in a checkpoint", async (backend) => {
    const balanced: Run = { ...run, classWeights: "balanced", penalties: { l1: 1e-3, l2: 1e-2 }, loss: losses.focal() };
    using trainer = await train(balanced, iris, backend);
    using again = new Trainer(await load(), runFromJSON(JSON.parse(JSON.stringify(balanced))), iris);
    await again.train();
    expect(fingerprint(again)).toBe(fingerprint(trainer));
    using restored = new Trainer(await load(), balanced, iris);
    restored.restore(trainer.checkpoint());
    expect(restored.history).toEqual(trainer.history);
    expect(() =>
      new Trainer(again.optimizer.parameters.engine, { ...run, loss: losses.focal({ gamma: 3 }) }, iris).restore(trainer.checkpoint()),
    ).toThrow(/run.loss.gamma is 2 in the checkpoint and 3 here/);
  });

  test("balanced is scikit-learn's compute_class_weight", () => {
    const data = dataset([[1], [1], [1], [1], [1], [1]], ["a", "b", "b", "c", "c", "c"]);
    expect(classWeightsOf("balanced", data)).toEqual([2, 1, 2 / 3]);
  });

  test("a penalty adds its gradient and its size to the loss", async () => {
    const engine = await load();
    const data = { training: dataset([[0, 0]], [0], { task: "regression" }) };
    const plain: Run = {
      model: mlp({ inputs: 2, outputs: 1 }),
      loss: "meanSquared",
      optimizer: sgd({ learningRate: 1 }),
      batchSize: 1,
      epochs: 1,
    };
    using trainer = new Trainer(engine, { ...plain, penalties: { l1: 0.25, l2: 0.125 } }, data);
    const before = [...trainer.model.parameters.get("layers.0.weight").value];
    await trainer.train();
    const after = [...trainer.model.parameters.get("layers.0.weight").value];
    for (const [i, w] of before.entries()) expect(after[i]).toBeCloseTo(w - 0.25 * Math.sign(w) - 0.25 * w, 6);
    const penalty = before.reduce((sum, w) => sum + 0.25 * Math.abs(w) + 0.125 * w * w, 0);
    expect(trainer.history[0]?.loss).toBeCloseTo(penalty, 5);
  });
});

test("what does not fit is an error that names it", async () => {
  const engine = await load();
  const refuse =
    (changed: object, data: object = iris) =>
    () =>
      new Trainer(engine, { ...run, ...changed } as Run, data as never).dispose();
  expect(refuse({ loss: { kind: "focal", gamma: 1 } })).toThrow(/run.loss must be one of .* or read the run with runFromJSON/);
  expect(() => losses.focal({ gama: 1 } as never)).toThrow(/focal.gama is not an option \(did you mean gamma\?\)/);
  expect(() => losses.quantile({ quantiles: [1] })).toThrow(OptionError);
  expect(() => lossFromJSON({ kind: "focl" })).toThrow(/did you mean focal/);
  expect(refuse({ loss: losses.logCosh() })).toThrow(ShapeError);
  expect(refuse({ classWeights: [1, 2] })).toThrow(/run.classWeights must be one for each of 3 classes, got 2/);
  expect(refuse({ classWeights: "balance" })).toThrow(/did you mean balanced/);
  expect(refuse({ classWeights: [1, -1, 1] })).toThrow(OptionError);
  expect(refuse({ penalties: { match: "x" } })).toThrow(/run.penalties.match "x" matches no tensor/);
  const quantities = { training: dataset([[1, 1, 1, 1]], [-1], { task: "regression" }) };
  const single = { model: mlp({ inputs: 4, outputs: 1 }), batchSize: 1 };
  expect(refuse({ ...single, loss: losses.poisson() }, quantities)).toThrow(DataError);
  expect(refuse({ ...single, loss: losses.hinge() }, quantities)).toThrow(/row 1: hinge needs targets that are 0 or 1, got -1/);
  expect(refuse({ ...single, loss: losses.quantile({ quantiles: [0.1, 0.9] }) }, quantities)).toThrow(
    /must be one, or one for each of 1 outputs, got 2/,
  );
  expect(refuse({ ...single, loss: "meanSquared", classWeights: "balanced" }, quantities)).toThrow(/needs classes/);
  expect(() => dataset([[1]], [1], { task: "regression", weights: [-1] })).toThrow(DataError);
  expect(() => dataset([[1]], [1], { task: "regression", weights: [1, 2] })).toThrow(ShapeError);
  expect((losses.crossEntropy({ labelSmoothing: 0.1 }) as LossDescription).kind).toBe("crossEntropy");
});
