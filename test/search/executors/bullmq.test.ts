import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { bullmqExecutor, bullmqWorker, QueueError } from "../../../src/entries/bullmq.js";
import { searchLearningRate } from "../../../src/entries/index.js";
import { mlp } from "../../../src/models/mlp.js";
import { adam } from "../../../src/optimizers/kinds/adam.js";
import type { Executor } from "../../../src/search/executors/executor.js";
import type { Run } from "../../../src/training/run.js";
import { bundled } from "../../support/data.js";
import { startRedis } from "../../support/redis.js";

const iris = bundled("iris", { validation: 0.2, test: 0.2 });
const run: Run = {
  model: mlp({ inputs: 4, hidden: [16], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: 16,
  epochs: 20,
};
const start = () => new Worker(new URL("../../../dist/trial-worker.js", import.meta.url));
const search = (executor?: Executor, more = {}) =>
  searchLearningRate(run, iris, { resplit: true, repeats: 2, ...more, ...(executor && { executor }) });

const inThread = JSON.stringify(await search());

test("gives the bytes of one thread, once", async () => {
  await using redis = await startRedis();
  await using worker = bullmqWorker({ connection: redis.url, concurrency: 2, start });
  await worker.open();
  await using executor = bullmqExecutor({ connection: redis.url });
  expect(await executor.open()).toEqual({ workers: 1, slots: 2 });
  expect(JSON.stringify(await search(executor))).toBe(inThread);
  const { trials } = worker;
  expect(trials).toBe(26);
  // again, at no cost
  expect(JSON.stringify(await search(executor))).toBe(inThread);
  expect(worker.trials).toBe(trials);
  void QueueError;
});
