// Files and states that are damaged in ways of their own, and runs that are seldom made: each is an error that says which, or has a value to expect.
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { mlp } from "../../src/models/mlp.js";
import { adam, adamw } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { CheckpointError, OptionError, ShapeError } from "../../src/options/errors.js";
import { cosine, oneCycle, warmup, warmupStableDecay } from "../../src/schedules/index.js";
import { readCheckpoint } from "../../src/training/checkpoint.js";
import { scheduleNotes } from "../../src/training/fit-notes.js";
import { loadModel, runFromJSON } from "../../src/training/from-json.js";
import { csvLog } from "../../src/training/logs.js";
import { measure } from "../../src/training/measure.js";
import { balancedAccuracy } from "../../src/training/metrics/balancedAccuracy.js";
import { f1 } from "../../src/training/metrics/f1.js";
import { rocAuc } from "../../src/training/metrics/rocAuc.js";
import { type Run, readRun } from "../../src/training/run.js";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../../src/training/safetensors.js";
import { loadState } from "../../src/training/state-file.js";
import { Trainer } from "../../src/training/trainer.js";
import { classWeightsOf } from "../../src/training/weights.js";

const engine = await load();
const rows = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const training = dataset(
  rows,
  rows.map((_, i) => "ab"[i % 2] as string),
);
const run: Run = {
  model: mlp({ inputs: 2, hidden: [3], outputs: 2 }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: 4,
  epochs: 2,
  seed: 1,
};
using trainer = new Trainer(engine, run, { training });
await trainer.train();
const checkpoint = trainer.checkpoint();

type Document = Record<string, unknown> & { progress: Record<string, unknown>; optimizer: Record<string, unknown> };

type Change = (document: Document, tensors: Map<string, StoredTensor>, metadata: Map<string, string>) => unknown;

/** The checkpoint, changed: written in the format that has no checksum, as other programs may. */
function changed(change: Change): Uint8Array {
  const { tensors, metadata } = readSafetensors(checkpoint);
  const document = { ...JSON.parse(metadata.get("stepsize") as string), format: 1 } as Document;
  const [own, texts] = [new Map(tensors), new Map(metadata)];
  texts.set("stepsize", "");
  change(document, own, texts);
  if (texts.get("stepsize") === "") texts.set("stepsize", JSON.stringify(document));
  return writeSafetensors({ tensors: own, metadata: texts });
}

const F64 = (shape: number[]): StoredTensor => ({ type: "F64", shape, values: new Float64Array(shape.reduce((a, b) => a * b, 1)) });
const shapeOf = (tensors: Map<string, StoredTensor>, name: string) => [...(tensors.get(name) as StoredTensor).shape];
const stateName = (tensors: Map<string, StoredTensor>) => [...tensors.keys()].find((name) => name.startsWith("optimizer.")) as string;

describe("a checkpoint is refused", () => {
  test.each<[string, Change, string]>([
    [
      "of another program",
      (_, __, metadata) => metadata.delete("stepsize"),
      "the file was not written by stepsize: it has no run in its metadata",
    ],
    ["whose run is cut", (_, __, metadata) => metadata.set("stepsize", '{"run":'), "the run in the metadata is not JSON"],
    [
      "whose run is a list",
      (_, __, metadata) => metadata.set("stepsize", "[1]"),
      "the run in the metadata must be an object, got an array of 1",
    ],
    ["of a later version", (document) => Object.assign(document, { format: 99 }), "the checkpoint has format 99, this version reads 1 to"],
    ["without a run", (document) => delete document["run"], "the file holds state without a run: loadState() reads it"],
    ["without an optimizer", (document) => delete (document as { optimizer?: unknown }).optimizer, "it has no state of an optimizer"],
    [
      "with state of 64 bits",
      (_, tensors) => tensors.set(stateName(tensors), F64(shapeOf(tensors, stateName(tensors)))),
      "is in F64, state must be in F32 or BF16",
    ],
    ["whose progress is a number", (document) => Object.assign(document, { progress: 5 }), "progress must be an object of options, got 5"],
    ["whose history is text", (document) => Object.assign(document.progress, { history: "long" }), "progress.history"],
  ])("%s", (_, change, message) => {
    const bytes = changed(change);
    expect(() => readCheckpoint(bytes)).toThrow(CheckpointError);
    expect(() => readCheckpoint(bytes)).toThrow(message);
  });

  test.each<[string, Change, string]>([
    [
      "with values of 64 bits",
      (_, tensors) => tensors.set("layers.0.weight", F64(shapeOf(tensors, "layers.0.weight"))),
      "is in F64, values must be in F32",
    ],
    ["of another shape", (_, tensors) => tensors.set("layers.0.weight", F64([1, 1])), "has the shape [1, 1], expected [2, 3]"],
  ])("as a model: %s", (_, change, message) => {
    const bytes = changed((document, tensors, metadata) => {
      change(document, tensors, metadata);
    });
    expect(() => loadModel(engine, bytes)).toThrow(CheckpointError);
    expect(() => loadModel(engine, bytes)).toThrow(message);
  });
});

describe("values of other programs", () => {
  const shapes = { weight: [2, 3], filter: [2, 2, 2] };
  const file = (weight: StoredTensor, filter: StoredTensor = { type: "F32", shape: [2, 2, 2], values: new Float32Array(8).fill(2) }) =>
    writeSafetensors({
      tensors: new Map([
        ["weight", weight],
        ["filter", filter],
      ]),
      metadata: new Map(),
    });
  const half = (...bits: number[]): StoredTensor => ({ type: "F16", shape: [2, 3], values: Uint16Array.from(bits) });

  test("of half precision are taken as the numbers that they stand for", () => {
    using parameters = new Parameters(engine, shapes);
    loadState(file(half(0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x3555)), parameters);
    expect([...parameters.get("weight").value]).toEqual([1, -2, 2 ** -24, 65504, -0, 0.333251953125]);
  });

  test.each<[string, Uint8Array, object, new (...rest: never[]) => Error, string]>([
    ["an infinite half", file(half(0, 0, 0x7c00, 0, 0, 0)), {}, CheckpointError, 'tensor "weight" has Infinity at element 2'],
    ["a negative infinite half", file(half(0xfc00, 0, 0, 0, 0, 0)), {}, CheckpointError, 'tensor "weight" has -Infinity at element 0'],
    ["no number", file(half(0, 0, 0, 0x7e00, 0, 0)), {}, CheckpointError, 'tensor "weight" has NaN at element 3'],
    [
      "whole numbers",
      file({ type: "I32", shape: [2, 3], values: new Int32Array(6) }),
      {},
      CheckpointError,
      'tensor "weight" is in I32, weight needs floats',
    ],
    [
      "a transposed matrix",
      file({ type: "F32", shape: [3, 2], values: new Float32Array(6) }),
      {},
      CheckpointError,
      'if it is transposed there, pass transpose: ["weight"]',
    ],
    [
      "another shape",
      file({ type: "F32", shape: [6], values: new Float32Array(6) }),
      {},
      CheckpointError,
      "has the shape [6], weight needs [2, 3]",
    ],
    [
      "names that are none",
      file(half(0, 0, 0, 0, 0, 0)),
      { names: 5 },
      OptionError,
      "names must be an object of our names and those in the file, got 5",
    ],
    ["a name that is a number", file(half(0, 0, 0, 0, 0, 0)), { names: { weight: 5 } }, OptionError, "names.weight must be a name, got 5"],
    [
      "a name of nothing",
      file(half(0, 0, 0, 0, 0, 0)),
      { names: { wieght: "a" } },
      OptionError,
      "names.wieght is not a tensor here (did you mean weight?)",
    ],
    [
      "three axes to turn",
      file(half(0, 0, 0, 0, 0, 0)),
      { transpose: ["filter"] },
      OptionError,
      "must name matrices, filter has 3 dimensions",
    ],
  ])("%s is refused", (_, bytes, options, type, message) => {
    using parameters = new Parameters(engine, shapes);
    expect(() => loadState(bytes, parameters, undefined, options as never)).toThrow(type);
    expect(() => loadState(bytes, parameters, undefined, options as never)).toThrow(message);
    expect(parameters.values.view.every((value) => value === 0)).toBe(true);
  });

  test("a transposed matrix is turned when asked", () => {
    using parameters = new Parameters(engine, { weight: [2, 3] });
    const bytes = writeSafetensors({
      tensors: new Map([["weight", { type: "F32", shape: [3, 2], values: Float32Array.of(1, 2, 3, 4, 5, 6) }]]),
      metadata: new Map(),
    });
    loadState(bytes, parameters, undefined, { transpose: ["weight"] });
    expect([...parameters.get("weight").value]).toEqual([1, 3, 5, 2, 4, 6]);
  });
});

describe("the state of an optimizer is refused", () => {
  using parameters = new Parameters(engine, { weight: [2] });
  using optimizer = new Optimizer(parameters, adamw({ accumulate: 3 }));
  parameters.gradients.view.fill(0.5);
  for (let i = 0; i < 4; i++) optimizer.step();
  const state = JSON.parse(JSON.stringify({ ...optimizer.state(), slots: {} }));
  const slots = optimizer.state().slots;

  test.each<[object, string]>([
    [{ kind: "sgd" }, 'the state is of "sgd", this optimizer is "adamw"'],
    [{ step: -1 }, "the state's step must be a whole number from 0"],
    [{ step: 0.5 }, "the state's step must be a whole number from 0"],
    [{ accumulated: 3 }, "the state's accumulated must be a whole number from 0 to 2, got 3"],
    [{ accumulated: 0, accumulatedWeight: 2 }, "the state's accumulatedWeight cannot be 2 for 0 gradients"],
    [{ accumulated: 1, accumulatedWeight: 0 }, "the state's accumulatedWeight cannot be 0 for 1 gradients"],
    [{ accumulated: 1, accumulatedWeight: null }, "the state's accumulatedWeight cannot be null for 1 gradients"],
    [{ rateFactor: 2 }, "the state's rateFactor must be greater than 0 and at most 1, got 2"],
    [{ faint: 1 }, "the state's faint must be true or false, got 1"],
    [{ groups: 5 }, "the state's groups must be a list of kind, tensors and began, got 5"],
    [{ groups: [null] }, "the state's groups must be a list of kind, tensors and began"],
    [{ groups: [{ kind: "adamw", tensors: ["weight"], began: 99 }] }, "the state's groups must be a list of kind, tensors and began"],
    [{ scalars: [] }, "the state's scalars must be an array of 1, got an array of 0"],
    [{ scalars: 5 }, "the state's scalars must be an array of 1, got 5"],
    [{ plateaus: [null, null] }, "the state's plateaus must be an array of 1, got an array of 2"],
    [{ slots: 5 }, 'the state of accumulated for "weight" must have 2 elements, got none'],
    [{ slots: { ...slots, mean: { weight: [0, 0] } } }, "JSON turns a Float32Array into an object"],
    [{ slots: { ...slots, strange: {} } }, "strange"],
    [{ slots: { ...slots, mean: { ...(slots as Record<string, object>)["mean"], strange: new Float32Array(2) } } }, "strange"],
  ])("with %j", (wrong, message) => {
    using again = new Parameters(engine, { weight: [2] });
    using other = new Optimizer(again, adamw({ accumulate: 3 }));
    other.load({ ...state, slots } as never);
    const before = JSON.stringify(other.state());
    const load = () => other.load({ ...state, slots, ...wrong } as never);
    expect(load).toThrow(CheckpointError);
    expect(load).toThrow(message);
    expect(JSON.stringify(other.state())).toBe(before);
  });
});

describe("runs", () => {
  test.each<[Partial<Run>, object[]]>([
    [{ optimizer: sgd({ learningRate: warmup({ steps: 6, then: 0.1 }) }) }, [{ kind: "warmupTooLong", warmup: 6, steps: 6 }]],
    [{ optimizer: sgd({ learningRate: cosine({ rate: 0.1, steps: 6 }) }) }, []],
    [{ optimizer: sgd({ learningRate: cosine({ rate: 0.1, steps: 5 }) }) }, [{ kind: "endsAtZero" }]],
    [
      { optimizer: sgd({ learningRate: warmupStableDecay({ rate: 0.1, warmup: 6, stable: 1, decay: 1 }) }) },
      [{ kind: "warmupTooLong", warmup: 6, steps: 6 }],
    ],
    [
      { optimizer: sgd({ learningRate: warmupStableDecay({ rate: 0.1, end: 0.01, warmup: 1, stable: 1, decay: 1 }) }) },
      [{ kind: "otherLength", schedule: "warmupStableDecay", length: 3, steps: 6 }],
    ],
    [{ optimizer: sgd({ learningRate: warmupStableDecay({ rate: 0.1, end: 0.01, warmup: 2, stable: 2, decay: 2 }) }) }, []],
    [
      { optimizer: sgd({ learningRate: oneCycle({ rate: 0.1, steps: 5 }) }) },
      [{ kind: "otherLength", schedule: "oneCycle", length: 5, steps: 6 }],
    ],
    [{ optimizer: sgd({ groups: [{ match: "*.bias", weightDecay: 0.1 }] }) }, []],
    [{ optimizer: sgd({ groups: [{ match: "*.bias", learningRate: cosine({ rate: 0.1, steps: 4 }) }] }) }, [{ kind: "endsAtZero" }]],
  ])("%j and how its schedule fits", (more, notes) => {
    expect(scheduleNotes(readRun({ ...run, ...more }), 12)).toMatchObject(notes);
  });

  test.each<[object, string]>([
    [{ metrics: 5 }, "run.metrics must be an array, got 5"],
    [{ metrics: [{ kind: "f2" }] }, "run.metrics[0]"],
    [{ metrics: [5] }, "run.metrics[0]"],
    [{ loss: 5 }, "run.loss must be one of"],
  ])("%j from JSON is refused", (more, message) => {
    const plain = { ...JSON.parse(JSON.stringify(run)), ...more };
    expect(() => runFromJSON(plain)).toThrow(OptionError);
    expect(() => runFromJSON(plain)).toThrow(message);
  });

  test("a model of one's own weighs its rows itself", () => {
    expect(() => readRun({ model: () => undefined as never, optimizer: sgd(), batchSize: 1, epochs: 1, classWeights: [1, 2] })).toThrow(
      "run.classWeights must be left out: a model of your own weighs its rows itself",
    );
  });

  test.each(["l1", "l2"] as const)("a penalty of %s alone is the size of what it matches", async (name) => {
    const losses = await Promise.all(
      [{}, { penalties: { match: "*.weight", [name]: 0.5 } }].map(async (more) => {
        using one = new Trainer(engine, { ...run, ...more, optimizer: sgd({ learningRate: 0 }), epochs: 1, batchSize: 12 } as Run, {
          training,
        });
        const weights = [...one.model.parameters].filter(({ name }) => name.endsWith("weight")).flatMap(({ value }) => [...value]);
        await one.train();
        return [one.history[0]?.loss as number, weights.reduce((sum, w) => sum + (name === "l1" ? Math.abs(w) : w * w), 0)] as const;
      }),
    );
    const [[plain], [penalised, size]] = losses as [readonly [number, number], readonly [number, number]];
    expect(penalised - plain).toBeCloseTo(0.5 * size, 5);
  });

  test("weights of classes that no row has are 0, and weights of 0 throughout teach nothing", () => {
    const three = { ...training, classes: ["a", "b", "c"], outputs: 3 } as typeof training;
    expect(classWeightsOf("balanced", three)).toEqual([2 / 3, 2 / 3, 0]);
    expect(() => new Trainer(engine, { ...run, classWeights: [0, 0] }, { training })).toThrow(ShapeError);
  });

  test("a disposed trainer may be disposed again", () => {
    const one = new Trainer(engine, run, { training });
    one.dispose();
    expect(() => one.dispose()).not.toThrow();
  });
});

describe("metrics of rows that say little", () => {
  const labelled = (...labels: string[]) =>
    dataset(
      labels.map((_, i) => [i]),
      labels,
      { classes: ["a", "b"] },
    );
  test("one class alone has no area under a curve, and a balanced accuracy of its own", () => {
    const outputs = Float32Array.of(2, 1, 0, 1);
    expect(measure([rocAuc()], outputs, labelled("a", "a"))).toEqual({ rocAuc: null });
    expect(measure([balancedAccuracy()], outputs, labelled("a", "a"))).toEqual({ balancedAccuracy: 0.5 });
    expect(measure([f1()], outputs, labelled("a", "a"))["f1"]).toBe(0);
  });

  test("outputs of another width are refused", () => {
    const quantities = dataset([[1], [2]], [1, 2], { task: "regression" });
    expect(() => measure([f1()], Float32Array.of(1, 2, 3, 4), quantities)).toThrow(ShapeError);
  });
});

test("a log quotes what a name of a metric holds", () => {
  let text = "";
  const log = csvLog((line) => {
    text += line;
  });
  const validation = { loss: 0.25, metrics: { 'a "b", c': 1 } };
  log.epoch({ epoch: 1, step: 3, loss: 0.5, learningRate: 0.1, validation } as never);
  expect(text.split("\n")[0]).toContain(',"validation.a ""b"", c"');
});
