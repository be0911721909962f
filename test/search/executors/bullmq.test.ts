import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type BullmqOptions, type BullmqWorkerOptions, bullmqExecutor, bullmqWorker, QueueError } from "../../../src/entries/bullmq.js";
import { dataset, searchLearningRate } from "../../../src/entries/index.js";
import { mlp } from "../../../src/models/mlp.js";
import { adam } from "../../../src/optimizers/kinds/adam.js";
import { DisposedError, OptionError, ShapeError } from "../../../src/options/errors.js";
import { Gate } from "../../../src/search/executors/bullmq/gate.js";
import { keys } from "../../../src/search/executors/bullmq/keys.js";
import { idOf } from "../../../src/search/executors/bullmq/message.js";
import { packData, unpackData } from "../../../src/search/executors/bullmq/parcel.js";
import type { Executor, Job } from "../../../src/search/executors/executor.js";
import { dataFingerprint } from "../../../src/search/ledger.js";
import { type Run, readRun } from "../../../src/training/run.js";
import { bundled } from "../../support/data.js";
import { startRedis, type TestRedis } from "../../support/redis.js";

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
  searchLearningRate(run, iris, { resplit: true, repeats: 2, budget: { trials: 26 }, ...more, ...(executor && { executor }) });
const job = (rate: number, over: Partial<Job> = {}): Job => ({ run: readRun(run), rate, repeat: 0, seed: 1, split: null, ...over });

const inThread = JSON.stringify(await search());
let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());
beforeEach(async () => {
  const client = redis.client();
  await client.config("SET", "maxmemory", 0);
  await client.flushall();
  client.disconnect();
});

async function opened(options: Partial<BullmqWorkerOptions> = {}) {
  const worker = bullmqWorker({ connection: redis.url, concurrency: 1, start, ...options });
  await worker.open();
  return worker;
}
const producer = (options: Partial<BullmqOptions> = {}) => bullmqExecutor({ connection: redis.url, ...options });

test("gives the bytes of one thread, and those of a repeated search at no cost", async () => {
  await using worker = await opened({ concurrency: 2 });
  const seen: string[] = [];
  await using executor = producer({ onNotice: ({ text }) => seen.push(text) });
  expect(await executor.open()).toEqual({ workers: 1, slots: 2 });
  expect(seen).toEqual([`1 worker at 127.0.0.1:${redis.port}/0: 2 trials side by side`]);
  const epochs: number[] = [];
  const onEpoch = ({ done, total }: { done: number; total: number }) => epochs.push(done / total);
  expect(JSON.stringify(await search(executor, { onEpoch }))).toBe(inThread);
  // every epoch of every trial is told, or it diverged
  expect(epochs.length).toBeGreaterThan(26 * 15);
  expect(Math.max(...epochs)).toBe(1);
  const { trials } = worker;
  expect(trials).toBe(26);
  await using another = producer();
  expect(JSON.stringify(await search(another))).toBe(inThread);
  expect(worker.trials).toBe(trials);
});

test("goes on from checkpoints that workers of several machines left", async () => {
  await using _ = await opened();
  await using __ = await opened();
  await using executor = producer();
  expect(JSON.stringify(await search(executor, { prune: true }))).toBe(JSON.stringify(await search(undefined, { prune: true })));
});

test("clears Redis when nothing is to be kept", async () => {
  const worker = await opened();
  const executor = producer({ keep: 0 });
  await search(executor, { prune: true });
  await executor.close();
  await worker.close();
  expect(await redis.keys()).toEqual([keys.version]);
  await expect(executor.run([job(0.1)], { data: iris })).rejects.toThrow(DisposedError);
});

test("gives each key a time after which it is gone, but for BullMQ's own, which the last to leave clears", async () => {
  const worker = await opened();
  const executor = producer();
  await executor.run([job(0.1)], { data: iris });
  await executor.close();
  await worker.close();
  const left = await redis.keys();
  expect(left).toHaveLength(3);
  const client = redis.client();
  for (const key of left) expect(await client.ttl(key), key).toBeGreaterThan(0);
  client.disconnect();
});

test("holds no more than workers need", async () => {
  await using executor = producer();
  await executor.open();
  const controller = new AbortController();
  const jobs = Array.from({ length: 200 }, (_, i) => job(1e-4 * (i + 1)));
  const under = executor.run(jobs, { data: iris, signal: controller.signal });
  under.catch(() => {});
  const waiting = async () => (await redis.keys()).filter((key) => /:trials:t[0-9a-f]{16}$/.test(key)).length;
  await expect.poll(waiting).toBe(16);
  controller.abort(new Error("enough"));
  await expect(under).rejects.toThrow("enough");
  // what nobody waits for is taken off the queue
  await expect.poll(waiting).toBe(0);
});

