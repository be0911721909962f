// Parts of a search at their edges: what guessing reaches by every loss, which trials are pruned, limits of optimizers, where data lie.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { optunaJournal } from "../../src/cli/export/optuna.js";
import { dataset, type Regression } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { activation } from "../../src/models/layers/activation.js";
import { dense } from "../../src/models/layers/dense.js";
import { dropout } from "../../src/models/layers/dropout.js";
import { logCosh } from "../../src/models/losses/logCosh.js";
import { mlp } from "../../src/models/mlp.js";
import { sequential } from "../../src/models/sequential.js";
import { adam, adamw } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { ema } from "../../src/optimizers/wrappers/averages.js";
import { OptionError } from "../../src/options/errors.js";
import { cosine, reduceOnPlateau } from "../../src/schedules/index.js";
import { MissingBlobError, RedisBlobs, sharedBlobs } from "../../src/search/executors/bullmq/blobs.js";
import { placeOf } from "../../src/search/executors/bullmq/connection.js";
import { connectError, lastingError, QueueError } from "../../src/search/executors/bullmq/errors.js";
import { guessOf } from "../../src/search/guess.js";
import { prune } from "../../src/search/halving.js";
import { sharpness } from "../../src/search/sharpness.js";
import { searchRuns } from "../../src/search/study.js";
import { type Run, readRun } from "../../src/training/run.js";
import { Trainer } from "../../src/training/trainer.js";

const engine = await load();
const folder = mkdtempSync(join(tmpdir(), "stepsize-corners-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("guessing", () => {
  const quantities = (...targets: number[]) =>
    dataset(
      targets.map((_, i) => [i]),
      targets,
      { task: "regression" },
    ) as Regression;
  const training = quantities(0, 0, 3, 5);
  const validation = quantities(1, 2);

  test.each<[Run["loss"], number | null, number[] | null]>([
    ["meanSquared", 0.5, [1, 0]],
    ["meanAbsolute", 1.5, [2, 1]],
    ["huber", 0.25, [0.5, 0]],
    [{ kind: "huber", delta: 0.5 } as never, 0.1875, [0.375, 0]],
    [logCosh(), null, null],
    [undefined, null, null],
  ])("of a quantity by %j: the mean, or the median of absolute errors", (loss, expected, rows) => {
    const guess = guessOf({ training, validation }, { loss } as never);
    expect([guess.loss, guess.rows]).toEqual([expected, rows]);
  });

  test("has no score where nothing varies, and that of the mean where something does", () => {
    expect(guessOf({ training, validation: quantities(4, 4) }, { loss: "meanSquared" }).score).toBeNull();
    expect(guessOf({ training, validation }, { loss: "meanSquared" }).score).toBe(1 - 0.5 / 0.25);
    const pairs = dataset(
      [[1], [2]],
      [
        [1, 7],
        [2, 7],
      ],
    ) as Regression;
    expect(guessOf({ training: pairs, validation: pairs }, { loss: "meanSquared" }).score).toBe(0);
    expect(guessOf({ training: pairs }, { loss: "meanSquared" }).loss).toBe(0.125);
  });

  test("counts rows by their weights and those of their class, and hits alike", () => {
    const classes = dataset([[1], [2], [3], [4]], ["a", "a", "a", "b"]);
    const even = guessOf({ training: classes }, { loss: "crossEntropy", classWeights: [2, 4] });
    // (3 + 1) times 2 beside (1 + 1) times 4
    expect(even.loss).toBeCloseTo(Math.LN2, 6);
    expect(even.score).toBe(0.75);
    const b = guessOf({ training: classes }, { loss: "crossEntropy", classWeights: [0, 1] });
    expect([b.loss, b.rows?.map(Math.abs), b.hits]).toEqual([0, [0, 0, 0, 0], [0, 0, 0, 4]]);
    const weighed = dataset([[1], [2], [3], [4]], ["a", "a", "a", "b"], { weights: [1, 1, 1, 5] });
    // 3 of "a" and 5 of "b", the mean weight of 2 added to each
    expect(guessOf({ training: weighed }, { loss: "crossEntropy" }).loss).toBeCloseTo(
      -(3 * Math.log(5 / 12) + 5 * Math.log(7 / 12)) / 8,
      6,
    );
    const heavy = dataset([[1], [2], [3]], [0, 1, 4], { weights: [1, 1, 3], task: "regression" });
    expect(guessOf({ training: heavy }, { loss: "meanSquared" }).loss).toBeCloseTo((2.6 ** 2 + 1.6 ** 2 + 3 * 1.4 ** 2) / 5, 6);
    expect(guessOf({ training: heavy }, { loss: "meanAbsolute" }).loss).toBeCloseTo(7 / 5, 6);
  });

  test("of classes has a loss only by cross-entropy", () => {
    const classes = dataset([[1], [2], [3]], ["a", "a", "b"]);
    expect(guessOf({ training: classes }, { loss: "crossEntropy" }).loss).toBeCloseTo(-(2 * Math.log(3 / 5) + Math.log(2 / 5)) / 3, 6);
    expect(guessOf({ training: classes }, {})).toEqual({ loss: null, score: 2 / 3, trainingLoss: null, rows: null, hits: [1, 1, 0] });
  });
});

