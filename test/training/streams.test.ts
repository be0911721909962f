import { createReadStream, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AugmentedBatch, augment } from "../../src/data/augment.js";
import { encodeTable, fitEncoder, parseCSV } from "../../src/data/csv.js";
import { type Classification, type Dataset, dataset, takeRows } from "../../src/data/dataset.js";
import { csvStream } from "../../src/data/stream/csv.js";
import type { StreamItem } from "../../src/data/stream/items.js";
import { stream } from "../../src/data/stream/stream.js";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { searchLearningRate } from "../../src/entries/index.js";
import { activation } from "../../src/models/layers/activation.js";
import { batchNorm } from "../../src/models/layers/batchNorm.js";
import { dense } from "../../src/models/layers/dense.js";
import { dropout } from "../../src/models/layers/dropout.js";
import { embedding } from "../../src/models/layers/embedding.js";
import { flatten } from "../../src/models/layers/flatten.js";
import { gru } from "../../src/models/layers/gru.js";
import { mlp } from "../../src/models/mlp.js";
import type { Batch, ModelFactory } from "../../src/models/model.js";
import type { Network } from "../../src/models/network.js";
import { type SequentialDescription, sequential } from "../../src/models/sequential.js";
import { Random } from "../../src/numerics/random.js";
import { adam, adamw } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { DataError, OptionError, ShapeError } from "../../src/options/errors.js";
import { cosine, perFraction } from "../../src/schedules/index.js";
import { loadModel } from "../../src/training/from-json.js";
import { f1 } from "../../src/training/metrics/f1.js";
import type { TrainerData } from "../../src/training/records.js";
import type { Run } from "../../src/training/run.js";
import { Trainer } from "../../src/training/trainer.js";
import { trainInWorker } from "../../src/training/worker/worker-trainer.js";
import { bundled, csv, fingerprint } from "../support/data.js";

const BACKENDS = ["wasm", "js"] as const;
const iris = bundled("iris");
const data = iris.training as Classification;
const { columns, classes } = data;
const irisRun: Run = {
  model: mlp({ inputs: 4, hidden: [8], outputs: 3, dropout: 0.1 }),
  loss: "crossEntropy",
  optimizer: adam({ learningRate: 0.02 }),
  batchSize: 16,
  epochs: 3,
  seed: 5,
};

/** The rows in the order that an epoch in memory has, from 0. */
function inOrder(epoch: number, seed = 5): Dataset {
  return takeRows(data, new Random(seed, "shuffle", epoch).shuffle(Uint32Array.from({ length: data.rows }, (_, i) => i)));
}

type Form = (set: Classification) => StreamItem[];

const row = (set: Classification, i: number) => Array.from(set.features.subarray(i * columns, (i + 1) * columns));
const every = (set: Classification) => Array.from({ length: set.rows }, (_, i) => i);
const numbers = (set: Classification) => Float32Array.from(every(set).flatMap((i) => [...row(set, i), set.targets[i] as number]));
function pieces<T extends { length: number; slice(from: number, to: number): T }>(whole: T, size: number): T[] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.slice(i * size, (i + 1) * size));
}

/** The same rows in every form that a stream may have. */
const forms: Record<string, Form> = {
  rows: (set) => every(set).map((i) => ({ features: row(set, i), target: classes[set.targets[i] as number] as string })),
  "a data set": (set) => [set],
  "flat arrays": (set) =>
    pieces(Array.from(every(set)), 37).map((part) => ({
      features: part.flatMap((i) => row(set, i)),
      targets: part.map((i) => set.targets[i] as number),
    })),
  "nested arrays": (set) =>
    pieces(every(set), 16).map((part) => ({
      features: part.map((i) => row(set, i)),
      targets: part.map((i) => classes[set.targets[i] as number] as string),
    })),
  numbers: (set) => pieces(numbers(set), 5 * 23),
  "bytes cut anywhere": (set) => pieces(new Uint8Array(numbers(set).buffer), 61),
  "one buffer": (set) => [numbers(set).buffer as ArrayBuffer],
};

async function* slowly<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await new Promise((resolve) => setImmediate(resolve));
    yield item;
  }
}

async function trained(given: TrainerData, run: Run = irisRun, backend: "wasm" | "js" = "wasm") {
  const trainer = new Trainer(await load({ backend }), run, given);
  await trainer.train();
  const result = { bits: fingerprint(trainer), history: trainer.history };
  trainer.dispose();
  return result;
}