test("a trial that is not there any more is queued again", async () => {
  await using executor = producer();
  const under = executor.run([job(0.01)], { data: iris });
  await expect.poll(async () => (await redis.keys()).some((key) => key.includes(":trials:t"))).toBe(true);
  const client = redis.client();
  await client.flushall();
  client.disconnect();
  await using _ = await opened();
  const [result] = await under;
  expect(result?.history).toHaveLength(20);
});

test("a trial that ended three workers is a row with its reason", async () => {
  const deadly = job(0.01, { split: null });
  const id = idOf(deadly, dataFingerprint(iris));
  const client = redis.client();
  // as three processes leave it that end in the middle of it
  for (const mark of ["a", "b", "c"]) await client.sadd(keys.begun(id), mark);
  await using worker = await opened();
  await using executor = producer();
  const kept = new Map<string, unknown>();
  const ledger = { get: (key: string) => kept.get(key) as never, put: (key: string, result: unknown) => void kept.set(key, result) };
  const result = await searchLearningRate({ ...run, seed: 1 }, iris, { rates: [0.001, 0.01, 0.1], repeats: 1, executor, ledger });
  const row = result.rates[1];
  expect(row).toMatchObject({ verdict: "lost", reasons: [{ kind: "lost", why: "its run ended 3 workers" }], validation: null });
  expect(result.best?.rate).not.toBe(0.01);
  expect([...kept.values()]).toContainEqual(expect.objectContaining({ rate: 0.01, lost: "its run ended 3 workers" }));
  const { trials } = worker;
  // it is tried again when it is asked for again, by a ledger too
  const again = await searchLearningRate({ ...run, seed: 1 }, iris, { rates: [0.001, 0.01, 0.1], repeats: 1, executor, ledger });
  expect(again.rates[1]?.verdict).not.toBe("lost");
  expect(worker.trials).toBe(trials + 1);
  client.disconnect();
});

test("where workers die of themselves, a trial is not blamed for it", async () => {
  const client = redis.client();
  const [unlucky, other] = [job(0.01), job(0.02)];
  const die = async (one: Job, times: number) => {
    for (let i = 0; i < times; i++) await client.sadd(keys.begun(idOf(one, dataFingerprint(iris))), `${i} alone`);
  };
  await using _ = await opened();
  await using executor = producer({ keep: 0 });
  await die(other, 1);
  const [sound] = await executor.run([other], { data: iris });
  expect(sound?.lost).toBeUndefined();
  expect(await client.get(keys.innocent)).toBe("1");
  await die(unlucky, 3);
  expect((await executor.run([unlucky], { data: iris }))[0]?.lost).toBeUndefined();
  await client.del(keys.innocent);
  await die(unlucky, 3);
  expect((await executor.run([unlucky], { data: iris }))[0]?.lost).toBe("its run ended 3 workers");
  client.disconnect();
});

test("threads that end are told apart from the trial's process", async () => {
  const threads: Worker[] = [];
  await using _ = await opened({
    start: () => {
      const thread = start();
      threads.push(thread);
      return thread;
    },
  });
  await using executor = producer();
  const long = { ...run, epochs: 100_000 };
  const under = executor.run([job(0.01, { run: readRun(long) })], { data: iris, onEpoch: () => void threads.at(-1)?.terminate() });
  const [result] = await under;
  expect(result?.lost).toMatch(/ended 3 workers/);
});

test("what a trial throws is thrown, of the same class", async () => {
  await using _ = await opened();
  await using executor = producer();
  const other = { ...run, model: mlp({ inputs: 3, hidden: [4], outputs: 3 }) };
  const wrong = executor.run([job(0.1, { run: readRun(other) })], { data: iris });
  await expect(wrong).rejects.toThrow(ShapeError);
  const own = { ...run, optimizer: adam({ learningRate: (step: number) => 0.1 / (step + 1) }) };
  await expect(executor.run([job(0.1, { run: readRun(own) })], { data: iris })).rejects.toThrow(/is a function, which cannot be sent/);
  await expect(
    executor.run([job(0.1)], {
      data: iris,
      onTrial: () => {
        throw new Error("mine");
      },
    }),
  ).rejects.toThrow("mine");
});

test("data lie in a shared folder, or with a server, and are checked by their hash", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stepsize-store-"));
  const server = createServer(({ url }, answer) => {
    try {
      answer.end(readFileSync(join(folder, url as string)));
    } catch {
      answer.writeHead(404).end();
    }
  }).listen(0);
  try {
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    await using worker = await opened({ store: url });
    await using executor = producer({ store: folder, keep: 0 });
    expect(JSON.stringify(await search(executor))).toBe(inThread);
    expect((await redis.keys()).filter((key) => key.includes(":blob:"))).toEqual([]);
    const [name] = readdirSync(folder) as [string];
    const bytes = readFileSync(join(folder, name));
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(join(folder, name), bytes);
    await worker.close();
    await using suspicious = await opened({ store: url });
    expect(suspicious.trials).toBe(0);
    await expect(executor.run([job(0.2)], { data: iris })).rejects.toThrow(/is not that: its hash differs/);
    await suspicious.close();
    await using _ = await opened();
    await expect(executor.run([job(0.3)], { data: iris })).rejects.toThrow(/start the worker with --store/);
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});

