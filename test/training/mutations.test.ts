import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { datasetsFromCSV } from "../../src/data/csv.js";
import { dataset } from "../../src/data/dataset.js";
import { joined } from "../../src/data/joined.js";
import { load } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { adafactor } from "../../src/optimizers/kinds/adafactor.js";
import { adamw } from "../../src/optimizers/kinds/adam.js";
import { ema } from "../../src/optimizers/wrappers/averages.js";
import { StepsizeError } from "../../src/options/errors.js";
import { cosine } from "../../src/schedules/kinds/cosine.js";
import { checksumOf, type StoredTensors } from "../../src/training/checkpoint.js";
import { loadModel, runFromJSON } from "../../src/training/from-json.js";
import { readSafetensors, writeSafetensors } from "../../src/training/safetensors.js";
import { loadState } from "../../src/training/state-file.js";
import { Trainer } from "../../src/training/trainer.js";

/** How many mutations each test tries: STEPSIZE_MUTATIONS=25000 makes a hundred thousand of all four. */
const COUNT = Number(process.env["STEPSIZE_MUTATIONS"] ?? 500);
const SEED = Number(process.env["STEPSIZE_SEED"] ?? Date.now() % 2 ** 31);
const LIMIT = COUNT * 100 + 60_000;

const engine = await load();
const rows = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(i * 1.3)]);
const data = {
  training: dataset(
    rows,
    rows.map((_, i) => "abc"[i % 3] as string),
  ),
};
const trainers = await Promise.all(
  [
    adamw({ learningRate: cosine({ rate: 0.01, steps: 6 }) }),
    ema({ optimizer: adafactor({ groups: [{ match: "*.bias", weightDecay: 0.1 }] }) }),
  ].map(async (optimizer) => {
    const run = {
      model: mlp({ inputs: 2, hidden: [3], outputs: 3 }),
      loss: "crossEntropy",
      optimizer,
      batchSize: 4,
      epochs: 2,
      seed: 1,
    } as const;
    const trainer = new Trainer(engine, run, data);
    for await (const { epoch } of trainer.epochs()) if (epoch === 1) break;
    return trainer;
  }),
);
const checkpoints = trainers.map((trainer) => trainer.checkpoint({ note: "é" }));
const tally = new Map<string, number>();
let slowest = { milliseconds: 0, what: "" };
afterAll(() =>
  console.log(
    `seed ${SEED}; ${[...tally].map(([what, count]) => `${what} ${count}`).join(", ")}; the slowest took ${slowest.milliseconds.toFixed(1)} ms of the processor (${slowest.what})`,
  ),
);