describe("pruning after three of nine epochs", () => {
  const history = (loss: number) => [1, 0.9, loss].map((value, i) => ({ epoch: i + 1, step: i + 1, loss: value, learningRate: 1 }));
  const tried = (rate: number, loss: number, more: object = {}, trial: object = {}) => ({
    rate,
    ...more,
    trials: [{ history: history(loss), kept: null, divergence: null, startLoss: 1, ...trial }],
  });
  const terms = {
    guesses: [{ loss: 1, score: null, trainingLoss: 1, rows: null, hits: null }],
    trainingRows: 40,
    validationRows: 0,
    resplit: false,
    entropic: true,
    hits: true,
  };
  const sides = (runs: readonly object[], learningRate: unknown) => {
    const run = readRun({
      model: mlp({ inputs: 2, outputs: 2 }),
      loss: "crossEntropy",
      optimizer: sgd({ learningRate: learningRate as number }),
      batchSize: 4,
      epochs: 9,
    });
    return [...prune(runs as never, 3, run, terms as never)].map(([i, { side }]) => [i, side]);
  };
  const runs = [tried(0.0005, 0.7), tried(0.0015, 0.6), tried(0.01, 0.2), tried(0.1, 0.5)];

  test.each<[string, unknown, unknown[]]>([
    [
      "a constant rate",
      0.1,
      [
        [0, "low"],
        [3, "high"],
      ],
    ],
    [
      "a rate that a plateau lowers",
      reduceOnPlateau({ rate: 0.1 }),
      [
        [0, "low"],
        [3, "high"],
      ],
    ],
    [
      "a cosine, which goes most of its way early",
      cosine({ rate: 0.1, steps: 90 }),
      [
        [0, "low"],
        [1, "low"],
        [3, "high"],
      ],
    ],
  ])("goes by how far %s has gone", (_, learningRate, expected) => {
    expect(sides(runs, learningRate)).toEqual(expected);
  });

  test("leaves what is pruned, lost or diverged, and says nothing where all are", () => {
    const pruned = { pruned: { epoch: 1, side: "high" } };
    expect(sides([tried(0.01, 0.2), tried(0.1, 0.5, pruned), tried(1, 0.6, {}, { lost: "gone" })], 0.1)).toEqual([]);
    expect(sides([tried(0.1, 0.5, {}, { divergence: { what: "the loss", step: 2 } })], 0.1)).toEqual([]);
  });
});