describe.each(BACKENDS)("streams in %s", (backend) => {
  const memory = trained({ training: data, validation: iris.validation as Dataset }, irisRun, backend);

  test.each(Object.entries(forms))("%s give the bits of the same rows in memory", async (_, form) => {
    const training = stream((epoch) => slowly(form(inOrder(epoch - 1) as Classification)), { columns, classes });
    expect(await trained({ training, validation: iris.validation as Dataset }, irisRun, backend)).toEqual(await memory);
  });

  test("a buffer that all rows fit into gives the order of memory", async () => {
    for (const shuffle of [data.rows, data.rows + 1, 10_000]) {
      const training = stream(() => forms["rows"]?.(data) ?? [], { columns, classes, shuffle, rows: data.rows });
      expect((await trained({ training, validation: iris.validation as Dataset }, irisRun, backend)).bits).toBe((await memory).bits);
    }
  });

  test("a run that is cut anywhere goes on bit for bit", async () => {
    const engine = await load({ backend });
    const run: Run = { ...irisRun, optimizer: adamw({ learningRate: cosine({ rate: 0.02, steps: 20 }), accumulate: 2 }) };
    const settings = { columns, classes, shuffle: 20 };
    const make = () => stream((epoch) => slowly(forms[epoch % 2 ? "flat arrays" : "numbers"]?.(data) ?? []), settings);
    const whole = await trained({ training: make() }, run, backend);
    const perEpoch = Math.ceil(data.rows / 16);
    for (const cut of [1, 2, 3, Math.ceil(perEpoch / 2), Math.ceil(perEpoch / 2) + 1, perEpoch]) {
      using first = new Trainer(engine, run, { training: make() });
      let steps = 0;
      for await (const _ of first.steps()) if (++steps === cut) break;
      using second = new Trainer(engine, run, { training: make() });
      second.restore(first.checkpoint());
      await second.train();
      expect({ cut, bits: fingerprint(second), history: second.history }).toEqual({ cut, ...whole });
      // and the one that was left goes on itself
      await first.train();
      expect({ cut, bits: fingerprint(first), history: first.history }).toEqual({ cut, ...whole });
    }
  });

  test("weights of rows and classes, and validation by a stream, are those of memory", async () => {
    const weights = Float32Array.from({ length: data.rows }, (_, i) => (i % 5) / 2);
    const ordered = (epoch: number) => {
      const order = new Random(5, "shuffle", epoch).shuffle(Uint32Array.from({ length: data.rows }, (_, i) => i));
      return takeRows({ ...data, weights }, order) as Classification;
    };
    const run: Run = { ...irisRun, classWeights: [1, 2, 0.5], metrics: [f1()] };
    const validation = iris.validation as Classification;
    const kept = Float32Array.from({ length: validation.rows }, (_, i) => 1 + (i % 3));
    const weighted = { ...validation, weights: kept };
    const expected = await trained({ training: { ...data, weights }, validation: weighted }, run, backend);
    const training = stream((epoch) => slowly([ordered(epoch - 1)]), { columns, classes });
    const streamed = stream(() => slowly(pieces(every(validation), 7).map((part) => takeRows(weighted, part))), { columns, classes });
    expect(await trained({ training, validation: streamed }, run, backend)).toEqual(expected);
    using trainer = new Trainer(await load({ backend }), run, { training });
    expect(await trainer.evaluate(streamed)).toEqual(trainer.evaluate(weighted));
  });

  test("batches of one's own sizes count by their rows", async () => {
    const engine = await load({ backend });
    const sizes = [3, 16, 1, 9];
    const parts = sizes.map((size, i) => {
      const from = sizes.slice(0, i).reduce((sum, n) => sum + n, 0);
      return takeRows(
        data,
        Array.from({ length: size }, (_, row) => from + row),
      );
    });
    const run: Run = { ...irisRun, model: mlp({ inputs: 4, outputs: 3 }), optimizer: sgd({ learningRate: 0.1, accumulate: 4 }), epochs: 1 };
    using trainer = new Trainer(engine, run, { training: stream(() => parts, { columns, classes, ownBatches: true }) });
    const [record] = await trainer.train();
    expect(trainer.optimizer.steps).toBe(1);
    // the same rows at once: one update by the mean over all of them
    const all = takeRows(
      data,
      Array.from({ length: 29 }, (_, row) => row),
    );
    using whole = new Trainer(
      engine,
      { ...run, batchSize: 29, optimizer: sgd({ learningRate: 0.1 }) },
      { training: stream(() => [all], { columns, classes }) },
    );
    const [together] = await whole.train();
    expect(record?.loss).toBeCloseTo(together?.loss as number, 6);
    const [a, b] = [trainer, whole].map(({ model }) => Array.from(model.parameters.values.view)) as [number[], number[]];
    for (const [i, value] of a.entries()) expect(value).toBeCloseTo(b[i] as number, 6);
  });

  test("numbers of quantities, several a row", async () => {
    const random = new Random(3);
    const x = Array.from({ length: 50 }, () => [random.uniform(), random.uniform()]);
    const y = x.map(([a, b]) => [(a as number) - (b as number), (a as number) * 2]);
    const set = dataset(x, y);
    const run: Run = {
      model: mlp({ inputs: 2, hidden: [4], outputs: 2 }),
      loss: "meanSquared",
      optimizer: adam(),
      batchSize: 8,
      epochs: 2,
    };
    const flat = Float32Array.from(x.flatMap((line, i) => [...line, ...(y[i] as number[])]));
    const training = stream(() => slowly(pieces(new Uint8Array(flat.buffer), 33)), { columns: 2, outputs: 2, shuffle: 100 });
    expect((await trained({ training }, run, backend)).bits).toBe((await trained({ training: set }, run, backend)).bits);
  });
});

