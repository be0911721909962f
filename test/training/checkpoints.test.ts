import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { type Engine, load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { optimizerFromJSON, rules, wrappers } from "../../src/optimizers/index.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { CheckpointError, DivergedError, OptionError } from "../../src/options/errors.js";
import { loadModel, runFromJSON } from "../../src/training/from-json.js";
import { readSafetensors, writeSafetensors } from "../../src/training/safetensors.js";
import { loadState, saveState } from "../../src/training/state-file.js";
import { Trainer } from "../../src/training/trainer.js";

const X = Array.from({ length: 38 }, (_, i) => [Math.sin(i), Math.cos(i * 1.3), i % 3]);
const y = X.map((_, i) => i % 3);
const training = dataset(X, y, { task: "classification", classes: ["a", "b", "c"] });
const validation = dataset(X.slice(0, 9), y.slice(0, 9), { task: "classification", classes: ["a", "b", "c"] });
const data = { training, validation };
const base = { model: { kind: "mlp", inputs: 3, hidden: [8], outputs: 3 }, loss: "crossEntropy", batchSize: 10, epochs: 2, seed: 1 };

/** Options without which a kind cannot step a network. */
const REQUIRED: Readonly<Record<string, object>> = {
  muon: { fallback: { kind: "adam" } },
  normuon: { fallback: { kind: "adam" } },
  adamuon: { fallback: { kind: "adam" } },
  lbfgs: { historySize: 3 },
};
/** Kinds whose state has other lengths with these options. */
const SLICED: Readonly<Record<string, object>> = { prodigy: { sliceP: 3 } };

const plain = [...rules.keys()].map((kind) => ({ kind, ...REQUIRED[kind] }));
const sliced = Object.entries(SLICED).map(([kind, options]) => ({ kind, ...options }));
const inside = ["adam", "adafactor", "sm3", "scheduleFreeAdamw"].map((kind) => ({ kind }));
const wrapped = [...wrappers.keys()].flatMap((kind) => inside.map((optimizer) => ({ kind, optimizer })));

/** The run of an optimizer, or undefined where it does not go together, which other tests are about. */
function runOf(optimizer: Record<string, unknown>, accumulate: number, more: object = {}) {
  const core =
    "optimizer" in optimizer
      ? { ...optimizer, optimizer: { ...(optimizer["optimizer"] as object), accumulate } }
      : { ...optimizer, accumulate };
  try {
    optimizerFromJSON(accumulate === 1 ? optimizer : core);
  } catch (error) {
    if (error instanceof OptionError) return undefined;
    throw error;
  }
  return runFromJSON({ ...base, ...more, optimizer: accumulate === 1 ? optimizer : core });
}

const cases = [...plain, ...sliced, ...wrapped].filter((optimizer) => runOf(optimizer, 1) !== undefined);

/** Trains to the end; gives the trainer and a checkpoint from before every batch. */
async function cuts(engine: Engine, run: ReturnType<typeof runFromJSON>) {
  const taken: Uint8Array[] = [];
  const trainer = new Trainer(engine, run, data);
  // asked before every batch
  const signal = { throwIfAborted: () => taken.push(trainer.checkpoint()) } as unknown as AbortSignal;
  await trainer.train({ signal });
  return { trainer, taken };
}

describe.each(["wasm", "js"] as const)("every optimizer and wrapper in %s", (backend) => {
  test.each(cases.map((optimizer) => [JSON.stringify(optimizer), optimizer] as const))("%s", async (_, optimizer) => {
    const engine = await load({ backend });
    for (const accumulate of [1, 3]) {
      const run = runOf(optimizer, accumulate);
      if (run === undefined) continue;
      const { trainer, taken } = await cuts(engine, run);
      expect(taken.length).toBe(8);
      const end = trainer.checkpoint();
      for (const cut of [...taken, end]) {
        using again = new Trainer(engine, run, data);
        again.restore(cut);
        await again.train();
        expect(again.history).toEqual(trainer.history);
        expect(Buffer.compare(again.checkpoint(), end)).toBe(0);
      }
      for (const bytes of [taken[5] as Uint8Array, end]) {
        const { model } = loadModel(engine, bytes);
        expect(model.predict(validation.features).every(Number.isFinite)).toBe(true);
        model.dispose();
      }
      trainer.dispose();
    }
  });
});

test("any run goes on from any cut to the same bytes", async () => {
  const engine = await load();
  const arbitrary = fc.record({
    optimizer: fc.constantFrom(...cases),
    accumulate: fc.integer({ min: 1, max: 8 }),
    batchSize: fc.integer({ min: 1, max: 38 }),
    epochs: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(),
    hidden: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }),
    dropout: fc.constantFrom(0, 0.3),
    patience: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ optimizer, accumulate, hidden, dropout, patience, cut, batchSize, epochs, seed }) => {
      fc.pre(accumulate <= Math.ceil(38 / batchSize) * epochs);
      const run = runOf(optimizer, accumulate, {
        model: { ...base.model, hidden, dropout },
        batchSize,
        epochs,
        seed,
        ...(patience !== undefined && { earlyStopping: { patience } }),
      });
      fc.pre(run !== undefined);
      let whole: Awaited<ReturnType<typeof cuts>>;
      try {
        whole = await cuts(engine, run as NonNullable<typeof run>);
      } catch (error) {
        if (error instanceof DivergedError) return;
        throw error;
      }
      using again = new Trainer(engine, run as NonNullable<typeof run>, data);
      again.restore(whole.taken[Math.floor(cut * (whole.taken.length - 1))] as Uint8Array);
      await again.train();
      expect(again.history).toEqual(whole.trainer.history);
      expect(Buffer.compare(again.checkpoint(), whole.trainer.checkpoint())).toBe(0);
      whole.trainer.dispose();
    }),
    { numRuns: Number(process.env["STEPSIZE_RUNS"] ?? 2000), verbose: 1 },
  );
});

