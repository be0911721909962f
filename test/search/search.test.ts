import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataset, takeRows } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { type SearchProgress, searchLearningRate } from "../../src/entries/index.js";
import { mlp } from "../../src/models/mlp.js";
import { Random } from "../../src/numerics/random.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { OptionError } from "../../src/options/errors.js";
import { cosine, perFraction, rateAt, reduceOnPlateau } from "../../src/schedules/index.js";
import { defaultRates, logspace } from "../../src/search/rates.js";
import { judge, type Outcome } from "../../src/search/verdict.js";
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

describe("verdicts", () => {
  const outcome = (rate: number, merit: number, change: Partial<Outcome> = {}): Outcome => ({
    rate,
    merit,
    tie: 1,
    firstLoss: 2,
    finalLoss: 0.5,
    bestLoss: 0.5,
    ...change,
  });
  const tolerance = { distance: 0.01, show: (merit: number) => merit.toFixed(2) };
  const verdicts = (outcomes: Outcome[]) => judge(outcomes, tolerance).map(({ verdict }) => verdict);

  test("lie on both sides of the best", () => {
    expect(verdicts([outcome(1e-3, 0.3), outcome(1e-2, 0.945), outcome(0.1, 0.95), outcome(0.3, 0.94), outcome(1, 0.5)])).toEqual([
      "too low",
      "good",
      "good",
      "good",
      "too high",
    ]);
  });

  test("of equal merits the lower loss is best, and a diverged rate never is", () => {
    const judged = judge(
      [outcome(0.1, 0.9), outcome(0.2, 0.9, { tie: 0.5 }), outcome(0.3, Number.NaN, { divergence: "the loss was no longer finite" })],
      tolerance,
    );
    expect(judged.map(({ reason }) => reason)).toEqual([
      "close to the best: 0.90, the best rate has 0.90",
      "the best: 0.90",
      "the loss was no longer finite",
    ]);
  });

  test("of merits that are as good the lower loss is best, though its merit is a little lower", () => {
    const judged = judge([outcome(0.1, 0.9), outcome(0.2, 0.895, { tie: 0.5 }), outcome(0.3, 0.88, { tie: 0.1 })], tolerance);
    expect(judged.map(({ verdict }) => verdict)).toEqual(["good", "good", "too high"]);
    expect(judged[1]?.reason).toBe("the best: 0.90");
  });

  test("a lone rate that is as good is chance: the best lies among the most good rates side by side", () => {
    const judged = judge(
      [0.01, 0.1, 1, 10].map((rate) => outcome(rate, rate === 1 ? 0.8 : 0.9, { tie: 1 / rate })),
      tolerance,
    );
    expect(judged.map(({ verdict }) => verdict)).toEqual(["good", "good", "too high", "good"]);
    expect(judged[1]?.reason).toBe("the best: 0.90");
  });

  test("a loss near that of guessing is never good, however high the score", () => {
    const judged = judge([outcome(0.1, 0.9), outcome(1, 0.95, { tie: 1.7 })], { ...tolerance, guess: 2.3 });
    expect(judged.map(({ reason }) => reason)).toEqual([
      "the best: 0.90",
      "overconfident: validation loss 1.7; 0.95, the best rate has 0.90",
    ]);
    // where all are, they are compared as ever
    expect(judge([outcome(0.1, 0.9, { tie: 5 }), outcome(1, 0.5, { tie: 190 })], { ...tolerance, guess: 2.3 })[0]?.verdict).toBe("good");
  });

  test("all diverged is no crash", () => {
    expect(verdicts([outcome(1, Number.NaN, { divergence: "x" })])).toEqual(["diverged"]);
  });

  test("say what was seen", () => {
    const best = outcome(0.1, 0.9);
    const reason = (rate: number, change: Partial<Outcome>) => judge([outcome(rate, 0.2, change), best], tolerance)[0]?.reason;
    expect(reason(0.01, { finalLoss: 1.99 })).toBe("hardly moved: loss 2 → 1.99; 0.20, the best rate has 0.90");
    expect(reason(0.01, { finalLoss: 1 })).toBe("still falling at the end: loss 2 → 1; 0.20, the best rate has 0.90");
    expect(reason(0.01, { finalLoss: 0.4 })).toBe("fits the training rows (loss 0.4), new ones less; 0.20, the best rate has 0.90");
    expect(reason(1, { finalLoss: 3 })).toBe("loss rose: 2 → 3; 0.20, the best rate has 0.90");
    expect(reason(1, { finalLoss: 1.5, bestLoss: 0.7 })).toBe(
      "jumps over the minimum: loss ended at 1.5 after 0.7; 0.20, the best rate has 0.90",
    );
    expect(reason(1, { finalLoss: 0.9, bestLoss: 0.9 })).toBe(
      "settled above the minimum: loss 0.9, the best 0.5; 0.20, the best rate has 0.90",
    );
    expect(reason(1, { finalLoss: 0.1, bestLoss: 0.1 })).toBe(
      "fits the training rows (loss 0.1), new ones less; 0.20, the best rate has 0.90",
    );
  });
});

describe("a search", () => {
  test("finds on iris what is too low, good and too high, the same in both backends", async () => {
    const [wasm, js] = await Promise.all(
      (["wasm", "js"] as const).map(async (backend) => searchLearningRate(run, iris, { engine: await load({ backend }) })),
    );
    expect(js).toEqual(wasm);
    const verdicts = new Map(wasm?.rates.map(({ rate, verdict }) => [rate, verdict]));
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
    expect(rates[1]?.reason).toMatch(/was no longer finite after step \d+/);
    expect(best?.rate).toBe(1e-2);
    expect(notes).toEqual(["the best rate is the lowest of the grid: try lower ones"]);
    const none = await searchLearningRate({ ...run, optimizer: sgd() }, iris, { rates: [1e30] });
    expect(none).toMatchObject({ best: null, good: null, test: null, notes: ["every rate diverged: try lower ones"] });
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

  test("all of few rows right is no certainty, and R² below 0 no guide", async () => {
    const few = { training: iris.training, validation: takeRows(iris.validation, [...Array(12).keys()]) };
    const { rates } = await searchLearningRate(run, few, { rates: [0.003, 0.01, 0.03] });
    const scores = rates.map(({ validation }) => validation?.score as number);
    for (const [i, score] of scores.entries()) if (score >= 11 / 12) expect(rates[i]?.verdict).toBe("good");
    const noise = new Random(4);
    const parts = [60, 20].map((count) => {
      const rows = Array.from({ length: count }, () => [noise.uniform(), noise.uniform()]);
      return dataset(
        rows,
        rows.map(() => noise.uniform()),
        { task: "regression" },
      );
    });
    const data = { training: parts[0], validation: parts[1] } as never;
    const quantity: Run = { ...run, model: mlp({ inputs: 2, hidden: [64], outputs: 1 }), loss: "meanSquared", epochs: 200 };
    const { best, notes } = await searchLearningRate(quantity, data, { rates: [0.01, 0.03] });
    expect(best?.validation?.score).toBeLessThan(0);
    expect(notes.at(-1)).toMatch("even the best rate predicts no better than the mean");
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