test("a worker that closes gives its trial back, and one that is silent loses it", async () => {
  const first = await opened();
  await using executor = producer();
  let told = 0;
  const long = { ...run, epochs: 20_000 };
  const under = executor.run([job(0.01, { run: readRun(long) })], { data: iris, onEpoch: () => void told++ });
  await expect.poll(() => told, { timeout: 20_000 }).toBeGreaterThan(0);
  await first.close();
  expect(first.trials).toBe(0);
  await using second = await opened();
  const [result] = await under;
  expect(result?.history).toHaveLength(20_000);
  expect(second.trials).toBe(1);
});

test("refuses what does not lead to Redis, without a word of the password", async () => {
  const wrong = (connection: unknown) => () => bullmqExecutor({ connection } as BullmqOptions);
  for (const connection of [
    undefined,
    5,
    "",
    "localhost",
    "http://localhost",
    "redis://user:secret@host:port/0",
    "redis://:secret@host/zero",
  ]) {
    expect(wrong(connection)).toThrow(OptionError);
    expect(wrong(connection)).not.toThrow(/secret/);
  }
  expect(() => bullmqWorker({ connection: redis.url, concurrency: 0 })).toThrow(OptionError);
  expect(() => bullmqWorker({ connection: redis.url, conncurrency: 1 } as never)).toThrow(/did you mean concurrency/);
  const nobody = bullmqExecutor({ connection: "redis://user:secret@127.0.0.1:1/3" });
  await expect(nobody.open()).rejects.toThrow(new QueueError("cannot reach Redis at 127.0.0.1:1/3: nothing listens there"));
  const stranger = bullmqExecutor({ connection: redis.url.replace("//", "//user:secret@") });
  const error = await stranger.open().catch((error) => error);
  expect(error).toBeInstanceOf(QueueError);
  expect(error.message).toMatch(/refuses this user name or password/);
  expect(`${error.message}${error.stack}`).not.toContain("secret");
});

test("refuses other versions", async () => {
  const client = redis.client();
  await client.set(keys.version, "0.0.1, core 0123", "EX", 60);
  await expect(producer().open()).rejects.toThrow(/serves stepsize 0\.0\.1, core 0123, this is .*: use the same version on all machines/);
  await expect(opened()).rejects.toThrow(QueueError);
  client.disconnect();
});

test("a full Redis ends worker and search with an error that says so", async () => {
  await using worker = await opened();
  await using executor = producer();
  const client = redis.client();
  const first: number[] = [];
  const long = { ...run, epochs: 200 };
  const jobs = Array.from({ length: 60 }, (_, i) => job(1e-4 * (i + 1), { run: readRun(long) }));
  const under = executor.run(jobs, {
    data: iris,
    onTrial: () => {
      first.push(1);
      if (first.length === 2) void client.config("SET", "maxmemory", 1000).finally(() => client.disconnect());
    },
  });
  await expect(under).rejects.toThrow(/is full: give it more memory/);
  await expect(worker.ended).rejects.toThrow(/is full/);
});

test("data come back as they were", () => {
  const weighted = dataset([[1], [2], [3]], ["a", "b", "a"], { weights: [1, 0.5, 2] });
  for (const data of [iris, { training: weighted }, { training: weighted, validation: weighted }]) {
    const back = unpackData(packData(data as never));
    expect(Object.keys(back).sort()).toEqual(["test", "training", "validation"].filter((name) => name in data));
    expect(dataFingerprint(back)).toBe(dataFingerprint(data as never));
    expect(back.training).toEqual(data.training);
  }
  const other = dataset([[1], [2], [3]], ["a", "b", "a"], { weights: [1, 0.5, 1] });
  expect(dataFingerprint({ training: other })).not.toBe(dataFingerprint({ training: weighted }));
});

test("a gate lets in one alone when the others have gone", async () => {
  const gate = new Gate();
  const order: string[] = [];
  const first = await gate.together();
  const second = await gate.together();
  const alone = gate.alone().then((leave) => {
    order.push("alone");
    return leave;
  });
  const last = gate.together().then((leave) => {
    order.push("last");
    return leave;
  });
  first();
  await Promise.resolve();
  expect(order).toEqual([]);
  second();
  const leave = await alone;
  expect(order).toEqual(["alone"]);
  leave();
  (await last)();
  expect(order).toEqual(["alone", "last"]);
});