/** Runs what reads a mutation: only errors of ours may come. */
function attempt(what: string, read: () => unknown): boolean {
  const before = process.cpuUsage();
  let outcome = "read";
  try {
    read();
  } catch (error) {
    if (!(error instanceof StepsizeError)) throw error;
    outcome = "refused";
  } finally {
    const { user, system } = process.cpuUsage(before);
    const milliseconds = (user + system) / 1000;
    if (milliseconds > slowest.milliseconds) slowest = { milliseconds, what };
  }
  tally.set(`${what} ${outcome}`, (tally.get(`${what} ${outcome}`) ?? 0) + 1);
  return outcome === "read";
}

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const byteEdit = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("set" as const), at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
  fc.record({ kind: fc.constant("cut" as const), at: place, length: fc.nat(64) }),
  fc.record({ kind: fc.constant("end" as const), at: place }),
  fc.record({ kind: fc.constant("insert" as const), at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
  fc.record({ kind: fc.constant("repeat" as const), at: place, length: fc.nat(64), times: fc.nat(50) }),
);
type ByteEdit = typeof byteEdit extends fc.Arbitrary<infer T> ? T : never;

function edited(bytes: Uint8Array, edits: readonly ByteEdit[]): Uint8Array {
  return edits.reduce<Uint8Array>((before, edit) => {
    const at = Math.floor(edit.at * before.length);
    const [head, tail] = [before.subarray(0, at), before.subarray(at)];
    if (edit.kind === "end") return head.slice();
    if (edit.kind === "cut") return joined([head, tail.subarray(edit.length)], Uint8Array);
    if (edit.kind === "insert") return joined([head, edit.bytes, tail], Uint8Array);
    if (edit.kind === "repeat")
      return joined([head, ...Array.from({ length: edit.times }, () => tail.subarray(0, edit.length)), tail], Uint8Array);
    if (edit.kind === "set") return joined([head, edit.bytes, tail.subarray(edit.bytes.length)], Uint8Array);
    const copy = before.slice();
    if (copy.length > 0) copy[at] = (copy[at] as number) ^ (1 << edit.bit);
    return copy;
  }, bytes);
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    "x",
    -1,
    0.5,
    1e308,
    2 ** 53,
    [],
    {},
    [null],
    { kind: "adam" },
    { kind: "warmup" },
    "\u0000",
    "__proto__",
  ),
  fc.double(),
  fc.integer(),
  fc.string({ maxLength: 30 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.integer({ min: 1, max: 400 }).map((depth) => JSON.parse("[".repeat(depth) + "]".repeat(depth)) as unknown),
  fc.nat(3000).map((length) => Array.from({ length }, () => 8)),
);

/** A copy of a document in which a value somewhere is another, is left out, or has another name. */
function changed(document: unknown, path: number, value: unknown, way: "replace" | "remove" | "rename"): unknown {
  const copy = structuredClone(document);
  const places: [Record<string, unknown>, string][] = [];
  const visit = (node: unknown) => {
    if (typeof node !== "object" || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(copy);
  const [node, key] = places[Math.floor(path * places.length)] as [Record<string, unknown>, string];
  if (way === "rename") node[`${key}s`] = node[key];
  if (way === "replace") node[key] = value;
  else delete node[key];
  return copy;
}
const change = fc.tuple(place, odd, fc.constantFrom("replace", "replace", "replace", "remove", "rename") as fc.Arbitrary<"replace">);

/** Everything that reads a checkpoint. What is refused leaves no trace. */
function readCheckpointEverywhere(bytes: Uint8Array, what: string): void {
  const trainer = trainers[0] as Trainer;
  const { parameters } = trainer.model;
  const before = parameters.values.view.slice();
  const state = JSON.stringify(trainer.optimizer.state());
  attempt(`${what}: loadModel`, () => loadModel(engine, bytes).model.dispose());
  for (const read of [() => trainer.restore(bytes), () => loadState(bytes, parameters, trainer.optimizer, { partial: true })]) {
    if (attempt(`${what}: into a run`, read)) trainer.restore(checkpoints[0] as Uint8Array);
    expect(parameters.values.view).toEqual(before);
    expect(JSON.stringify(trainer.optimizer.state())).toBe(state);
  }
}

const options = { numRuns: COUNT, seed: SEED };

test("bytes of a checkpoint", { timeout: LIMIT }, () => {
  const mutation = fc.tuple(fc.nat(checkpoints.length - 1), fc.array(byteEdit, { minLength: 1, maxLength: 4 }));
  fc.assert(
    fc.property(mutation, ([which, edits]) => readCheckpointEverywhere(edited(checkpoints[which] as Uint8Array, edits), "bytes")),
    options,
  );
});

test("the document of a checkpoint, with a checksum that is right", { timeout: LIMIT }, () => {
  const mutation = fc.tuple(fc.nat(checkpoints.length - 1), fc.array(change, { minLength: 1, maxLength: 3 }));
  fc.assert(
    fc.property(mutation, ([which, changes]) => {
      const { tensors, metadata } = readSafetensors(checkpoints[which] as Uint8Array);
      const document = changes.reduce<unknown>(
        (now, [path, value, way]) => changed(now, path, value, way),
        JSON.parse(metadata.get("stepsize") as string),
      );
      const text = JSON.stringify(document);
      const written = new Map([
        ["stepsize", text],
        ["stepsize.crc32", checksumOf(text, tensors as StoredTensors)],
      ]);
      readCheckpointEverywhere(writeSafetensors({ tensors, metadata: written }), "document");
    }),
    options,
  );
});

test("a run as JSON", { timeout: LIMIT }, () => {
  const runs = trainers.map(({ run }) => JSON.parse(JSON.stringify(run)) as unknown);
  const mutation = fc.tuple(fc.nat(runs.length - 1), fc.array(change, { minLength: 1, maxLength: 3 }));
  fc.assert(
    fc.property(mutation, ([which, changes]) => {
      const run = changes.reduce((now, [path, value, way]) => changed(now, path, value, way), runs[which] as unknown);
      attempt("run", () => runFromJSON(run));
    }),
    options,
  );
});

test("a CSV file", { timeout: LIMIT }, () => {
  const text = ["a,b,when,kind", ...rows.map(([a, b], i) => `${a},"${b}",2026-01-${String(i + 1).padStart(2, "0")},${"xyz"[i % 3]}`)].join(
    "\n",
  );
  const bytes = new TextEncoder().encode(text);
  fc.assert(
    fc.property(fc.array(byteEdit, { minLength: 1, maxLength: 6 }), (edits) => {
      const mutated = new TextDecoder().decode(edited(bytes, edits));
      attempt("CSV", () => datasetsFromCSV(mutated, { target: "kind", missing: "mean" }));
    }),
    options,
  );
});