describe("rows with weights that come late", () => {
  const rows = 3000;
  const random = new Random(4);
  const features = Float32Array.from({ length: 2 * rows }, () => random.uniform());
  const targets = Float32Array.from({ length: rows }, (_, i) => (features[2 * i] as number) - (features[2 * i + 1] as number));
  const own = Float32Array.from({ length: rows }, (_, i) => (i < 2000 ? 1 : (i % 4) / 2));
  const set = { ...dataset(features, targets, { columns: 2, task: "regression" }), weights: own } as Dataset;
  const run: Run = { model: mlp({ inputs: 2, hidden: [3], outputs: 1 }), loss: "meanSquared", optimizer: adam(), batchSize: 64, epochs: 2 };
  const part = (from: number, to: number, weighted: boolean): StreamItem => ({
    features: features.slice(2 * from, 2 * to),
    targets: Array.from(targets.subarray(from, to), (target) => [target]),
    ...(weighted && { weights: own.slice(from, to) }),
  });

  test.each(BACKENDS)("wait in a buffer that grows, and count as in memory, in %s", async (backend) => {
    const training = stream(() => [part(0, 1500, false), part(1500, 2000, false), part(2000, 2200, true), part(2200, rows, true)], {
      columns: 2,
      shuffle: rows,
    });
    expect((await trained({ training }, run, backend)).bits).toBe((await trained({ training: set }, run, backend)).bits);
    // one that is full before the first weight comes
    const small = stream(() => [part(0, 2000, false), part(2000, rows, true)], { columns: 2, shuffle: 100 });
    const every = stream(() => [part(0, rows, true)], { columns: 2, shuffle: 100 });
    expect((await trained({ training: small }, run, backend)).bits).toBe((await trained({ training: every }, run, backend)).bits);
  });

  test("of no weight at all teach nothing", async () => {
    const none = stream(() => [{ features: features.slice(), targets: Array.from(targets), weights: new Float32Array(rows) }], {
      columns: 2,
    });
    const { history } = await trained({ training: none }, run);
    expect(history.map(({ loss }) => loss)).toEqual([0, 0]);
  });

  test("a stream that can only be read, as some browsers have it, is closed where it is left", async () => {
    let closed = 0;
    const source = () => {
      const items = [part(0, 1000, true), part(1000, rows, true)];
      const readable = new ReadableStream<StreamItem>({
        pull: (controller) => (items.length > 0 ? controller.enqueue(items.shift() as StreamItem) : controller.close()),
        cancel: () => void closed++,
      });
      return { getReader: () => readable.getReader() } as ReadableStream<StreamItem>;
    };
    const iterable = stream(() => [part(0, rows, true)], { columns: 2 });
    expect((await trained({ training: stream(source, { columns: 2 }) }, run)).bits).toBe((await trained({ training: iterable }, run)).bits);
    expect(closed).toBe(0);
    await trained({ training: stream(source, { columns: 2, rows: 640 }) }, run);
    expect(closed).toBe(2);
  });
});

