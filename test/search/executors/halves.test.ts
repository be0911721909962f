import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { load } from "../../../src/engine/load.js";
import { mlp } from "../../../src/models/mlp.js";
import { sgd } from "../../../src/optimizers/kinds/sgd.js";
import type { Job } from "../../../src/search/executors/executor.js";
import { firstPart, secondHalf } from "../../../src/search/executors/halves.js";
import { threadExecutor } from "../../../src/search/executors/thread.js";
import { workersExecutor } from "../../../src/search/executors/workers.js";
import type { TrialResult } from "../../../src/search/trial.js";
import type { EpochRecord } from "../../../src/training/records.js";
import { readRun } from "../../../src/training/run.js";
import { bundled } from "../../support/data.js";

const url = new URL("../../../dist/trial-worker.js", import.meta.url);
const iris = bundled("iris", { validation: 0.2, test: 0.2 });
const engine = await load();
const base = {
  model: mlp({ inputs: 4, hidden: [8], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: sgd({ learningRate: 1 }),
  batchSize: 16,
} as const;
const runs = {
  plain: readRun({ ...base, epochs: 7 }),
  patient: readRun({ ...base, epochs: 12, earlyStopping: { patience: 2, monitor: "loss" } }),
  accumulating: readRun({ ...base, optimizer: sgd({ learningRate: 1, momentum: 0.9, accumulate: 3 }), epochs: 5 }),
  short: readRun({ ...base, epochs: 1 }),
};
const job = (rate: number, run = runs.plain): Job => ({ run, rate, repeat: 0, seed: 1, split: null });

describe("which trials are trained in two parts", () => {
  const halved = (trials: number, workers: number, of = job(0.1)) =>
    Array.from({ length: trials }, (_, i) => firstPart(of, i, trials, workers)).flatMap(({ until }, i) =>
      until === undefined ? [] : [[i, until]],
    );

  test.each<[number, number, number[]]>([
    [13, 2, [12]],
    [3, 2, [2]],
    [9, 4, [8]],
    [10, 4, [8, 9]],
    // each worker has as many, or more than half of them have one more
    [14, 2, []],
    [11, 4, []],
    [5, 3, []],
    [7, 3, [6]],
    // nobody waits for them
    [1, 2, []],
    [2, 8, []],
    [0, 2, []],
    [13, 1, []],
  ])("of %i for %i workers: %j", (trials, workers, expected) => {
    expect(halved(trials, workers)).toEqual(expected.map((i) => [i, 3]));
  });

  test("none that is a part itself or has one epoch", () => {
    expect(halved(3, 2, job(0.1, runs.short))).toEqual([]);
    expect(halved(3, 2, { ...job(0.1), until: 4 })).toEqual([
      [0, 4],
      [1, 4],
      [2, 4],
    ]);
    expect(halved(3, 2, { ...job(0.1), from: { epoch: 2, checkpoint: new Uint8Array(1) } })).toEqual([]);
    expect(secondHalf(job(0.1), { rate: 0.1 } as TrialResult)).toBeUndefined();
  });
});

// the last rate diverges in its first half, or hardly learns
describe.each(Object.entries(runs))("a %s run", (_, run) => {
  test.each([
    ["that diverges", [0.01, 0.03, 0.1, 0.3, 1e30]],
    ["that ends", [1e30, 0.3, 0.1, 0.03, 0.01]],
  ])("has the results of one thread, told once each, with a last one %s", async (_, rates) => {
    const jobs = rates.map((rate) => job(rate, run));
    const expected = await threadExecutor(engine).run(jobs, { data: iris });
    using executor = workersExecutor({ workers: 2, engine, start: () => new Worker(url) });
    executor.prepare(2);
    const told = new Map<Job, TrialResult[]>();
    const epochs = new Map<Job, EpochRecord[]>();
    const results = await executor.run(jobs, {
      data: iris,
      onTrial: (job, result) => told.set(job, [...(told.get(job) ?? []), result]),
      onEpoch: (job, epoch) => epochs.set(job, [...(epochs.get(job) ?? []), epoch]),
    });
    expect(JSON.stringify(results)).toBe(JSON.stringify(expected));
    expect(jobs.map((job) => told.get(job))).toEqual(results.map((result) => [result]));
    expect(jobs.map((job) => epochs.get(job) ?? [])).toEqual(results.map(({ history }) => history));
  });
});