describe("a checkpoint", () => {
  const averaging = [
    { kind: "ema", optimizer: { kind: "adam", learningRate: 0.01 }, decay: 0.9 },
    { kind: "swa", optimizer: { kind: "adam", learningRate: 0.01 }, start: 1 },
    { kind: "scheduleFreeAdamw", learningRate: 0.01 },
    { kind: "scheduleFreeSgd", learningRate: 0.01 },
  ];

  test.each(averaging)("taken while %o shows its averages holds the training values", async (optimizer) => {
    const engine = await load();
    const run = runFromJSON({ ...base, epochs: 4, optimizer });
    using whole = new Trainer(engine, run, data);
    await whole.train();
    using half = new Trainer(engine, run, data);
    for await (const { epoch } of half.epochs()) if (epoch === 2) break;
    half.optimizer.toEvaluation();
    const shown = half.model.parameters.values.view.slice();
    using rest = new Trainer(engine, run, data);
    rest.restore(half.checkpoint());
    expect(half.model.parameters.values.view).toEqual(shown);
    await rest.train();
    expect(Buffer.compare(rest.checkpoint(), whole.checkpoint())).toBe(0);
  });

  test.each([{ kind: "adam", learningRate: 0.02 }, ...averaging])("of a finished run of %o goes on for more epochs", async (optimizer) => {
    const engine = await load();
    const [short, long] = [2, 5].map((epochs) => runFromJSON({ ...base, epochs, optimizer, earlyStopping: { patience: 9 } }));
    using first = new Trainer(engine, short as never, data);
    await first.train();
    using rest = new Trainer(engine, long as never, data);
    rest.restore(first.checkpoint());
    await rest.train();
    using whole = new Trainer(engine, long as never, data);
    await whole.train();
    expect(rest.history).toEqual(whole.history);
    expect(Buffer.compare(rest.checkpoint(), whole.checkpoint())).toBe(0);
    expect(() => first.restore(rest.checkpoint())).toThrow("the checkpoint has 5 epochs behind it, the run here has 2");
  });

  test("of another run says what differs", async () => {
    const engine = await load();
    using a = new Trainer(engine, runFromJSON({ ...base, optimizer: { kind: "adam" } }), data);
    using b = new Trainer(engine, runFromJSON({ ...base, seed: 6, optimizer: { kind: "adam", learningRate: 0.1 } }), data);
    expect(() => b.restore(a.checkpoint())).toThrow(
      "the checkpoint belongs to another run: run.optimizer.learningRate is 0.001 in the checkpoint and 0.1 here, run.seed is 1 in the checkpoint and 6 here",
    );
  });

  test("is refused whichever bit of it is flipped", async () => {
    const engine = await load();
    using trainer = new Trainer(engine, runFromJSON({ ...base, optimizer: { kind: "adam" } }), data);
    for await (const { step } of trainer.steps()) if (step === 3) break;
    const bytes = trainer.checkpoint();
    const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    fc.assert(
      fc.property(fc.integer({ min: end, max: bytes.length - 1 }), fc.nat(7), (at, bit) => {
        const flipped = bytes.slice();
        flipped[at] = (flipped[at] as number) ^ (1 << bit);
        expect(() => trainer.restore(flipped)).toThrow(CheckpointError);
      }),
      { numRuns: 500 },
    );
    // another order of the tensors is no damage
    const { tensors, metadata } = readSafetensors(bytes);
    trainer.restore(writeSafetensors({ tensors: new Map([...tensors].reverse()), metadata }));
  });

  test("with a number that is not finite is neither written nor read", async () => {
    const engine = await load();
    using trainer = new Trainer(engine, runFromJSON({ ...base, optimizer: { kind: "adam" } }), data);
    const { tensors, metadata } = readSafetensors(saveState(trainer.model.parameters, trainer.optimizer));
    trainer.model.parameters.get("layers.0.bias").value[2] = Number.NaN;
    expect(() => trainer.checkpoint()).toThrow(DivergedError);
    (tensors.get("layers.0.bias")?.values as Float32Array)[2] = Number.NaN;
    const document = JSON.stringify({ ...JSON.parse(metadata.get("stepsize") as string), format: 1 });
    const bytes = writeSafetensors({ tensors, metadata: new Map([["stepsize", document]]) });
    expect(() => loadState(bytes, trainer.model.parameters)).toThrow('tensor "layers.0.bias" has NaN at element 2');
  });

  test("that claims a network of another size is refused before memory is taken for it", async () => {
    const engine = await load();
    using trainer = new Trainer(engine, runFromJSON({ ...base, optimizer: { kind: "sgd" } }), data);
    await trainer.train();
    const { tensors, metadata } = readSafetensors(trainer.checkpoint());
    for (const hidden of [[10_000, 10_000], Array(100_000).fill(8), [9]]) {
      const document = JSON.parse(metadata.get("stepsize") as string);
      document.format = 1;
      document.run.model.hidden = hidden;
      const lie = writeSafetensors({ tensors, metadata: new Map([["stepsize", JSON.stringify(document)]]) });
      const { available } = engine.arena;
      expect(() => loadModel(engine, lie)).toThrow(CheckpointError);
      expect(engine.arena.available).toBe(available);
    }
  });

  test.each([2000, 20_000, 200_000])("whose run is nested %i deep is refused, however deep its notes are", async (depth) => {
    const engine = await load();
    const run = runFromJSON({ ...base, optimizer: { kind: "sgd" } });
    using trainer = new Trainer(engine, run, data);
    const { tensors, metadata } = readSafetensors(trainer.checkpoint());
    const part = "\u0001";
    const nested = "[".repeat(depth) + "]".repeat(depth);
    const document = JSON.parse(metadata.get("stepsize") as string);
    const written = (own: object) => {
      const text = JSON.stringify({ ...document, ...own, format: 1 }).replace(JSON.stringify(part), nested);
      return writeSafetensors({ tensors, metadata: new Map([["stepsize", text]]) });
    };
    const deep = written({ run: { ...document.run, optimizer: { kind: "sgd", learningRate: part } } });
    for (const read of [() => loadModel(engine, deep), () => trainer.restore(deep), () => loadState(deep, trainer.model.parameters)])
      expect(read).toThrow("the run in the metadata is nested deeper than 1000 objects");
    trainer.restore(written({ notes: part }));
  });

  test("cannot accumulate more batches than the run has", async () => {
    const run = runFromJSON({ ...base, optimizer: { kind: "sgd", accumulate: 9 } });
    const engine = await load();
    expect(() => new Trainer(engine, run, data)).toThrow("run.optimizer.accumulate must be at most 8, got 9: the run has 8 batches");
  });

  test("with functions in its run is restored by a Trainer that has them", async () => {
    const engine = await load();
    const rate = (step: number) => 0.01 / (1 + step);
    const run = { ...runFromJSON({ ...base, optimizer: { kind: "adam" } }), optimizer: { ...optimizerFromJSON({ kind: "adam" }) } };
    const { adam } = await import("../../src/optimizers/kinds/adam.js");
    const own = { ...run, optimizer: adam({ learningRate: rate }) };
    using whole = new Trainer(engine, own, data);
    let half: Uint8Array | undefined;
    await whole.train({
      onStep: ({ step }) => {
        if (step === 3) half = whole.checkpoint();
      },
    });
    using rest = new Trainer(engine, own, data);
    rest.restore(half as Uint8Array);
    await rest.train();
    expect(Buffer.compare(rest.checkpoint(), whole.checkpoint())).toBe(0);
    expect(() => loadModel(engine, whole.checkpoint())).toThrow(
      "run.optimizer.learningRate is a function, of which the checkpoint has the name only",
    );
  });
});

