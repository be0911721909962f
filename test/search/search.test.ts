import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { type SearchProgress, searchLearningRate } from "../../src/entries/index.js";
import { mlp } from "../../src/models/mlp.js";
import { Random } from "../../src/numerics/random.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { OptionError } from "../../src/options/errors.js";
import { cosine, perFraction, rateAt, reduceOnPlateau } from "../../src/schedules/index.js";
import { defaultRates, logspace } from "../../src/search/rates.js";
import { noteText, reasonsText } from "../../src/search/words.js";
import type { Run } from "../../src/training/run.js";
import { bundled } from "../support/data.js";

const iris = bundled("iris", { validation: 0.2, test: 0.2 });
const run: Run = {
  model: mlp({ inputs: 4, hidden: [16], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: 16,
  epochs: 20,
};

describe("a grid of rates", () => {
  test("is by default 1e-6 to 1, two a decade, with exact powers of ten", () => {
    expect(defaultRates().filter((_, i) => i % 2 === 0)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]);
    expect(defaultRates()[1]).toBeCloseTo(1e-6 * Math.sqrt(10), 15);
  });

  test("rises by equal factors between its ends", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1, noNaN: true }),
        fc.double({ min: 1.1, max: 1e6, noNaN: true }),
        fc.integer({ min: 2, max: 50 }),
        (from, times, count) => {
          const rates = logspace(from, from * times, count);
          expect(rates).toHaveLength(count);
          expect([rates[0], rates.at(-1)]).toEqual([from, from * times]);
          const factor = times ** (1 / (count - 1));
          for (let i = 1; i < count; i++) expect((rates[i] as number) / (rates[i - 1] as number) / factor).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  test("refuses what is no grid", () => {
    expect(() => logspace(0, 1, 3)).toThrow("logspace.from must be a number greater than 0, got 0");
    expect(() => logspace(1, 0.1, 3)).toThrow("logspace.to must be greater than from (1), got 0.1");
    expect(() => logspace(0.1, 1, 1)).toThrow("logspace.count must be an integer of at least 2, got 1");
  });
});

describe("a search", () => {
  test("finds on iris what is too low, good and too high, the same in both backends", async () => {
    const [wasm, js] = await Promise.all(
      (["wasm", "js"] as const).map(async (backend) => searchLearningRate(run, iris, { engine: await load({ backend }) })),
    );
    expect(js).toEqual(wasm);
    const verdicts = new Map(wasm?.rates.map(({ rate, verdict }) => [rate, verdict]));
    expect(wasm?.certainty).toBe("told apart");
    expect([verdicts.get(1e-6), verdicts.get(1e-5), verdicts.get(1e-4)]).toEqual(["too low", "too low", "too low"]);
    expect(wasm?.best?.verdict).toBe("good");
    expect(wasm?.best?.rate).toBeGreaterThan(1e-3);
    expect(wasm?.best?.validation?.score).toBeGreaterThan(0.9);
    expect(wasm?.test?.score).toBeGreaterThan(0.9);
    expect(wasm?.good?.from).toBeLessThanOrEqual(wasm?.best?.rate as number);
    expect(wasm?.good?.to).toBeGreaterThanOrEqual(wasm?.best?.rate as number);
    expect(JSON.parse(JSON.stringify(wasm))).toEqual(wasm);
  });

  test("starts every rate from the same weights, repeats with other seeds, and reports progress", async () => {
    const seen: SearchProgress[] = [];
    const { rates } = await searchLearningRate({ ...run, epochs: 2 }, iris, {
      rates: [1e-9, 2e-9],
      repeats: 2,
      budget: { trials: 4 },
      onEpoch: (progress) => seen.push(progress),
    });
    const first = rates.map(({ trials }) => trials.map(({ history }) => history[0]?.loss as number));
    expect(first[0]?.[0]).toBeCloseTo(first[1]?.[0] as number, 6);
    expect(first[0]?.[0]).not.toBeCloseTo(first[0]?.[1] as number, 3);
    expect(rates[0]?.trials.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(seen.map(({ done, total }) => [done, total])).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((done) => [done, 8]));
  });

  test("names divergence, and says when the best lies at the edge", async () => {
    const { rates, best, notes } = await searchLearningRate({ ...run, optimizer: sgd() }, iris, { rates: [1e-2, 1e30] });
    expect(rates[1]).toMatchObject({ verdict: "diverged", finalLoss: null, validation: null });
    expect(reasonsText(rates[1]?.reasons ?? [])).toMatch(/was no longer finite after step \d+$/);
    expect(best?.rate).toBe(1e-2);
    expect(notes).toContainEqual({ kind: "edge", side: "lowest", what: "chosen" });
    expect(notes).toContainEqual({ kind: "besideFailing", rate: 1e30 });
    const none = await searchLearningRate({ ...run, optimizer: sgd() }, iris, { rates: [1e30] });
    expect(none).toMatchObject({
      best: null,
      good: null,
      undecided: null,
      test: null,
      certainty: "all fail",
      notes: [{ kind: "allFail" }],
    });
    expect(none.notes.map(noteText)).toEqual(["every rate failed: try lower ones"]);
  });

  test("scales a schedule to the rate, and groups with it", async () => {
    const learningRate = perFraction(cosine({ rate: 0.5, steps: 100 }));
    const optimizer = adam({ learningRate, groups: [{ match: "*.bias", learningRate: 0.25 }] });
    const { rates } = await searchLearningRate({ ...run, epochs: 4, optimizer }, iris, { rates: [0.01] });
    const [trial] = rates[0]?.trials ?? [];
    const steps = trial?.history.at(-1)?.step as number;
    const clock = { stepsPerEpoch: steps / 4, totalSteps: steps };
    for (const { step, learningRate: used } of trial?.history ?? [])
      expect(used).toBeCloseTo(0.02 * rateAt(learningRate, step - 1, clock), 12);
    const plateau = await searchLearningRate({ ...run, optimizer: adam({ learningRate: reduceOnPlateau({ rate: 1 }) }) }, iris, {
      rates: [0.02],
    });
    expect(plateau.rates[0]?.trials[0]?.history[0]?.learningRate).toBe(0.02);
  });

  test("says of noise that no rate is better than guessing, and names none good", async () => {
    const noise = new Random(4);
    const rows = (count: number) => Array.from({ length: count }, () => [noise.uniform(), noise.uniform()]);
    const quantities = [60, 20].map((count) =>
      dataset(
        rows(count),
        Array.from({ length: count }, () => noise.uniform()),
        { task: "regression" },
      ),
    );
    const labels = [200, 60].map((count) =>
      dataset(
        rows(count),
        Array.from({ length: count }, (_, i) => (i % 50 === 0 ? "yes" : "no")),
      ),
    );
    const quantity: Run = { ...run, model: mlp({ inputs: 2, hidden: [16], outputs: 1 }), loss: "meanSquared" };
    const classes: Run = { ...run, model: mlp({ inputs: 2, hidden: [16], outputs: 2 }) };
    for (const [one, [training, validation]] of [
      [quantity, quantities],
      [classes, labels],
    ] as const) {
      const result = await searchLearningRate(one, { training, validation } as never);
      expect(result.certainty).toBe("no better than guessing");
      expect(result.rates.filter(({ verdict }) => verdict === "good")).toEqual([]);
      expect(result.good).toBeNull();
    }
  });

  test("refuses quantities that are all the same, and says that R² of equal targets is undefined", async () => {
    const rows = [[0], [1], [2], [3]];
    const equal = dataset(rows, [2, 2, 2, 2], { task: "regression" });
    const rising = dataset(rows, [0, 1, 2, 3], { task: "regression" });
    const line: Run = { ...run, model: mlp({ inputs: 1, hidden: [], outputs: 1 }), loss: "meanSquared", batchSize: 4 };
    await expect(searchLearningRate(line, { training: equal, validation: rising })).rejects.toThrow("every training row has the target 2");
    const { notes, rates } = await searchLearningRate(line, { training: rising, validation: equal }, { rates: [0.01, 0.1] });
    expect(notes).toContainEqual({ kind: "equalTargets", rows: 4 });
    expect(rates.map(({ validation }) => validation?.score)).toEqual([undefined, undefined]);
  });

  test("advises to standardize what is measured to be large", async () => {
    const draw = new Random(1);
    const rows = Array.from({ length: 80 }, () => [17_000 + 400 * draw.uniform(), draw.uniform()]);
    const data = rows.map(([x = 0]) => 0.6 * x);
    const parts = {
      training: dataset(rows.slice(0, 60), data.slice(0, 60), { task: "regression" }),
      validation: dataset(rows.slice(60), data.slice(60), { task: "regression" }),
    };
    const { notes } = await searchLearningRate(
      { ...run, model: mlp({ inputs: 2, hidden: [8], outputs: 1 }), loss: "meanSquared", optimizer: sgd() },
      parts,
    );
    expect(notes).toContainEqual(expect.objectContaining({ kind: "raw", what: "features", name: "x1" }));
    expect(notes.map(noteText).join()).toMatch(/feature x1 has mean 17,?[12]\d\d.* standardize\(\)/);
  });

  test("repeats with other rows as well where they may be mixed, and shows the spread", async () => {
    const { rates } = await searchLearningRate(run, iris, { rates: [0.003, 0.01], repeats: 3, resplit: true, budget: { trials: 6 } });
    for (const { trials, spread } of rates) {
      expect(new Set(trials.map(({ rows }) => JSON.stringify(rows?.losses))).size).toBe(3);
      expect(spread).toBeGreaterThan(0);
    }
    const again = await searchLearningRate(run, iris, { rates: [0.01], repeats: 3, resplit: true });
    expect(again.rates[0]?.trials).toEqual(rates[1]?.trials);
  });

  test("stops when asked to", async () => {
    const signal = AbortSignal.abort();
    await expect(searchLearningRate(run, iris, { signal })).rejects.toThrow(/aborted/);
  });

  test("refuses rates that are none", async () => {
    await expect(searchLearningRate(run, iris, { rates: [0.1, -1] })).rejects.toThrow(
      "search.rates[1] must be a number greater than 0, got -1",
    );
    await expect(searchLearningRate(run, iris, { rates: [] })).rejects.toThrow(OptionError);
    await expect(searchLearningRate(run, iris, { rate: [1] } as never)).rejects.toThrow(
      "search.rate is not an option (did you mean rates?)",
    );
  });
});
