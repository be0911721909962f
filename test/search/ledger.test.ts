import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { searchLearningRate } from "../../src/entries/index.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { CheckpointError, OptionError } from "../../src/options/errors.js";
import { type Ledger, readLines, writeLine } from "../../src/search/ledger.js";
import { parseLedger } from "../../src/search/ledger-lines.js";
import type { TrialResult } from "../../src/search/trial.js";
import type { Run } from "../../src/training/run.js";
import { bundled } from "../support/data.js";

const iris = bundled("iris", { validation: 0.2, test: 0.2 });
const run: Run = {
  model: mlp({ inputs: 4, hidden: [8], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: sgd({ momentum: 0.9 }),
  batchSize: 16,
  epochs: 8,
};
const options = { rates: [1e-3, 1e-2, 1e-1, 1e30], repeats: 2, resplit: true, budget: { trials: 8 } };

/** A ledger in a Map, which counts. */
function ledgerOf(results = new Map<string, TrialResult>()): Ledger & { results: Map<string, TrialResult>; puts: number } {
  return {
    results,
    puts: 0,
    get: (key) => results.get(key),
    put(key, result) {
      this.puts++;
      results.set(key, result);
    },
  };
}

describe("a search with a ledger", () => {
  test("runs each trial once, and only what is missing", async () => {
    const bare = await searchLearningRate(run, iris, options);
    const ledger = ledgerOf();
    expect(await searchLearningRate(run, iris, { ...options, ledger })).toEqual(bare);
    expect(ledger.puts).toBe(8);
    expect(await searchLearningRate(run, iris, { ...options, ledger })).toEqual(bare);
    expect(ledger.puts).toBe(8);
    for (const key of [...ledger.results.keys()].slice(2, 5)) ledger.results.delete(key);
    expect(await searchLearningRate(run, iris, { ...options, ledger })).toEqual(bare);
    expect(ledger.puts).toBe(11);
    // another grid has some of the same trials
    await searchLearningRate(run, iris, { ...options, rates: [1e-3, 1e-2, 3e-2], budget: { trials: 6 }, ledger });
    expect(ledger.puts).toBe(13);
  });

  test("does not take trials of another run, other data or another seed for its own", async () => {
    const ledger = ledgerOf();
    const own = { rates: [1e-2], repeats: 1, ledger };
    await searchLearningRate(run, iris, own);
    const { features } = iris.training;
    const nudged = { ...iris, training: { ...iris.training, features: features.map((value, i) => (i === 77 ? value + 1e-6 : value)) } };
    await searchLearningRate({ ...run, epochs: 9 }, iris, own);
    await searchLearningRate({ ...run, seed: 2 }, iris, own);
    await searchLearningRate({ ...run, optimizer: sgd({ momentum: 0.8 }) }, iris, own);
    await searchLearningRate(run, nudged, own);
    await searchLearningRate(run, { training: iris.training, validation: iris.validation }, own);
    expect(ledger.puts).toBe(6);
  });

  test("may be asynchronous; what it throws ends the search", async () => {
    const results = new Map<string, TrialResult>();
    const ledger: Ledger = {
      get: async (key) => results.get(key),
      put: async (key, result) => {
        results.set(key, result);
      },
    };
    const first = await searchLearningRate(run, iris, { ...options, ledger });
    expect(results.size).toBe(8);
    expect(await searchLearningRate(run, iris, { ...options, ledger })).toEqual(first);
    const full = async () => {
      throw new Error("no space is left");
    };
    await expect(searchLearningRate(run, iris, { ...options, ledger: { get: () => undefined, put: full } })).rejects.toThrow("no space");
  });

  test("refuses what is none, what it gives, and runs that it cannot tell apart", async () => {
    const wrong = (ledger: unknown) => searchLearningRate(run, iris, { ...options, ledger: ledger as Ledger });
    await expect(wrong(1)).rejects.toThrow("search.ledger must be an object with get and put, got 1");
    await expect(wrong({ get: () => 3, put: () => {} })).rejects.toThrow("search.ledger.get must be a function that gives results");
    const own: Run = { ...run, optimizer: adam({ learningRate: () => 1 }) };
    const refused = searchLearningRate(own, iris, { ...options, ledger: ledgerOf() });
    await expect(refused).rejects.toThrow(OptionError);
    await expect(refused).rejects.toThrow("runs apart that hold functions: run.optimizer.learningRate of this one is a function");
  });
});

describe("lines of a ledger", () => {
  const bytesOf = (text: string) => new TextEncoder().encode(text);

  test("hold every number, those that JSON does not have too", () => {
    const entry = { a: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e-320, 0.1], b: { number: 3 }, c: "é\n☃" };
    const { entries } = readLines(bytesOf(writeLine(entry)));
    expect(entries).toEqual([entry]);
    expect(Object.is((entries[0] as typeof entry).a[3], -0)).toBe(true);
    expect(JSON.parse(writeLine(entry))).toMatchObject({ crc: expect.stringMatching(/^[0-9a-f]{8}$/), entry: { b: { number: 3 } } });
  });

  test("are read up to where the file was torn, wherever that is", () => {
    const entries = [{ n: 1 }, { text: "zwölf ☃" }, { list: [1, 2, Number.NaN] }];
    const lines = entries.map(writeLine);
    const bytes = bytesOf(lines.join(""));
    const ends = lines.map((_, i) => bytesOf(lines.slice(0, i + 1).join("")).length);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length }), (cut) => {
        const whole = ends.filter((end) => end <= cut).length;
        const read = readLines(bytes.subarray(0, cut));
        expect(read).toEqual({ entries: entries.slice(0, whole), length: ends[whole - 1] ?? 0 });
      }),
      { numRuns: 300 },
    );
  });

  test("that no search writes are refused, whatever their checksum", () => {
    const parts = { run: {}, data: {}, context: {}, facts: {} };
    const head = { ledger: 1, core: "c", ...parts };
    const plan = { plan: { rates: [0.1] }, words: [] };
    const trial = { key: "k", rate: 0.1, seed: 1, split: null, result: { history: [] } };
    const read = (...lines: unknown[]) => parseLedger(Buffer.from(lines.map((line) => writeLine(line as object)).join("")), "l");
    expect(read(head, plan, { split: null, guess: {} }, trial)?.trials).toEqual([trial]);
    const wrong = {
      plan: [
        { ...plan, plan: 1 },
        { ...plan, plan: {} },
        { ...plan, plan: { rates: 3 } },
        { ...plan, words: "train" },
        { plan: plan.plan },
      ],
      guess: [{ split: null, guess: 0.5 }],
      trial: [{ ...trial, key: 5 }, { ...trial, result: null }, { ...trial, result: {} }, { rate: 0.1 }, 7, null, [trial]],
    };
    for (const entry of Object.values(wrong).flat()) expect(() => read(head, entry), JSON.stringify(entry)).toThrow(CheckpointError);
    const heads = [
      { ...head, ledger: 2 },
      { ...head, core: 1 },
      ...Object.keys(parts).map((part) => ({ ...head, [part]: null })),
      [head],
      plan,
    ];
    for (const one of heads) expect(() => read(one, plan), JSON.stringify(one)).toThrow("l is not a ledger that this version reads");
    expect(() => parseLedger(Buffer.from("abc"), "l")).toThrow("l is not a ledger of stepsize");
    expect(parseLedger(new Uint8Array(0), "l")).toBeUndefined();
  });

  test("of which one before the last was changed are refused by their number", () => {
    const text = [{ n: 1 }, { n: 2 }, { n: 3 }].map(writeLine).join("");
    expect(() => readLines(bytesOf(text.replace('"n":2', '"n":4')))).toThrow(
      new CheckpointError("line 2 of the ledger is damaged, or it is no ledger"),
    );
    expect(() => readLines(bytesOf("a,b\n1,2\n"))).toThrow("line 1 of the ledger is damaged");
    expect(readLines(bytesOf(text.replace('"n":3', '"n":4'))).entries).toEqual([{ n: 1 }, { n: 2 }]);
  });
});