describe("the limit of an optimizer", () => {
  const rows = Array.from({ length: 20 }, (_, i) => [Math.sin(i), Math.cos(2 * i)]);
  const data = dataset(
    rows,
    rows.map(([a, b]) => (a as number) + (b as number)),
    { task: "regression" },
  );
  const limit = async (optimizer: Run["optimizer"], model = mlp({ inputs: 2, outputs: 1 }) as Run["model"]) => {
    using trainer = new Trainer(engine, { model, loss: "meanSquared", optimizer, batchSize: 20, epochs: 1 } as Run, { training: data });
    await trainer.train();
    return await sharpness(trainer, data);
  };

  test.each<[string, Run["optimizer"], (sharpness: number) => number]>([
    ["SGD", sgd(), (s) => 2 / s],
    ["momentum", sgd({ momentum: 0.9 }), (s) => 3.8 / s],
    ["dampened momentum", sgd({ momentum: 0.9, dampening: 0.5 }), (s) => 7.6 / s],
    ["Nesterov's momentum", sgd({ momentum: 0.9, nesterov: true }), (s) => 3.8 / (2.8 * s)],
    ["weight decay", sgd({ weightDecay: 0.5 }), (s) => 2 / (s + 0.5)],
  ])("%s is that of its formula", async (_, optimizer, formula) => {
    const { sharpness: s, limit: found } = await limit(optimizer);
    expect(found).toBeCloseTo(formula(s), 9);
  });

  test.each<[string, Run["optimizer"]]>([
    ["of AMSGrad", adam({ amsgrad: true })],
    ["of an average", ema({ optimizer: sgd() })],
    ["of AdamW with bfloat16 state", adamw({ stateDtype: "bfloat16" } as never)],
  ])("%s is not known", async (_, optimizer) => {
    expect((await limit(optimizer)).limit).toBeNull();
  });

  test("does not depend on dropout, however the network is written", async () => {
    const layers = (rate: number) =>
      sequential([dense({ units: 4 }), activation("tanh"), dropout({ rate }), dense({ units: 1 })], { inputs: 2 });
    const without = await limit(sgd({ learningRate: 0 }), layers(0));
    expect((await limit(sgd({ learningRate: 0 }), layers(0.5))).sharpness).toBe(without.sharpness);
    expect((await limit(sgd({ learningRate: 0 }), mlp({ inputs: 2, hidden: [4], outputs: 1, dropout: 0.5 }))).sharpness).toBeGreaterThan(0);
  });
});

test("runs of several losses are compared by their scores, and not at all where there are none", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(2 * i)]);
  const data = dataset(
    rows,
    rows.map(([a]) => (a as number) > 0),
  );
  const parts = { training: data, validation: data };
  const make = (loss: Run["loss"], outputs: number) => ({
    values: { loss },
    run: { model: mlp({ inputs: 2, outputs }), loss, optimizer: adam(), batchSize: 8, epochs: 2, seed: 1 } as Run,
  });
  const { combinations, best } = await searchRuns(engine, [make("crossEntropy", 2), make("binaryCrossEntropy", 1)], parts, {
    rates: [0.05],
    repeats: 2,
  });
  const scores = combinations.map(({ search }) => search.best?.validation?.score as number);
  expect(scores[best as number]).toBe(Math.max(...scores));
  const [varying, flat] = [(row: number[]) => row[0] as number, () => 1].map((target) =>
    dataset(rows, rows.map(target), { task: "regression" }),
  ) as [typeof data, typeof data];
  await expect(
    searchRuns(engine, [make("meanSquared", 1), make("huber", 1)], { training: varying, validation: flat }, { rates: [0.05], repeats: 1 }),
  ).rejects.toThrow("losses of several kinds cannot be compared");
});

describe("a queue", () => {
  test.each<[unknown, string]>([
    ["redis://user:secret@example.org", "example.org:6379/0"],
    ["rediss://example.org:7000/3", "example.org:7000/3"],
    [{}, "127.0.0.1:6379/0"],
    [{ host: "a", port: 1, db: 2 }, "a:1/2"],
    [{ path: "redis.sock" }, "redis.sock/0"],
    [{ sentinels: [{ host: "a" }] }, '"mymaster" by sentinels, database 0'],
    [{ sentinels: [{ host: "a" }], name: "other", db: 1 }, '"other" by sentinels, database 1'],
  ])("at %j is said to be at %s", (connection, place) => {
    expect(placeOf(connection as never)).toBe(place);
  });

  test.each([undefined, null, 5, "http://a", "redis://", "redis://a/b", "a:secret"])("is not at %j", (connection) => {
    expect(() => placeOf(connection as never)).toThrow(OptionError);
    expect(() => placeOf(connection as never)).not.toThrow("secret");
  });

  test.each<[string, string | undefined]>([
    ["WRONGPASS invalid username-password pair", "refuses this user name or password"],
    ["OOM command not allowed when used memory > 'maxmemory'", "is full: give it more memory"],
    ["MISCONF Redis is configured to save", "takes nothing that is written to it: MISCONF"],
    ["READONLY You can't write against a read only replica.", "takes nothing that is written to it: READONLY"],
    ["LOADING Redis is loading the dataset in memory", undefined],
  ])("that answers %s", (message, told) => {
    for (const error of [
      new Error(message),
      Object.assign(new Error("EXECABORT"), { previousErrors: [new Error("other"), new Error(message)] }),
    ]) {
      expect(lastingError(error, "a:1/0")?.message).toEqual(
        told === undefined ? undefined : expect.stringContaining(`Redis at a:1/0 ${told}`),
      );
      expect(connectError(error, "a:1/0")).toBeInstanceOf(QueueError);
    }
    expect(connectError(new Error(message), "a:1/0").message).toContain(told ?? `cannot reach Redis at a:1/0: ${message}`);
  });

  test("that cannot be reached says why", () => {
    const error = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    expect(connectError(error, "a:1/0").message).toBe("cannot reach Redis at a:1/0: nothing listens there");
  });
});

