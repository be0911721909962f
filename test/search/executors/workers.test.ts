import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { load } from "../../../src/engine/load.js";
import { searchLearningRate } from "../../../src/entries/index.js";
import { type WorkersOptions, workersExecutor } from "../../../src/entries/workers.js";
import { mlp } from "../../../src/models/mlp.js";
import { Random } from "../../../src/numerics/random.js";
import { adam } from "../../../src/optimizers/kinds/adam.js";
import { DisposedError, EngineError, OptionError, ShapeError } from "../../../src/options/errors.js";
import type { Executor, Job } from "../../../src/search/executors/executor.js";
import { threadExecutor } from "../../../src/search/executors/thread.js";
import type { Run } from "../../../src/training/run.js";
import { readRun } from "../../../src/training/run.js";
import { bundled } from "../../support/data.js";

const iris = bundled("iris", { validation: 0.2, test: 0.2 });
const run: Run = {
  model: mlp({ inputs: 4, hidden: [16], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: 16,
  epochs: 20,
};
const url = new URL("../../../dist/trial-worker.js", import.meta.url);
const start = () => new Worker(url);
const workers = (count: number, options: WorkersOptions = {}) => workersExecutor({ workers: count, start, ...options });
const exact = { resplit: true, repeats: 2, budget: { trials: 26 } };
const search = (executor?: Executor) => searchLearningRate(run, iris, { ...exact, ...(executor && { executor }) });
const job = (rate: number, over: Partial<Job> = {}): Job => ({ run: readRun(run), rate, repeat: 0, seed: 1, split: null, ...over });

const inThread = JSON.stringify(await search());

test.each([1, 2, 8])("%i workers give the bytes of one thread", async (count) => {
  using executor = workers(count);
  expect(JSON.stringify(await search(executor))).toBe(inThread);
  // the same workers, with the data that they have
  expect(JSON.stringify(await search(executor))).toBe(inThread);
});

test("workers are given the weights of rows", async () => {
  const weights = Float32Array.from({ length: iris.training.rows }, (_, row) => row % 3);
  const data = { ...iris, training: { ...iris.training, weights } };
  using executor = workers(2);
  const plan = { resplit: true, repeats: 2, rates: [0.001, 0.01] };
  const told = JSON.stringify(await searchLearningRate(run, data, { ...plan, executor }));
  expect(told).toBe(JSON.stringify(await searchLearningRate(run, data, plan)));
  expect(told).not.toBe(JSON.stringify(await searchLearningRate(run, iris, plan)));
});

test.each([1, 2, 3])("%i workers, of which this thread is one, give them", async (count) => {
  let started = 0;
  using executor = workers(count, {
    engine: await load(),
    start: () => {
      started++;
      return start();
    },
  });
  executor.prepare(count);
  expect(JSON.stringify(await search(executor))).toBe(inThread);
  expect(started).toBe(count - 1);
  // with epochs told, each once and in order
  const seen = new Map<string, number[]>();
  const result = await searchLearningRate(run, iris, {
    ...exact,
    executor,
    onEpoch: ({ rate, repeat, epoch }) => {
      const key = `${rate} ${repeat}`;
      seen.set(key, [...(seen.get(key) ?? []), epoch.epoch]);
    },
  });
  expect(JSON.stringify(result)).toBe(inThread);
  expect(seen.size).toBe(result.rates.length * 2);
  for (const epochs of seen.values()) expect(epochs).toEqual(epochs.map((_, i) => i + 1));
});

test("where this thread takes part, others start when the trials last", async () => {
  let started = 0;
  using executor = workers(2, {
    engine: await load(),
    start: () => {
      started++;
      return start();
    },
  });
  const stop = new AbortController();
  const long = { run: readRun({ ...run, epochs: 100_000 }) };
  const running = executor.run([job(0.1, long), job(0.2, long)], { data: iris, signal: stop.signal });
  running.catch(() => {});
  expect(started).toBe(0);
  await expect.poll(() => started, { timeout: 20_000 }).toBe(1);
  stop.abort();
  await expect(running).rejects.toThrow();
});

test("a worker that ends gives its next trial back, too", async () => {
  const started: Worker[] = [];
  using executor = workers(2, {
    engine: await load(),
    start: () => {
      const worker = start();
      started.push(worker);
      return worker;
    },
  });
  executor.prepare(2);
  let killed = 0;
  const result = await searchLearningRate(run, iris, {
    ...exact,
    executor,
    onEpoch: () => {
      if (killed < 2 && started.length === killed + 1) {
        killed++;
        void started.at(-1)?.terminate();
      }
    },
  });
  expect(JSON.stringify(result)).toBe(inThread);
  expect(started.length).toBeGreaterThan(1);
});

test("both backends give them", async () => {
  using executor = workers(2, { backend: "js" });
  expect(JSON.stringify(await search(executor))).toBe(inThread);
});

test("workers that are killed are replaced, and lose nothing", async () => {
  const random = new Random(3);
  let started = 0;
  const alive: Worker[] = [];
  using executor = workers(3, {
    start: () => {
      const worker = start();
      started++;
      alive.push(worker);
      return worker;
    },
  });
  for (let round = 0; round < 5; round++) {
    // a trial may lose two workers, whichever they are
    let left = 2;
    const before = started;
    const result = await searchLearningRate(run, iris, {
      ...exact,
      executor,
      onEpoch: () => {
        if (left === 0 || random.uniform() < 0.9) return;
        left--;
        const [killed] = alive.splice(Math.floor(random.uniform() * alive.length), 1);
        void killed?.terminate();
      },
    });
    expect(JSON.stringify(result)).toBe(inThread);
    if (round > 0) expect(started).toBeGreaterThan(before);
  }
});

test("a trial that ends three workers is an error that names it", async () => {
  const started: Worker[] = [];
  using executor = workers(1, {
    start: () => {
      const worker = start();
      started.push(worker);
      return worker;
    },
  });
  // so long that no worker is done before it is ended
  const long = job(0.25, { run: readRun({ ...run, epochs: 100_000 }) });
  const deadly = executor.run([long], { data: iris, onEpoch: () => void started.at(-1)?.terminate() });
  await expect(deadly).rejects.toThrow(new EngineError("the trial of rate 0.25, repeat 0, ended 3 workers (it ended)"));
  expect(started).toHaveLength(3);
  const [result] = await executor.run([job(0.25)], { data: iris });
  expect(result?.history).toHaveLength(20);
});

test("workers that do not start are an error that says why", async () => {
  using none = workers(2, { start: () => new Worker('throw new Error("no such luck")', { eval: true }) });
  await expect(none.run([job(0.1), job(0.2)], { data: iris })).rejects.toThrow(/^workers cannot be started here \(Error: no such luck\)/);
  using refused = workers(2, {
    start: () => {
      throw new Error("not allowed");
    },
  });
  await expect(refused.run([job(0.1)], { data: iris })).rejects.toThrow("workers cannot be started here (not allowed)");
});

test.each<[string, () => Worker, RegExp]>([
  ["do not start", () => new Worker('throw new Error("no such luck")', { eval: true }), /no such luck/],
  [
    "are refused",
    () => {
      throw new Error("not allowed");
    },
    /^not allowed$/,
  ],
])("where workers %s, this thread goes on alone if it takes part, and says why", async (_, start, why) => {
  using executor = workers(3, { engine: await load(), start });
  expect(executor.shortfall).toBeNull();
  executor.prepare(3);
  expect(JSON.stringify(await search(executor))).toBe(inThread);
  await expect.poll(() => executor.shortfall).toMatch(why);
  // errors of trials are what they were
  const wrong = readRun({ ...run, model: mlp({ inputs: 5, outputs: 3 }) });
  await expect(executor.run([job(0.1, { run: wrong })], { data: iris })).rejects.toThrow(ShapeError);
  executor.prepare(3);
  expect(await executor.run([job(0.1)], { data: iris })).toEqual(await threadExecutor(await load()).run([job(0.1)], { data: iris }));
});

test("a pool that was short of workers keeps those that run", async () => {
  let started = 0;
  const few = () => {
    if (++started > 1) throw new Error("too many");
    return start();
  };
  using executor = workers(4, { engine: await load(), start: few });
  executor.prepare(4);
  expect([started, executor.shortfall]).toEqual([2, "too many"]);
  expect(JSON.stringify(await search(executor))).toBe(inThread);
  expect(started).toBe(2);
});

test("errors arrive with their class and fields, and the workers go on", async () => {
  using executor = workers(2);
  const wrong = readRun({ ...run, model: mlp({ inputs: 5, outputs: 3 }) });
  const failing = executor.run([job(0.1, { run: wrong })], { data: iris });
  await expect(failing).rejects.toThrow(new ShapeError("the model has 5 inputs, the training data has 4 columns"));
  await expect(failing).rejects.toBeInstanceOf(ShapeError);
  const batch = readRun({ ...run, batchSize: 1000 });
  const error = await executor.run([job(0.1, { run: batch })], { data: iris }).catch((error) => error);
  expect(error).toBeInstanceOf(OptionError);
  expect(error).toMatchObject({ name: "OptionError", field: "run.batchSize", value: 1000 });
  expect(await executor.run([job(0.1)], { data: iris })).toEqual(await threadExecutor(await load()).run([job(0.1)], { data: iris }));
});

test("a run that holds functions is refused, and a search runs it in its own thread", async () => {
  using executor = workers(2);
  const scheduled: Run = { ...run, epochs: 2, optimizer: adam({ learningRate: (step: number) => 1 / (1 + step) }) };
  await expect(executor.run([job(0.1, { run: readRun(scheduled) })], { data: iris })).rejects.toThrow(
    "run.optimizer.learningRate is a function, which cannot be sent to a worker",
  );
  const options = { rates: [0.01, 0.1], repeats: 1 };
  expect(await searchLearningRate(scheduled, iris, { ...options, executor })).toEqual(await searchLearningRate(scheduled, iris, options));
});

test("stops at once when asked to, and can be used again", async () => {
  using executor = workers(2);
  const controller = new AbortController();
  const long = readRun({ ...run, epochs: 100_000 });
  const began = executor.run([job(0.1, { run: long }), job(0.2, { run: long }), job(0.3, { run: long })], {
    data: iris,
    signal: controller.signal,
    onEpoch: () => controller.abort(new Error("enough")),
  });
  await expect(began).rejects.toThrow("enough");
  expect(await executor.run([job(0.1)], { data: iris })).toHaveLength(1);
  await expect(executor.run([job(0.1)], { data: iris, signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
});

test.each(["a worker", "this thread"])("what %s tells of a trial that ended as it was stopped is heard no more", async (who) => {
  using executor = workers(1, who === "a worker" ? {} : { engine: await load() });
  const controller = new AbortController();
  const heard: string[] = [];
  const stopped = executor.run([job(0.001), job(0.01)], {
    data: iris,
    signal: controller.signal,
    // its last epochs are told when it has come to its end
    onEpoch: (_, { epoch }) => {
      heard.push("epoch");
      if (epoch === run.epochs) controller.abort();
    },
    onTrial: () => void heard.push("trial"),
  });
  await expect(stopped).rejects.toThrow("aborted");
  const before = heard.length;
  // who is asked now answers after what was under way
  await executor.run([job(0.1)], { data: iris });
  expect(heard).toEqual(new Array(before).fill("epoch"));
});

test("what a listener throws ends the search", async () => {
  using executor = workers(2);
  const onEpoch = () => {
    throw new Error("from the listener");
  };
  await expect(executor.run([job(0.1), job(0.2)], { data: iris, onEpoch })).rejects.toThrow("from the listener");
  await expect(executor.run([job(0.1)], { data: iris, onTrial: onEpoch })).rejects.toThrow("from the listener");
});

test("once disposed of it cannot be used, and what was under way fails", async () => {
  const executor = workers(2);
  const running = executor.run([job(0.1, { run: readRun({ ...run, epochs: 100_000 }) })], { data: iris });
  executor.dispose();
  executor.dispose();
  await expect(running).rejects.toThrow(DisposedError);
  await expect(executor.run([job(0.1)], { data: iris })).rejects.toThrow("this executor was disposed of");
});

test("two searches may share it", async () => {
  using executor = workers(2);
  const both = await Promise.all([search(executor), search(executor)]);
  expect(both.map((result) => JSON.stringify(result))).toEqual([inThread, inThread]);
});

test("refuses options that are none", () => {
  expect(() => workersExecutor({ workers: 0 })).toThrow("workersExecutor.workers must be an integer at least 1 and at most 1024, got 0");
  expect(() => workersExecutor({ threads: 2 } as never)).toThrow("workersExecutor.threads is not an option");
  expect(() => workersExecutor({ start: 1 as never })).toThrow("workersExecutor.start must be a function that starts a worker, got 1");
  expect(() => workersExecutor().prepare(0)).toThrow("prepare.trials must be");
});