describe("files of format 1", () => {
  const folder = new URL("../golden/checkpoints/", import.meta.url);
  const expected: Record<string, number[][]> = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8"));
  const names = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
  // what these were made from: rows and seed of test/golden/checkpoints/README.md
  const old = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(i * 1.3), i % 3]);
  const oldData = {
    training: dataset(
      old,
      old.map((_, i) => i % 3),
      { task: "classification", classes: ["a", "b", "c"] },
    ),
  };

  test.each(names)("%s is read, and its run goes on to the same end", async (name) => {
    const engine = await load();
    const bytes = new Uint8Array(readFileSync(new URL(name, folder)));
    const { model, run, notes } = loadModel(engine, bytes);
    expect(notes).toEqual({ mine: expect.any(String) });
    model.dispose();
    using trainer = new Trainer(engine, run, oldData);
    trainer.restore(bytes);
    await trainer.train();
    const firsts = [...trainer.model.parameters].map(({ value }) => [...value.slice(0, 2)]);
    expect(firsts).toEqual(expected[name.replace(".safetensors", "")]);
  });
});

describe("saveState and loadState", () => {
  const shapes = { "fc.weight": [3, 2], "fc.bias": [2] };

  test("carry one's own loop over, bit for bit, for every optimizer", async () => {
    const engine = await load();
    for (const optimizer of cases) {
      const steps = (parameters: Parameters, bound: Optimizer, from: number, to: number) => {
        for (let t = from; t < to; t++)
          bound.step(() => {
            for (const { value, gradient } of parameters)
              value.forEach((v, i) => {
                gradient[i] = v - Math.fround(0.1 * ((i + t) % 5));
              });
            return 1;
          });
      };
      const made = () => {
        const parameters = new Parameters(engine, shapes);
        for (const { value } of parameters)
          value.forEach((_, i) => {
            value[i] = 1 + i;
          });
        return { parameters, bound: new Optimizer(parameters, optimizerFromJSON(optimizer)) };
      };
      const [a, b] = [made(), made()];
      steps(a.parameters, a.bound, 0, 4);
      a.bound.toEvaluation();
      const bytes = saveState(a.parameters, a.bound, { t: 4 });
      a.bound.toTraining();
      expect(loadState(bytes, b.parameters, b.bound)).toEqual({
        loaded: ["fc.weight", "fc.bias"],
        missing: [],
        unused: [],
        anew: [],
        notes: { t: 4 },
      });
      steps(a.parameters, a.bound, 4, 9);
      steps(b.parameters, b.bound, 4, 9);
      expect(Buffer.compare(saveState(b.parameters, b.bound), saveState(a.parameters, a.bound))).toBe(0);
      for (const { parameters, bound } of [a, b]) {
        bound.dispose();
        parameters.dispose();
      }
    }
  });

  test.each([
    ["a value", false, "fc.weight", (parameters: Parameters) => parameters.get("fc.weight").value],
    ["a value, beside an optimizer", true, "fc.bias", (parameters: Parameters) => parameters.get("fc.bias").value],
    ["state", true, "mean of fc.bias", (_: Parameters, bound: Optimizer) => bound.slot("mean").get("fc.bias")],
  ])("refuse to write %s that is not finite, which could not be read", async (_, isBound, what, numbers) => {
    const parameters = new Parameters(await load(), shapes);
    const bound = new Optimizer(parameters, optimizerFromJSON({ kind: "adam" }));
    (numbers(parameters, bound) as Float32Array)[1] = Number.NaN;
    const act = () => saveState(parameters, isBound ? bound : undefined);
    expect(act).toThrow(DivergedError);
    expect(act).toThrow(`${what} is not finite after step 0`);
  });

  test("read weights of other libraries: other names, transposed, in other floats", async () => {
    const engine = await load();
    const parameters = new Parameters(engine, shapes);
    const half = (x: number) => ({ 1: 0x3c00, 2: 0x4000, "-0.5": 0xb800, "6e-8": 0x0001 })[String(x)] as number;
    const bytes = writeSafetensors({
      tensors: new Map([
        ["linear.weight", { type: "F64" as const, shape: [2, 3], values: Float64Array.of(1, 2, 3, 4, 5, 6) }],
        ["fc.bias", { type: "F16" as const, shape: [2], values: Uint16Array.of(half(-0.5), half(6e-8)) }],
        ["num_batches_tracked", { type: "I64" as const, shape: [], values: BigInt64Array.of(7n) }],
      ]),
      metadata: new Map(),
    });
    const names = { "fc.weight": "linear.weight" };
    expect(() => loadState(bytes, parameters, undefined, { names })).toThrow(
      'tensor "linear.weight" has the shape [2, 3], fc.weight needs [3, 2]; if it is transposed there, pass transpose: ["fc.weight"]',
    );
    const report = loadState(bytes, parameters, undefined, { names, transpose: ["*.weight"] });
    expect(report).toEqual({ loaded: ["fc.weight", "fc.bias"], missing: [], unused: ["num_batches_tracked"], anew: [], notes: null });
    expect([...parameters.get("fc.weight").value]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...parameters.get("fc.bias").value]).toEqual([-0.5, 5.9604644775390625e-8]);
  });

  test("refuse what does not fit, or take the part that does", async () => {
    const engine = await load();
    const [small, large] = [new Parameters(engine, { a: [2] }), new Parameters(engine, { a: [2], b: [3] })];
    const bytes = saveState(large, new Optimizer(large, optimizerFromJSON({ kind: "adam" })));
    expect(() => loadState(bytes, small)).toThrow('nothing here reads the file\'s tensor "b"; pass partial: true');
    expect(loadState(bytes, small, undefined, { partial: true })).toMatchObject({ loaded: ["a"], missing: [], unused: ["b"] });
    expect(() => loadState(saveState(small), large)).toThrow('the file has no tensor "b"');
    expect(loadState(saveState(small), large, undefined, { partial: true })).toMatchObject({ loaded: ["a"], missing: ["b"] });
    expect(() => loadState(saveState(small), new Parameters(engine, { z: [2] }), undefined, { partial: true })).toThrow(
      "none of the tensors z",
    );
    expect(() => loadState(saveState(small), small, new Optimizer(small, optimizerFromJSON({ kind: "sgd" })))).toThrow("holds no state");
    expect(() => saveState(small, new Optimizer(large, optimizerFromJSON({ kind: "sgd" })))).toThrow(
      "optimizer must be one of these parameters",
    );
    for (const wrong of [{ names: { nope: "x" } }, { transpose: [5] }, { partial: 1 }, { strict: true }])
      expect(() => loadState(bytes, large, undefined, wrong as object)).toThrow(OptionError);
  });
});