describe("files", () => {
  const table = parseCSV(csv("penguins"));
  const encoder = fitEncoder(table, { target: "species", missing: "mean" });
  const whole = encodeTable(encoder, table);
  const run: Run = { ...irisRun, model: mlp({ inputs: whole.columns, outputs: 3 }), optimizer: adam() };
  const folder = mkdtempSync(join(tmpdir(), "streams-"));
  const path = join(folder, "penguins.csv");
  writeFileSync(path, csv("penguins"));

  test("a CSV file, as bytes or text, in pieces of any size", async () => {
    const expected = await trained({ training: whole }, run);
    const text = csv("penguins");
    const inputs = [
      () => createReadStream(path, { highWaterMark: 1000 }),
      () => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>,
      () => pieces(text, 313),
      () => slowly([text]),
    ];
    for (const input of inputs) {
      const training = csvStream(input, encoder, { shuffle: 1000 });
      expect((await trained({ training }, run)).bits).toBe(expected.bits);
    }
  });

  test("more rows than a block: the same rows, and errors name the row of the file", async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => `${i % 97},${i % 2 ? "odd" : "even"}`);
    const text = `x,kind\n${lines.join("\n")}\n`;
    const small = fitEncoder(parseCSV(text), { target: "kind" });
    const short: Run = { ...run, model: mlp({ inputs: 1, outputs: 2 }), epochs: 1 };
    const training = csvStream(() => pieces(text, 5000), small, { shuffle: 20_000 });
    expect((await trained({ training }, short)).bits).toBe((await trained({ training: encodeTable(small, parseCSV(text)) }, short)).bits);
    const broken = csvStream(() => slowly([text, "5,neither\n"]), small);
    await expect(trained({ training: broken }, short)).rejects.toThrow(/^row 10001, column kind: "neither" is not a class/);
    await expect(trained({ training: broken }, short)).rejects.toMatchObject({ name: "DataError", row: 10_001, column: "kind" });
    const ragged = csvStream(() => slowly([text, "5,odd,6\n"]), small);
    await expect(trained({ training: ragged }, short)).rejects.toMatchObject({ name: "DataError", row: 10_001 });
  });

  test("a file that is not there", async () => {
    const training = csvStream(() => createReadStream(join(folder, "none.csv")), encoder);
    const error = await trained({ training }, run).catch((error) => error);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/^the stream failed after row 0 of epoch 1: ENOENT/);
    expect(error.cause).toMatchObject({ code: "ENOENT" });
  });
});

/** A stream that knows what was done with it. */
function watched(items: readonly unknown[], endless = false) {
  const seen = { opened: 0, closed: 0, asked: 0 };
  const factory = () => {
    seen.opened++;
    let at = 0;
    return {
      [Symbol.asyncIterator]: () => ({
        async next() {
          seen.asked++;
          const value = items[endless ? at % items.length : at];
          return at++ < items.length || endless ? { done: false as const, value } : { done: true as const, value: undefined };
        },
        async return() {
          seen.closed++;
          return { done: true as const, value: undefined };
        },
      }),
    };
  };
  return { seen, factory: factory as () => AsyncIterable<StreamItem> };
}

