import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { mlp } from "../../src/models/mlp.js";
import { Random } from "../../src/numerics/random.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { CheckpointError, OptionError } from "../../src/options/errors.js";
import { cosine, reduceOnPlateau, warmup } from "../../src/schedules/index.js";
import { type RangeRun, readCurve } from "../../src/search/range-curve.js";
import { rangeTest } from "../../src/search/range-test.js";
import { rangeHeadline } from "../../src/search/range-words.js";
import { logspace } from "../../src/search/rates.js";
import type { Run } from "../../src/training/run.js";
import { Trainer } from "../../src/training/trainer.js";
import { bundled, fingerprint } from "../support/data.js";

const iris = bundled("iris", { validation: 0.2, test: 0.2 });
const run: Run = {
  model: mlp({ inputs: 4, hidden: [16], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: 16,
  epochs: 20,
};
const engine = await load();

describe("a range test", () => {
  test("finds on iris where learning begins, is lowest and breaks down, the same in both backends", async () => {
    const [wasm, js] = await Promise.all((["wasm", "js"] as const).map(async (backend) => rangeTest(await load({ backend }), run, iris)));
    expect(js).toEqual(wasm);
    expect(JSON.parse(JSON.stringify(wasm))).toEqual(wasm);
    const { falls, steepest, lowest, rises, diverges, suggestion, certainty, runs, curve } = wasm as NonNullable<typeof wasm>;
    expect(certainty).toBe("told");
    const order = [falls, steepest, lowest, rises, diverges] as number[];
    expect([...order].sort((a, b) => a - b)).toEqual(order);
    expect(suggestion?.to).toBe(lowest);
    // what a search of the same run finds
    expect(lowest).toBeGreaterThan(0.01);
    expect(lowest).toBeLessThan(0.5);
    expect(runs.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    expect(curve.length).toBeLessThanOrEqual(Math.min(...runs.map(({ losses }) => losses.length)));
  });

  test("takes the place of the run's schedule, keeps the ratio of groups, and counts accumulated batches as one step", async () => {
    const plain = await rangeTest(engine, run, iris, { repeats: 1, steps: 40 });
    for (const learningRate of [warmup({ steps: 10, then: cosine({ rate: 3, steps: 90 }) }), reduceOnPlateau({ rate: 0.4 }), 7])
      expect(await rangeTest(engine, { ...run, optimizer: adam({ learningRate }) }, iris, { repeats: 1, steps: 40 })).toEqual(plain);
    const grouped = (learningRate: number, own: number) =>
      rangeTest(engine, { ...run, optimizer: adam({ learningRate, groups: [{ match: "*.bias", learningRate: own }] }) }, iris, {
        repeats: 1,
      });
    expect(await grouped(0.5, 0.05)).toEqual(await grouped(1, 0.1));
    expect(await grouped(0.5, 0.05)).not.toEqual(await grouped(0.5, 0.5));
    const accumulated = await rangeTest(engine, { ...run, optimizer: adam({ accumulate: 3 }) }, iris, { repeats: 1, steps: 40, to: 0.1 });
    expect(accumulated.runs[0]?.losses).toHaveLength(40);
  });

  test("begins from a trainer, and leaves it as it is to the last bit", async () => {
    using trainer = new Trainer(engine, run, iris);
    using other = new Trainer(engine, run, iris);
    for (const one of [trainer, other]) {
      let steps = 0;
      for await (const _ of one.steps()) if (++steps === 25) break;
    }
    const before = fingerprint(trainer);
    const fromTrainer = await rangeTest(engine, run, iris, { start: trainer });
    expect(fingerprint(trainer)).toBe(before);
    expect(await rangeTest(engine, run, iris, { start: other.checkpoint() })).toEqual(fromTrainer);
    await Promise.all([trainer.train(), other.train()]);
    expect(fingerprint(trainer)).toBe(fingerprint(other));
    expect(trainer.history).toEqual(other.history);
    // it begins from what was learnt
    expect(fromTrainer.start).toBeLessThan((await rangeTest(engine, run, iris)).start / 1.5);
    // a finished run too
    expect((await rangeTest(engine, run, iris, { start: trainer })).start).toBeLessThan(fromTrainer.start);
    await expect(rangeTest(engine, { ...run, optimizer: sgd() }, iris, { start: trainer })).rejects.toThrow(CheckpointError);
  });

  test("cannot tell where nothing is learnt, and where training breaks down first, and says what it measured", async () => {
    const noise = new Random(3);
    const rows = Array.from({ length: 400 }, () => [noise.uniform(), noise.uniform()]);
    const labels = rows.map(() => (noise.uniform() < 0.5 ? "yes" : "no"));
    const nothing = await rangeTest(
      engine,
      { ...run, model: mlp({ inputs: 2, hidden: [8], outputs: 2 }) },
      { training: dataset(rows, labels) },
    );
    expect(nothing).toMatchObject({ certainty: "cannot tell", reason: { kind: "noFall" }, suggestion: null });
    expect(rangeHeadline(nothing)).toMatch(/^The test cannot tell: the loss fell by 0(\.\d+)?, and its noise is ± 0\.\d+\./);
    const high = await rangeTest(engine, { ...run, optimizer: sgd() }, iris, { from: 1e6, to: 1e8 });
    expect(high).toMatchObject({ certainty: "cannot tell", suggestion: null, reason: { kind: "tooShort" } });
    expect(high.diverges).toBeGreaterThanOrEqual(1e6);
    expect(rangeHeadline(high)).toMatch(/a run ended after \d rates?: begin with lower ones/);
  });

  test("stops when asked to, and refuses what is no range", async () => {
    await expect(rangeTest(engine, run, iris, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
    await expect(rangeTest(engine, run, iris, { from: 1, to: 0.1 })).rejects.toThrow("rangeTest.to must be greater than from (1), got 0.1");
    await expect(rangeTest(engine, run, iris, { start: {} as never })).rejects.toThrow("must be a Trainer or the bytes of a checkpoint");
    await expect(rangeTest(engine, run, iris, { count: 3 } as never)).rejects.toThrow(OptionError);
    await expect(rangeTest(engine, run, iris, { from: 0 })).rejects.toThrow("rangeTest.from must be a number greater than 0, got 0");
  });
});

describe("a curve", () => {
  const rates = logspace(1e-6, 10, 100);
  /** Flat, falling over the decade before `low`, rising after it. */
  const runOf = (low: number, noise: number, seed: number): RangeRun => {
    const random = new Random(seed);
    const losses = rates.map((rate) => {
      const decades = Math.log10(rate / low);
      return (decades < -1.5 ? 2 : decades < 0 ? 1 - (2 / 3) * decades : 1 + decades) + noise * (random.uniform() - 0.5);
    });
    return { seed, before: 2, losses, divergence: null };
  };

  test("is read where it was made to bend, whatever its noise", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-4, max: 0.3, noNaN: true }),
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        fc.nat(1000),
        (low, noise, seed) => {
          const curve = readCurve(
            rates,
            [0, 1, 2].map((i) => runOf(low, noise, seed + i)),
          );
          const near = (found: number | null, truth: number, decades: number) =>
            expect(Math.abs(Math.log10((found as number) / truth))).toBeLessThan(decades);
          expect(curve.certainty).toBe("told");
          near(curve.lowest, low, 0.5);
          near(curve.falls, low / 10 ** 1.5, 0.8);
          near(curve.rises, low, 0.9);
        },
      ),
    );
  });

  test("is nothing where there is only noise, and where runs disagree", () => {
    const flat = (seed: number): RangeRun => {
      const random = new Random(seed);
      return { seed, before: 1, losses: rates.map(() => 1 + 0.2 * (random.uniform() - 0.5)), divergence: null };
    };
    let told = 0;
    for (let seed = 0; seed < 300; seed += 3)
      if (readCurve(rates, [flat(seed), flat(seed + 1), flat(seed + 2)]).certainty === "told") told++;
    expect(told).toBeLessThanOrEqual(2);
    const disagreeing = readCurve(rates, [runOf(1e-4, 0.05, 1), runOf(0.3, 0.05, 2)]);
    expect(disagreeing).toMatchObject({ certainty: "cannot tell", reason: { kind: "runsDisagree" }, suggestion: null });
  });
});
