import { describe, expect, test } from "vitest";
import { type Dataset, dataset } from "../../src/data/dataset.js";
import { stream } from "../../src/data/stream/stream.js";
import { load } from "../../src/engine/load.js";
import { searchLearningRate } from "../../src/entries/index.js";
import { mlp } from "../../src/models/mlp.js";
import { Network } from "../../src/models/network.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { OptionError, ShapeError } from "../../src/options/errors.js";
import { runTrial } from "../../src/search/trial.js";
import type { Run } from "../../src/training/run.js";
import { Trainer } from "../../src/training/trainer.js";
import { trainInWorker } from "../../src/training/worker/worker-trainer.js";

const NAMES = ["ant", "bee", "cat"];
const engine = await load();
const run: Run = { model: mlp({ inputs: 2, outputs: 3 }), loss: "crossEntropy", optimizer: adam(), batchSize: 3, epochs: 1 };
const rows = [0, 1, 2, 3, 4, 5].map((i) => [i % 3, Math.sin(i)]);

/** Rows whose classes have these names. */
const named = (classes: readonly string[], width = 2) =>
  dataset(
    rows.map((row) => [...row, ...row].slice(0, width)),
    rows.map((_, i) => classes[i % classes.length] as string),
    { classes },
  );
const training = named(NAMES);

/** Every way in which data are evaluated that others were not learnt from, and the name it has for them. */
const ways: Record<string, [path: string, evaluate: (data: Dataset) => unknown]> = {
  Trainer: ["data.validation", (validation) => new Trainer(engine, run, { training, validation }).dispose()],
  "Trainer of a stream": [
    "data.validation",
    ({ columns, classes = [], ...data }) => {
      const validation = stream(() => [data], { columns, classes });
      new Trainer(engine, run, { training, validation }).dispose();
    },
  ],
  evaluate: [
    "evaluate.data",
    (data) => {
      using trainer = new Trainer(engine, run, { training });
      return trainer.evaluate(data);
    },
  ],
  "evaluate in a worker": [
    "evaluate.data",
    async (data) => {
      using trainer = await trainInWorker(run, { training });
      return await trainer.evaluate(data);
    },
  ],
  trainInWorker: ["data.validation", async (validation) => (await trainInWorker(run, { training, validation })).dispose()],
  searchLearningRate: ["data.validation", (validation) => searchLearningRate(run, { training, validation }, { rates: [0.1], repeats: 1 })],
  "runTrial, validation": ["data.validation", (validation) => runTrial({ engine, run, data: { training, validation }, rate: 0.1 })],
  "runTrial, test": ["data.test", (test) => runTrial({ engine, run, data: { training, test }, rate: 0.1 })],
};

describe.each(Object.entries(ways))("%s", (_, [path, evaluate]) => {
  test.each([[["bee", "cat"]], [["bee", "ant", "cat"]], [["ant", "cat"]], [["ant", "bee", "dog"]]])("refuses %j", async (classes) => {
    const error = (await (async () => evaluate(named(classes)))().catch((error) => error as unknown)) as OptionError;
    expect(error).toBeInstanceOf(OptionError);
    expect(error.field).toBe(`${path}.classes`);
    expect(error.message).toBe(
      `${path}.classes must be those of training (ant, bee, cat), got ${classes.join(", ")}: give every dataset() the same { classes }`,
    );
  });

  test.each([[NAMES], [["ant", "bee"]]])("takes %j, whose numbers are the same", async (classes) => {
    await evaluate(named(classes));
  });

  test.each([1, 4])("refuses %i columns", async (columns) => {
    const error = (await (async () => evaluate(named(NAMES, columns)))().catch((error) => error as unknown)) as OptionError;
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message).toMatch(new RegExp(`^the model has 2 inputs, the \\w+ data has ${columns} columns$`));
  });
});

test("of many classes the first are listed", () => {
  const many = (prefix: string) =>
    dataset(
      rows,
      rows.map((_, i) => i),
      { classes: Array.from({ length: 200 }, (_, i) => `${prefix}${i}`) },
    );
  const start = () =>
    new Trainer(engine, { ...run, model: mlp({ inputs: 2, outputs: 200 }) }, { training: many("a"), validation: many("b") });
  expect(start).toThrow(/a19 and 180 more\), got b0, .*b19 and 180 more: give/);
});

describe.each(["wasm", "js"] as const)("a network in %s", (backend) => {
  test.each([0, 3, 50, -1, 1.5, Number.NaN, undefined])("has no room for %s rows", async (count) => {
    const engine = await load({ backend });
    const network = new Network(engine, mlp({ inputs: 2, outputs: 1 }), "meanSquared", { rows: 2, seed: 1 });
    using x = engine.vector(4);
    const [featuresPointer, targetsPointer] = [x.pointer, x.pointer];
    const batch = { rows: count as number, step: 0, featuresPointer, targetsPointer, features: x.view, targets: x.view };
    for (const action of [() => network.train(batch), () => network.evaluate(batch)]) {
      expect(action).toThrow(OptionError);
      expect(action).toThrow("batch.rows must be an integer");
    }
    expect(network.train({ ...batch, rows: 2 })).toBe(0);
    network.dispose();
  });

  test.each([undefined, null, 5, {}])("predicts nothing of %j", async (features) => {
    const network = new Network(await load({ backend }), mlp({ inputs: 2, outputs: 1 }), "meanSquared", { rows: 2, seed: 1 });
    expect(() => network.predict(features as never)).toThrow(ShapeError);
    expect(() => network.predict(features as never)).toThrow("features must be whole rows of 2, got no numbers");
    network.dispose();
  });
});

describe("a batch of rows that do not count", () => {
  // six rows in batches of three: those of the second weigh nothing
  const features = rows.map((row) => [...row]);
  const labels = rows.map((_, i) => i % 3);
  const weighted = dataset(features, labels, { weights: [1, 2, 1, 0, 0, 0], classes: NAMES });
  const first = dataset(features.slice(0, 3), labels.slice(0, 3), { weights: [1, 2, 1], classes: NAMES });
  const streamed = (weights: readonly number[]) =>
    stream(() => [{ features: Float32Array.from(features.flat()), targets: labels, weights: Float32Array.from(weights) }], {
      columns: 2,
      classes: NAMES,
    });

  test("leaves the loss of the others as it is", async () => {
    using trainer = new Trainer(engine, run, { training });
    const { loss } = trainer.evaluate(first);
    expect(trainer.evaluate(weighted).loss).toBe(loss);
    expect((await trainer.evaluate(streamed([1, 2, 1, 0, 0, 0]))).loss).toBe(loss);
  });

  test("has the loss 0 where no other does", async () => {
    using trainer = new Trainer(engine, run, { training });
    expect((await trainer.evaluate(streamed([0, 0, 0, 0, 0, 0]))).loss).toBe(0);
  });
});