describe("the life of a stream", () => {
  const batches = pieces(every(data), 16).map((part) => takeRows(data, part));

  test("an epoch ends where rows or batches say, and the stream is closed each time", async () => {
    for (const [length, perEpoch] of [
      [{ rows: 40 }, 3],
      [{ batches: 5 }, 5],
    ] as const) {
      const { seen, factory } = watched(batches, true);
      using trainer = new Trainer(await load(), irisRun, { training: stream(factory, { columns, classes, ...length }) });
      const history = await trainer.train();
      expect(history.map(({ step }) => step)).toEqual([perEpoch, 2 * perEpoch, 3 * perEpoch]);
      expect(seen).toMatchObject({ opened: 3, closed: 3 });
    }
  });

  test("it is read one batch ahead and no further", async () => {
    const { seen, factory } = watched(batches);
    using trainer = new Trainer(await load(), irisRun, { training: stream(factory, { columns, classes }) });
    let step = 0;
    for await (const _ of trainer.steps()) {
      expect(seen.asked).toBeLessThanOrEqual(++step + 2);
      if (step === 3) break;
    }
    expect(seen).toMatchObject({ opened: 1, closed: 1 });
  });

  test("an abort ends the wait for a stream that never comes, and closes it", async () => {
    let closed = false;
    const never = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        async return() {
          closed = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    using trainer = new Trainer(await load(), irisRun, { training: stream(() => never, { columns, classes }) });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(trainer.train({ signal: controller.signal })).rejects.toThrow("enough");
    expect(closed).toBe(true);
  });

  test("an error of the stream is told with the row; training can be tried again from there", async () => {
    let fail = true;
    const factory = async function* () {
      for (const [i, batch] of batches.entries()) {
        if (i === 4 && fail) throw new TypeError("the network is gone");
        yield batch;
      }
    };
    const training = stream(factory, { columns, classes });
    using trainer = new Trainer(await load(), irisRun, { training });
    const error = await trainer.train().catch((error) => error);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe("the stream failed after row 64 of epoch 1: the network is gone");
    expect(error).toMatchObject({ row: 64, cause: { name: "TypeError" } });
    // all but the batch whose follower did not come
    expect(trainer.optimizer.steps).toBe(3);
    fail = false;
    await trainer.train();
    expect(fingerprint(trainer)).toBe((await trained({ training })).bits);
  });

  test("a factory that throws, gives nothing or nothing new", async () => {
    const once = batches[Symbol.iterator]();
    const wrong: [() => never, RegExp][] = [
      [
        (() => {
          throw new Error("closed");
        }) as () => never,
        /after row 0 of epoch 1: closed/,
      ],
      [(() => 5) as never, /stream\.factory must give an async iterable, an iterable or a ReadableStream, got 5/],
      [(() => "text") as never, /got "text"/],
      [(() => []) as never, /the stream has no rows in epoch 1/],
      [(() => once) as never, /the stream has no rows in epoch 2: its function must give one that begins anew/],
    ];
    for (const [factory, message] of wrong) {
      const training = stream(factory, { columns, classes });
      await expect(trained({ training })).rejects.toThrow(message);
    }
  });

  test("a stream that is shorter than was said", async () => {
    for (const [length, message] of [
      [{ rows: 1000 }, `the stream ends after ${data.rows} rows in epoch 1, 1000 were said to be there`],
      [{ batches: 50 }, `the stream ends after ${batches.length} batches in epoch 1, 50 were said to be there`],
    ] as const)
      await expect(trained({ training: stream(() => batches, { columns, classes, ...length }) })).rejects.toThrow(message);
  });

  test("what is no row is an error that names it", async () => {
    const good = { features: [1, 2, 3, 4], target: 0 };
    const wrong: [unknown, RegExp][] = [
      [{ features: [1, 2, Number.NaN, 4], target: 0 }, /^row 3, column x3: NaN is not a finite number/],
      [{ features: [1, 2, 3, 1e39], target: 0 }, /^row 3, column x4/],
      [{ features: [1, 2, "3", 4], target: 0 }, /^row 3, column x3: must be a number, got "3"/],
      [{ features: [1, 2, 3], target: 0 }, /^row 3: 3 features cannot be rows of 4 columns/],
      [{ features: [[1, 2, 3]], targets: [0] }, /^row 3 has 3 features instead of 4/],
      [{ features: [1, 2, 3, 4], target: 3 }, /^row 3, column target: 3 is no class: with 3 of them, they are 0 to 2/],
      [{ features: [1, 2, 3, 4], target: "tulip" }, /^row 3, column target: "tulip" is not one of the classes/],
      [{ features: [1, 2, 3, 4], targets: [0, 1] }, /^row 3: there are 2 targets where 1 belong to the rows/],
      [{ features: [1, 2, 3, 4], target: 0, weight: -1 }, /^row 3, column weights: a weight must be at least 0/],
      [{ features: [1, 2, 3, 4] }, /^row 3: a stream must give rows/],
      [new Float32Array(6), /^row 3: 6 numbers cannot be rows of 4 features and 1 targets/],
      [new Uint8Array(22), /^row 4: the stream ends after 2 of the 20 bytes of a row/],
      [null, /^row 3: a stream must give rows .* got null/],
      [{ features: [1, 2, 3, 4], targets: 0 }, /^row 3: targets must be an array, got 0/],
      [Float32Array.of(1, 2, 3, 4, 0, 1, 2, Number.NaN, 4, 0), /^row 4, column x3: NaN is not a finite number/],
    ];
    for (const [item, message] of wrong) {
      const training = stream(() => [good, good, item] as StreamItem[], { columns, classes });
      const error = await trained({ training }).catch((error) => error);
      expect(error.message).toMatch(message);
      expect(error instanceof DataError || error instanceof ShapeError).toBe(true);
    }
  });

  test("options that do not go together", async () => {
    const engine = await load();
    const make = (options: object) => stream(() => batches, { columns, classes, ...options });
    const wrong: [() => unknown, RegExp][] = [
      [() => make({ ownBatches: true, shuffle: 5 }), /stream\.shuffle must be 0 with ownBatches/],
      [() => make({ rows: 5, batches: 5 }), /stream\.batches must be left out/],
      [() => make({ outputs: 2 }), /stream\.outputs must be left out/],
      [() => make({ row: 5 }), /stream\.row is not an option/],
      [() => stream(batches as never, { columns }), /stream\.factory must be a function/],
      [() => new Trainer(engine, irisRun, { training: make({ rows: 5 }) }), /run\.batchSize must be at most the 5 rows/],
      [
        () => new Trainer(engine, { ...irisRun, classWeights: "balanced" }, { training: make({}) }),
        /run\.classWeights must be numbers for a stream/,
      ],
      [
        () => new Trainer(engine, irisRun, { training: stream(() => batches, { columns: 5, classes }) }),
        /the model has 4 inputs, the training data has 5/,
      ],
      [() => new Trainer(engine, irisRun, { training: stream(() => batches, { columns }) }), /crossEntropy needs classes/],
    ];
    for (const [action, message] of wrong) expect(action).toThrow(message);
    await expect(trainInWorker(irisRun, { training: make({}) } as never)).rejects.toThrow(
      /data\.training .* got what only a Trainer takes/,
    );
    await expect(searchLearningRate(irisRun, { training: make({}) } as never)).rejects.toThrow(OptionError);
    const large = stream(() => [takeRows(data, every(data).slice(0, 20))], { columns, classes, ownBatches: true });
    await expect(trained({ training: large })).rejects.toThrow(
      "a batch of 20 rows ends at row 20: run.batchSize must be at least that, it is 16",
    );
  });

  test("a schedule over the run needs to know its length", async () => {
    const run: Run = { ...irisRun, optimizer: adam({ learningRate: perFraction(cosine({ rate: 0.02, steps: 1 })) }) };
    await expect(trained({ training: stream(() => batches, { columns, classes }) }, run)).rejects.toThrow(/rows or batches/);
    const known = await trained({ training: stream(() => batches, { columns, classes, rows: data.rows, shuffle: 1000 }) }, run);
    expect(known.bits).toBe((await trained({ training: data }, run)).bits);
    const told: (number | null)[] = [];
    using trainer = new Trainer(await load(), irisRun, { training: stream(() => batches, { columns, classes }) });
    for await (const _ of trainer.epochs({ onProgress: ({ steps, secondsLeft }) => told.push(steps, secondsLeft) })) break;
    expect(told.slice(0, 2)).toEqual([null, null]);
  });

  test("checkpoints of other data are refused", async () => {
    const engine = await load();
    const make = (shuffle: number, items: StreamItem[] = batches) => stream(() => items, { columns, classes, shuffle });
    using first = new Trainer(engine, irisRun, { training: make(10) });
    for await (const { step } of first.steps()) if (step === 4) break;
    const bytes = first.checkpoint();
    using other = new Trainer(engine, irisRun, { training: make(11) });
    expect(() => other.restore(bytes)).toThrow(/shuffled in a buffer of 10 rows, the one here in 11/);
    using memory = new Trainer(engine, irisRun, { training: data });
    expect(() => memory.restore(bytes)).toThrow(/4 batches in 0 epochs of a stream/);
    expect(() => other.restore(memory.checkpoint())).toThrow(/trained on data in memory/);
    using short = new Trainer(engine, irisRun, { training: make(10, batches.slice(0, 3)) });
    short.restore(bytes);
    await expect(short.train()).rejects.toThrow(/the run stands after batch 4 of epoch 1, the stream has 3: it is another one/);
  });

  test("two loops over one trainer, and dispose in between, do no harm", async () => {
    const expected = await trained({ training: stream(() => slowly(batches), { columns, classes }) });
    using trainer = new Trainer(await load(), irisRun, { training: stream(() => slowly(batches), { columns, classes }) });
    await Promise.all([trainer.train(), trainer.train()]);
    expect(fingerprint(trainer)).toBe(expected.bits);
    const validation = stream(() => slowly(batches), { columns, classes });
    using validated = new Trainer(await load(), irisRun, { training: data, validation });
    await Promise.all([validated.train(), validated.train()]);
    expect(validated.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    const gone = new Trainer(await load(), irisRun, { training: stream(() => slowly(batches), { columns, classes }) });
    const training = gone.train();
    setImmediate(() => gone.dispose());
    await expect(training).rejects.toThrow(/disposed/);
  });

  test("a checkpoint while a stream validates goes on to the same record", async () => {
    const engine = await load();
    const validation = stream(
      () =>
        slowly(pieces(every(iris.validation as Dataset as Classification), 5).map((part) => takeRows(iris.validation as Dataset, part))),
      { columns, classes },
    );
    const expected = await trained({ training: stream(() => batches, { columns, classes }), validation });
    using trainer = new Trainer(engine, irisRun, { training: stream(() => batches, { columns, classes }), validation });
    const training = trainer.train();
    let bytes: Uint8Array | undefined;
    for (let i = 0; i < 1000 && bytes === undefined; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (trainer.optimizer.evaluating && !trainer.finished) bytes = trainer.checkpoint();
    }
    await training;
    using second = new Trainer(engine, irisRun, { training: stream(() => batches, { columns, classes }), validation });
    second.restore(bytes as Uint8Array);
    expect(second.history.length).toBeLessThan(3);
    await second.train();
    for (const { history, bits } of [
      { history: second.history, bits: fingerprint(second) },
      { history: trainer.history, bits: fingerprint(trainer) },
    ])
      expect({ history, bits }).toEqual(expected);
  });
});

describe.each(BACKENDS)("augmentation in %s", (backend) => {
  const noise = ({ features, epoch, step }: AugmentedBatch, random: Random) => {
    for (let i = 0; i < features.length; i++) features[i] = (features[i] as number) + (epoch + (step % 2)) * 0.1 * (random.uniform() - 0.5);
  };

  test("the same in every repetition, after a cut, and of a stream; validation never sees it", async () => {
    const engine = await load({ backend });
    const training = augment(data, noise);
    const whole = await trained({ training, validation: iris.validation as Dataset }, irisRun, backend);
    expect(await trained({ training, validation: iris.validation as Dataset }, irisRun, backend)).toEqual(whole);
    expect(whole.bits).not.toBe((await trained({ training: data }, irisRun, backend)).bits);
    const ordered = stream((epoch) => slowly([inOrder(epoch - 1)]), { columns, classes });
    expect((await trained({ training: augment(ordered, noise) }, irisRun, backend)).bits).toBe(whole.bits);
    using first = new Trainer(engine, irisRun, { training });
    for await (const { step } of first.steps()) if (step === 11) break;
    using second = new Trainer(engine, irisRun, { training });
    second.restore(first.checkpoint());
    await second.train();
    expect(fingerprint(second)).toBe(whole.bits);
    // the data themselves are as they were
    expect(second.evaluate(training)).toEqual(second.evaluate(data));
  });

  test("what is not finite, later or no function is an error", async () => {
    const wrong: [(batch: AugmentedBatch) => unknown, RegExp][] = [
      [({ features }) => void features.fill(Number.NaN, 5, 6), /augment left NaN in row 2 of a batch of epoch 1/],
      [async () => {}, /augment\.change must change the batch in place, at once/],
    ];
    for (const [change, message] of wrong)
      await expect(trained({ training: augment(data, change as never) }, irisRun, backend)).rejects.toThrow(message);
    expect(() => augment(data, 5 as never)).toThrow(/augment\.change must be a function/);
    expect(() => augment(5 as never, noise)).toThrow(/augment\.data must be a data set or a stream/);
    await expect(trainInWorker(irisRun, { training: augment(data, noise) })).rejects.toThrow(OptionError);
  });
});

describe.each(BACKENDS)("layers with a state of their own in %s", (backend) => {
  const layers: Record<string, SequentialDescription> = {
    batchNorm: sequential([dense({ units: 6 }), batchNorm(), activation("relu"), dense({ units: 2 })], { inputs: 6 }),
    embedding: sequential([embedding({ count: 9, width: 4 }), flatten(), dropout({ rate: 0.2 }), dense({ units: 2 })], { inputs: 6 }),
    gru: sequential([gru({ units: 5 }), dense({ units: 2 })], { inputs: [3, 2] }),
  };
  const random = new Random(7);
  const x = Array.from({ length: 50 }, () => Array.from({ length: 6 }, () => random.below(9)));
  const y = x.map((line) => ((line[0] as number) > (line[3] as number) ? 1 : 0));
  const set = dataset(x, y, { task: "classification" }) as Classification;

  test.each(Object.entries(layers))("%s: cut anywhere, of a stream or in memory, the same bits", async (_, model) => {
    const engine = await load({ backend });
    const run: Run = { model, loss: "crossEntropy", optimizer: adam({ learningRate: 0.02 }), batchSize: 8, epochs: 3, seed: 2 };
    const parts = pieces(
      Array.from({ length: 50 }, (_, i) => i),
      13,
    ).map((rows) => takeRows(set, rows));
    const make = (shuffle: number) => stream(() => slowly(parts), { columns: 6, classes: set.classes, shuffle });
    // a buffer that holds all rows: the bits of memory
    expect((await trained({ training: make(50) }, run, backend)).bits).toBe((await trained({ training: set }, run, backend)).bits);
    for (const given of [set, make(0), make(11)]) {
      const whole = await trained({ training: given }, run, backend);
      for (const cut of [1, 6, 7, 10, 14, 20]) {
        using first = new Trainer(engine, run, { training: given });
        for await (const { step } of first.steps()) if (step === cut) break;
        using second = new Trainer(engine, run, { training: given });
        second.restore(first.checkpoint());
        await second.train();
        expect({ cut, bits: fingerprint(second), history: second.history }).toEqual({ cut, ...whole });
        const loaded = loadModel(engine, second.checkpoint()).model as Network;
        expect(loaded.parameters.values.view).toEqual(second.model.parameters.values.view);
        loaded.dispose();
      }
    }
  });
});

describe("properties", () => {
  test("each epoch has every row once, in the order that the seed says, however the items are cut", async () => {
    const engine = await load();
    const shapes = fc.record({
      rows: fc.integer({ min: 1, max: 60 }),
      batchSize: fc.integer({ min: 1, max: 17 }),
      shuffle: fc.integer({ min: 0, max: 70 }),
      cut: fc.integer({ min: 1, max: 200 }),
      seed: fc.integer({ min: 0, max: 1000 }),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ rows, batchSize, shuffle, cut, seed }) => {
        const seen: number[] = [];
        const epochs = 2;
        const model: ModelFactory = (own) => {
          const parameters = new Parameters(own, { weight: [1] });
          const train = ({ features }: Batch) => {
            seen.push(...features);
            return 0;
          };
          return { parameters, train, dispose: () => parameters.dispose() };
        };
        const flat = Float32Array.from({ length: rows * 2 }, (_, i) => (i % 2 ? 0 : i / 2));
        const bytes = pieces(new Uint8Array(flat.buffer), cut);
        const run: Run = { model, optimizer: sgd({ learningRate: 0.01 }), batchSize, epochs, seed };
        const orders = [];
        for (const size of [bytes, [flat]]) {
          seen.length = 0;
          using trainer = new Trainer(engine, run, { training: stream(() => slowly<StreamItem>(size), { columns: 1, shuffle }) });
          for await (const _ of trainer.epochs());
          orders.push([...seen]);
        }
        expect(orders[1]).toEqual(orders[0]);
        for (let epoch = 0; epoch < epochs; epoch++) {
          const order = (orders[0] as number[]).slice(epoch * rows, (epoch + 1) * rows);
          expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i));
          if (shuffle === 0) expect(order).toEqual(Array.from({ length: rows }, (_, i) => i));
          if (shuffle >= rows)
            expect(order).toEqual([...new Random(seed, "shuffle", epoch).shuffle(Uint32Array.from({ length: rows }, (_, i) => i))]);
          // a row waits no longer than the buffer is
          if (shuffle > 0) for (const [place, row] of order.entries()) expect(row).toBeLessThan(place + shuffle + 1);
        }
      }),
      { numRuns: 40 },
    );
  });
});
