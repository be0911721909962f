import { describe, expect, test } from "vitest";
import { type Dataset, dataset } from "../../src/data/dataset.js";
import { stream } from "../../src/data/stream/stream.js";
import { load } from "../../src/engine/load.js";
import { searchLearningRate } from "../../src/entries/index.js";
import { layerRules } from "../../src/generated/layerRules.js";
import { lossRules } from "../../src/generated/lossRules.js";
import { sequentialFromJSON } from "../../src/models/json.js";
import { lossFromJSON } from "../../src/models/loss-json.js";
import { LOSSES, type Loss } from "../../src/models/losses.js";
import { Network } from "../../src/models/network.js";
import { type SequentialDescription, shapesOf } from "../../src/models/sequential.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { OptionError, ShapeError } from "../../src/options/errors.js";
import type { Run } from "../../src/training/run.js";
import { Trainer } from "../../src/training/trainer.js";
import { trainInWorker } from "../../src/training/worker/worker-trainer.js";

const sequence = [4, 2];
const picture = [4, 4, 2];

/** Of each layer, one that keeps several places, and what it takes; null where none can. A dense layer behind it has two outputs a place. */
const SEVERAL: Record<string, [object, readonly number[]] | null> = {
  activation: [{ function: "relu" }, sequence],
  attention: [{ heads: 1 }, sequence],
  averagePool2d: [{ kernel: 2 }, picture],
  batchNorm: [{}, sequence],
  conv1d: [{ filters: 2, kernel: 2 }, sequence],
  conv2d: [{ filters: 2, kernel: 2 }, picture],
  dense: [{ units: 2 }, sequence],
  dropout: [{ rate: 0.1 }, sequence],
  embedding: [{ count: 3, width: 2 }, [4]],
  flatten: null,
  gru: [{ units: 2, returns: "all" }, sequence],
  lastStep: null,
  layerNorm: [{}, sequence],
  maxPool2d: [{ kernel: 2 }, picture],
  residual: [{ layers: [{ kind: "dense", units: 2 }] }, sequence],
  rmsNorm: [{}, sequence],
};

const lossOptions: Record<string, object> = {
  quantile: { quantiles: [0.5] },
  severalLosses: { parts: [{ outputs: 2, loss: { kind: "crossEntropy" } }] },
};
const losses: [string, Loss][] = [
  ...LOSSES.map((name): [string, Loss] => [name, name]),
  ...lossRules.map(({ kind }): [string, Loss] => [`${kind}()`, lossFromJSON({ kind, ...lossOptions[kind] })]),
];

const modelOf = (inputs: readonly number[], ...layers: object[]) =>
  sequentialFromJSON({ kind: "sequential", inputs, layers }, "model") as SequentialDescription;
const models = Object.entries(SEVERAL).flatMap(([kind, given]): [string, SequentialDescription][] =>
  given === null ? [] : [[kind, modelOf(given[1], { kind, ...given[0] }, { kind: "dense", units: 2 })]],
);

/** Rows of whole numbers, which an embedding takes as well, with a class each. */
function classesFor({ inputs }: Pick<SequentialDescription, "inputs">): Dataset {
  const columns = inputs.reduce((a, b) => a * b);
  const rows = Array.from({ length: 12 }, (_, row) => Array.from({ length: columns }, (_, column) => (row + column) % 3));
  return dataset(
    rows,
    rows.map((_, row) => (row % 2 ? "a" : "b")),
  );
}

const runOf = (model: SequentialDescription, loss: Loss): Run => ({ model, loss, optimizer: adam(), batchSize: 4, epochs: 1 });

test("every layer is here", () => {
  expect(Object.keys(SEVERAL).sort()).toEqual(layerRules.map(({ kind }) => kind).sort());
});

describe.each(["wasm", "js"] as const)("one class a row and several places in %s", (backend) => {
  test.each(models)("%s: every loss refuses it, saying how many places there are", async (_, model) => {
    const engine = await load({ backend });
    const { outputs } = shapesOf(model);
    const all = outputs.reduce((a, b) => a * b);
    expect(all).toBeGreaterThan(2);
    const message = `the model has ${all} outputs, the data has 1 class a row: they are ${all / 2} places of 2, so add flatten() or lastStep()`;
    const training = classesFor(model);
    for (const [name, loss] of losses) {
      expect(() => new Trainer(engine, runOf(model, loss), { training }), name).toThrow(ShapeError);
      expect(() => new Trainer(engine, runOf(model, loss), { training }), name).toThrow(message);
    }
  });

  test.each(["flatten", "lastStep"])("%s makes them one", async (kind) => {
    const model = modelOf(sequence, { kind: "gru", units: 2, returns: "all" }, { kind }, { kind: "dense", units: 2 });
    using trainer = new Trainer(await load({ backend }), runOf(model, "crossEntropy"), { training: classesFor(model) });
    const [epoch] = await trainer.train();
    expect(epoch?.loss).toBeGreaterThan(0);
  });
});

test("a search, a worker and a stream refuse it as well", async () => {
  const model = modelOf(sequence, { kind: "dense", units: 2 });
  const run = runOf(model, "crossEntropy");
  const training = classesFor(model);
  const message = "the model has 8 outputs, the data has 1 class a row: they are 4 places of 2";
  await expect(searchLearningRate(run, { training, validation: training }, { rates: [0.1] })).rejects.toThrow(message);
  await expect(trainInWorker(run, { training })).rejects.toThrow(message);
  const rows = stream(() => [training], { columns: 8, classes: ["a", "b"] });
  const engine = await load();
  expect(() => new Trainer(engine, run, { training: rows })).toThrow(message);
});

test("quantities say it too, and go by the last axis", async () => {
  const engine = await load();
  const model = modelOf(sequence, { kind: "dense", units: 2 });
  const rows = Array.from({ length: 8 }, (_, row) => Array.from({ length: 8 }, (_, column) => row + column));
  const one = dataset(
    rows,
    rows.map(([x]) => x as number),
    { task: "regression" },
  );
  expect(() => new Trainer(engine, runOf(model, "meanSquared"), { training: one })).toThrow(
    "the model has 8 outputs, the data has 1 quantities a row: they are 4 places of 2",
  );
  const eight = dataset(rows, rows);
  const parts = (outputs: number) => lossFromJSON({ kind: "severalLosses", parts: [{ outputs, loss: { kind: "logCosh" } }] });
  const run = (loss: Loss) => ({ ...runOf(model, loss), batchSize: 8 });
  using trainer = new Trainer(engine, run(parts(2)), { training: eight });
  expect((await trainer.train())[0]?.loss).toBeGreaterThan(0);
  for (const wrong of [parts(8), lossFromJSON({ kind: "quantile", quantiles: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8] })]) {
    expect(() => new Trainer(engine, run(wrong), { training: eight })).toThrow(OptionError);
    expect(() => new Network(engine, model, wrong, { rows: 8, seed: 1 })).toThrow(OptionError);
  }
});
