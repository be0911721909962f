import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Parameters } from "../../src/engine/parameters.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { Optimizer } from "../../src/optimizers/optimizer.js";
import { partition } from "../../src/optimizers/partition.js";
import { ema } from "../../src/optimizers/wrappers/averages.js";
import { CheckpointError, OptionError } from "../../src/options/errors.js";
import { describeSchedule, manual, ratesBetween } from "../../src/schedules/index.js";
import { runFromJSON } from "../../src/training/from-json.js";
import { recordedRun } from "../../src/training/recorded-run.js";
import type { Run } from "../../src/training/run.js";
import { Trainer } from "../../src/training/trainer.js";
import { bundled, fingerprint } from "../support/data.js";

const iris = bundled("iris");
const engine = await load();
const run: Run = {
  model: mlp({ inputs: 4, hidden: [8], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: ema({
    optimizer: adam({ learningRate: manual({ rate: 0.02 }), groups: [{ match: "*.bias", learningRate: manual({ rate: 0.1 }) }] }),
    decay: 0.9,
  }),
  batchSize: 16,
  epochs: 6,
  seed: 5,
};

/** Trains with rates set at some steps; with `cut`, goes on in another Trainer from a checkpoint after that step. */
async function byHand(cut?: number): Promise<Trainer> {
  let trainer = new Trainer(engine, run, iris);
  const turn = (step: number) => {
    if (step === 10) trainer.setLearningRate(0.005);
    if (step === 17) trainer.setLearningRate(0.01, "*.bias");
    if (step === 25) trainer.setLearningRate(0.5);
    if (step === 25) trainer.setLearningRate(0.001);
  };
  for await (const { step } of trainer.steps()) {
    turn(step);
    if (step === cut) break;
  }
  if (cut === undefined) return trainer;
  const bytes = trainer.checkpoint();
  trainer.dispose();
  trainer = new Trainer(engine, run, iris);
  trainer.restore(bytes);
  for await (const { step } of trainer.steps()) turn(step);
  return trainer;
}

describe("manual", () => {
  test("is data, and a function of the step", () => {
    const schedule = manual({
      rate: 1,
      changes: [
        [2, 0.5],
        [4, 0],
      ],
    });
    expect([...ratesBetween(schedule, 0, 6)]).toEqual([1, 1, 0.5, 0.5, 0, 0]);
    expect(describeSchedule(schedule)).toBe("1 until it is set by hand, 0.5 from step 2, 0 from step 4");
    expect(() =>
      manual({
        rate: 1,
        changes: [
          [2, 0.5],
          [2, 1],
        ],
      }),
    ).toThrow(/manual.changes\[1\]\[0\] must be after/);
  });

  test("a run whose rate was set goes through the same bits without a hand", async () => {
    using trainer = await byHand();
    expect(trainer.optimizer.rateChanges).toEqual([
      { step: 10, rate: 0.005 },
      { step: 25, rate: 0.001 },
      { step: 17, rate: 0.01, match: "*.bias" },
    ]);
    const changed = trainer.history.filter(({ rateChanges }) => rateChanges !== undefined);
    expect(changed.map(({ epoch, rateChanges }) => [epoch, rateChanges?.map(({ step }) => step)])).toEqual([
      [2, [10]],
      [3, [17]],
      [4, [25]],
    ]);
    const recorded = runFromJSON(JSON.parse(JSON.stringify(recordedRun(trainer.run, trainer.optimizer.rateChanges))));
    using again = new Trainer(engine, recorded, iris);
    await again.train();
    expect(fingerprint(again)).toBe(fingerprint(trainer));
    expect(again.history).toEqual(trainer.history);
    using untouched = new Trainer(engine, run, iris);
    await untouched.train();
    expect(fingerprint(untouched)).not.toBe(fingerprint(trainer));
  });

  test.each([5, 10, 18, 25, 30])("resumes at step %i with what was set before", async (cut) => {
    using whole = await byHand();
    using resumed = await byHand(cut);
    expect(fingerprint(resumed)).toBe(fingerprint(whole));
    expect(resumed.history).toEqual(whole.history);
  });

  test("the rate holds from the next update, of groups that have no other too", () => {
    const parameters = new Parameters(engine, { a: [2], b: [2], c: [2] });
    const groups = [
      { match: "a", momentum: 0.5 },
      { match: "b", learningRate: 0.25 },
    ];
    const optimizer = new Optimizer(parameters, sgd({ learningRate: manual({ rate: 1 }), groups }));
    optimizer.step();
    expect(optimizer.learningRates).toEqual({ a: 1, b: 0.25, c: 1 });
    optimizer.setLearningRate(0.5);
    optimizer.step();
    expect(optimizer.learningRates).toEqual({ a: 0.5, b: 0.25, c: 0.5 });
    optimizer.setLearningRate(0.125, "a");
    optimizer.setLearningRate(2);
    const state = optimizer.state();
    optimizer.setLearningRate(3);
    optimizer.load(state);
    optimizer.step();
    expect(optimizer.learningRates).toEqual({ a: 0.125, b: 0.25, c: 2 });
    optimizer.setLearningRate(4);
    optimizer.step();
    expect(optimizer.learningRates).toEqual({ a: 0.125, b: 0.25, c: 4 });
    optimizer.dispose();
    parameters.dispose();
  });

  test("of partition the factor on all rates is set, or by its pattern the rate of a part, and recorded", () => {
    const parameters = new Parameters(engine, { a: [2], b: [2], c: [2] });
    const description = partition({
      learningRate: manual({ rate: 1 }),
      parts: [
        { match: "a", optimizer: sgd({ learningRate: manual({ rate: 0.5 }) }) },
        { match: "*", optimizer: sgd({ learningRate: manual({ rate: 0.25 }), groups: [{ match: "b", momentum: 0.5 }] }) },
      ],
    });
    const optimizer = new Optimizer(parameters, description);
    optimizer.step();
    expect(optimizer.learningRates).toEqual({ a: 0.5, b: 0.25, c: 0.25 });
    optimizer.setLearningRate(2);
    optimizer.step();
    expect(optimizer.learningRates).toEqual({ a: 1, b: 0.5, c: 0.5 });
    optimizer.setLearningRate(0.125, "*");
    const state = JSON.parse(JSON.stringify(optimizer.state()));
    optimizer.setLearningRate(3);
    optimizer.load({ ...optimizer.state(), ...state, slots: optimizer.state().slots });
    optimizer.step();
    expect(optimizer.learningRates).toEqual({ a: 1, b: 0.25, c: 0.25 });
    expect(optimizer.rateChanges).toEqual([
      { step: 1, rate: 2 },
      { step: 2, rate: 0.125, match: "*" },
    ]);
    const run = {
      model: mlp({ inputs: 2, outputs: 1 }),
      loss: "meanSquared",
      optimizer: description,
      batchSize: 1,
      epochs: 1,
      seed: 1,
    } as const;
    const rates = recordedRun(run, optimizer.rateChanges).optimizer as unknown as {
      learningRate: unknown;
      parts: { optimizer: { learningRate: unknown } }[];
    };
    expect(rates.learningRate).toMatchObject({ rate: 1, changes: [[1, 2]] });
    expect(rates.parts.map(({ optimizer }) => optimizer.learningRate)).toMatchObject([
      { rate: 0.5, changes: [] },
      { rate: 0.25, changes: [[2, 0.125]] },
    ]);
    const fixed = new Optimizer(parameters, partition({ parts: [{ match: "*", optimizer: sgd({ learningRate: manual({ rate: 1 }) }) }] }));
    expect(() => fixed.setLearningRate(1)).toThrow(/cannot be set here/);
    for (const disposed of [optimizer, fixed, parameters]) disposed.dispose();
  });

  test("what cannot be is an error that says what to do, and changes nothing", () => {
    const parameters = new Parameters(engine, { a: [2] });
    const plain = new Optimizer(parameters, sgd({ learningRate: 0.1 }));
    expect(() => plain.setLearningRate(1)).toThrow(/learningRate cannot be set here.*manual\(\{ rate \}\)/);
    const optimizer = new Optimizer(parameters, sgd({ learningRate: manual({ rate: 1 }), groups: [{ match: "a" }] }));
    for (const rate of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, "1" as never])
      expect(() => optimizer.setLearningRate(rate)).toThrow(OptionError);
    expect(() => optimizer.setLearningRate(1, "*.bias")).toThrow(/match must be the pattern of a group.*there are a/);
    expect(optimizer.rateChanges).toEqual([]);
    const state = optimizer.state();
    expect(() => optimizer.load({ ...state, plateaus: [{ rate: -1 } as never, null] })).toThrow(CheckpointError);
    for (const disposed of [plain, optimizer, parameters]) disposed.dispose();
  });

  test("what was set holds when a guard goes back", () => {
    const parameters = new Parameters(engine, { a: [2] });
    const optimizer = new Optimizer(parameters, sgd({ learningRate: manual({ rate: 1 }), guard: "restore" }));
    for (let i = 0; i < 40; i++) optimizer.step();
    optimizer.setLearningRate(0.5);
    for (let i = 0; i < 5; i++) optimizer.step();
    expect(optimizer.step(Number.NaN)).toBe(false);
    expect(optimizer.steps).toBe(32);
    optimizer.step();
    expect(optimizer.learningRate).toBe(0.5);
    for (let i = 0; i < 8; i++) optimizer.step();
    expect(optimizer.learningRate).toBe(0.25);
    optimizer.dispose();
    parameters.dispose();
  });
});
