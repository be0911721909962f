import { expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { cosine } from "../../src/schedules/index.js";
import { resplit } from "../../src/search/resplit.js";
import { scaleRun } from "../../src/search/scale.js";
import { runTrial } from "../../src/search/trial.js";
import type { Run } from "../../src/training/run.js";
import { Trainer } from "../../src/training/trainer.js";
import { bundled } from "../support/data.js";

const iris = bundled("iris", { validation: 0.2, test: 0.2 });
const run: Run = {
  model: mlp({ inputs: 4, hidden: [8], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: adam({ learningRate: cosine({ rate: 0.5, steps: 30 }) }),
  batchSize: 16,
  epochs: 5,
};

test("a trial is a pure function: the same JSON in both backends, whatever ran before", async () => {
  const [wasm, js] = await Promise.all((["wasm", "js"] as const).map((backend) => load({ backend })));
  const spec = { run, data: iris, rate: 0.01, seed: 7 };
  const first = await runTrial({ ...spec, engine: wasm as never });
  await runTrial({ ...spec, engine: wasm as never, rate: 0.5 });
  for (const engine of [wasm, js]) expect(await runTrial({ ...spec, engine: engine as never })).toEqual(first);
  expect(JSON.parse(JSON.stringify(first))).toEqual(first);
  expect(first.weights).toMatch(/^[0-9a-f]{16}$/);
  expect((await runTrial({ ...spec, engine: wasm as never, seed: 8 })).weights).not.toBe(first.weights);
});

test("its rows add up to what the trainer says of the same run", async () => {
  const engine = await load();
  const { rows, kept, balancedAccuracy, test: held } = await runTrial({ engine, run, data: iris, rate: 0.01 });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(rows?.losses).toHaveLength(iris.validation.rows);
  expect(mean(rows?.losses ?? [])).toBeCloseTo(kept?.validation?.loss as number, 5);
  expect(mean(rows?.scores ?? [])).toBeCloseTo(kept?.validation?.score as number, 12);
  // the classes of iris are even, and so are its parts
  expect(balancedAccuracy).toBeCloseTo(kept?.validation?.score as number, 12);
  using trainer = new Trainer(engine, scaleRun(run, iris.training.rows, 0.01), iris);
  expect((await trainer.train()).at(-1)).toEqual(kept);
  expect(trainer.evaluate(iris.test as never)).toEqual(held);
});

test("its rows add up to the weighted loss where classes count by weights, and to a weighted accuracy", async () => {
  const engine = await load();
  const weights = [1, 5, 0.5];
  const { rows, kept, balancedAccuracy } = await runTrial({ engine, run: { ...run, classWeights: weights }, data: iris, rate: 0.01 });
  const plain = await runTrial({ engine, run, data: iris, rate: 0.01 });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(rows?.losses ?? [])).toBeCloseTo(kept?.validation?.loss as number, 5);
  const weightOf = Array.from(iris.validation.targets, (target) => weights[target] as number);
  const hits = rows?.scores?.map((score, row) => (score * mean(weightOf)) / (weightOf[row] as number)) ?? [];
  for (const hit of hits) expect(Math.abs(hit - Math.round(hit))).toBeLessThan(1e-6);
  // what counts all rows alike is not changed by weights
  expect(mean(hits)).toBeCloseTo(kept?.validation?.score as number, 6);
  expect(balancedAccuracy).toBeCloseTo(kept?.validation?.score as number, 6);
  expect(plain.rows?.losses).not.toEqual(rows?.losses);
});

test("divergence is a result, wrong input an error", async () => {
  const engine = await load();
  const lost = await runTrial({ engine, run: { ...run, optimizer: sgd() }, data: iris, rate: 1e30 });
  expect(lost).toMatchObject({ rows: null, test: null, weights: null, divergence: { what: expect.any(String), step: expect.any(Number) } });
  await expect(runTrial({ engine, run, data: iris, rate: 0 })).rejects.toThrow("runTrial.rate must be a number greater than 0");
});

test("rows are parted anew by class, and none is lost", () => {
  const other = resplit(iris, 5);
  const rowsOf = ({ training, validation }: typeof other) =>
    [training, validation as typeof training].flatMap(({ features, targets, rows, columns }) =>
      Array.from({ length: rows }, (_, r) => [...features.subarray(r * columns, (r + 1) * columns), targets[r]].join()),
    );
  expect(rowsOf(other).sort()).toEqual(rowsOf(iris).sort());
  expect(rowsOf(other)).not.toEqual(rowsOf(iris));
  expect([other.training.rows, other.validation?.rows, other.test]).toEqual([iris.training.rows, iris.validation.rows, iris.test]);
  expect(resplit(iris, 5)).toEqual(other);
});

test("rows keep their weights when they are parted anew, and count 1 where only others have some", () => {
  // a weight that tells which row it is of
  const weightOf = (features: ArrayLike<number>, row: number) => 1 + Math.abs(features[row * 4] as number);
  const weighted = (part: typeof iris.training) => ({
    ...part,
    weights: Float32Array.from({ length: part.rows }, (_, row) => weightOf(part.features, row)),
  });
  const both = resplit({ training: weighted(iris.training), validation: weighted(iris.validation as typeof iris.training) }, 3);
  for (const { rows, features, weights } of [both.training, both.validation as typeof iris.training]) {
    expect(weights).toEqual(Float32Array.from({ length: rows }, (_, row) => weightOf(features, row)));
  }
  const one = resplit({ training: weighted(iris.training), validation: iris.validation as typeof iris.training }, 3);
  const all = [one.training, one.validation].flatMap((part) => Array.from(part?.weights ?? []));
  expect(all.filter((weight) => weight === 1).length).toBeGreaterThanOrEqual(iris.validation?.rows as number);
  expect(resplit(iris, 3).training.weights).toBeUndefined();
});