describe("data of a queue", () => {
  const bytes = new TextEncoder().encode("rows");
  const missing = { hash: "0".repeat(64), bytes: 4 };

  test("in a folder are read back, and say what is wrong with the folder", async () => {
    const blobs = sharedBlobs(join(folder, "shared"));
    const reference = await blobs.put(bytes);
    expect(await blobs.put(bytes)).toEqual(reference);
    expect(new Uint8Array(await blobs.get(reference))).toEqual(bytes);
    await expect(blobs.get(missing)).rejects.toThrow(MissingBlobError);
    writeFileSync(join(folder, "shared", reference.hash), "rowz");
    await expect(blobs.get(reference)).rejects.toThrow("its hash differs");
    writeFileSync(join(folder, "file"), "");
    await expect(sharedBlobs(join(folder, "file")).put(bytes)).rejects.toThrow(`cannot write data to ${join(folder, "file")}`);
  });

  test("behind a URL are read, and must be there already", async () => {
    const contents = new Map<string, string>();
    const server = createServer((request, response) => {
      const found = contents.get((request.url as string).slice(1));
      response.writeHead(found === undefined ? 404 : 200).end(found);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const blobs = sharedBlobs(`http://${host}`);
    await expect(blobs.put(bytes)).rejects.toThrow(`${host} does not have the data`);
    await expect(blobs.put(bytes)).rejects.toThrow("write them with a folder in place of the URL, and bring that to the server");
    await expect(blobs.get(missing)).rejects.toThrow("(status 404)");
    const { hash } = await sharedBlobs(join(folder, "other")).put(bytes);
    contents.set(hash, "rows");
    expect(await blobs.get(await blobs.put(bytes))).toEqual(bytes);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(blobs.get(missing)).rejects.toThrow(`cannot read data from ${host}: `);
  });

  test("in Redis that are half there are missing", async () => {
    const client = (fields: unknown[]) => {
      const chain: Record<string, unknown> = new Proxy(
        {},
        { get: (_, name) => (name === "exec" ? async () => fields.map((field) => [null, field]) : () => chain) },
      );
      return { multi: () => chain, hmgetBuffer: async () => [null], hgetBuffer: async () => null } as never;
    };
    await expect(new RedisBlobs(client([4, 2]), 60).get(missing)).rejects.toThrow(MissingBlobError);
    await expect(new RedisBlobs(client([null, 0]), 60).get(missing)).rejects.toThrow(MissingBlobError);
  });
});

test("a journal for Optuna has a value where there is a loss, and a constraint on rates that the search did not take", () => {
  const head = { context: { stepsize: "1", file: "a.csv" }, core: "c", data: { hash: "h" }, run: {} };
  const rate = (rate: number, verdict: string, loss: number | null, more: object = {}) => ({
    ...{ rate, verdict, reasons: [], finalLoss: loss, validation: null, balancedAccuracy: null, spread: null },
    trials: [{ weights: "w", history: [{ loss: 1 }, { loss: loss ?? Number.NaN, validation: { loss: 0.75 } }] }],
    ...more,
  });
  const rates = [
    rate(0.1, "good", 0.5, { balancedAccuracy: 0.8, spread: 0.1, validation: { loss: 0.6, score: 0.9 } }),
    rate(0.2, "good", 0.5),
    rate(1, "diverged", null),
    rate(2, "pruned", 0.4),
  ];
  const journal = (best: unknown) =>
    optunaJournal("study", head as never, { rates, best } as never, "headline", new Date(0))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ op_code }) => op_code === 4);
  const told = journal(rates[0]).map(({ state, value, system_attrs, intermediate_values }) => [
    state,
    value,
    system_attrs.constraints[0],
    intermediate_values,
  ]);
  const curve = { "1": 1, "2": 0.75 };
  expect(told).toEqual([
    [1, 0.6, 0, curve],
    [1, 0.5, 1, curve],
    [3, null, 0, curve],
    [2, null, 0, curve],
  ]);
  expect(journal(null).every(({ system_attrs }) => system_attrs.constraints[0] === 0)).toBe(true);
});
