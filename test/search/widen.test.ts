import { describe, expect, test } from "vitest";
import { searchLearningRate } from "../../src/entries/index.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { sgd } from "../../src/optimizers/kinds/sgd.js";
import { logspace } from "../../src/search/rates.js";
import type { Run } from "../../src/training/run.js";
import { bundled } from "../support/data.js";

const iris = bundled("iris", { validation: 0.2, test: 0.2 });
const run: Run = {
  model: mlp({ inputs: 4, hidden: [16], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: 16,
  epochs: 10,
};
const ratesOf = ({ rates }: { rates: readonly { rate: number }[] }) => rates.map(({ rate }) => rate);

describe("a grid at whose edge the answer lies", () => {
  test("is widened upward by its own step until it does not", async () => {
    const rates = [1e-5, 1e-4, 1e-3];
    const within = await searchLearningRate(run, iris, { rates });
    expect(ratesOf(within)).toEqual(rates);
    expect(within.notes).toContainEqual({ kind: "edge", side: "highest", what: "chosen" });
    const wide = await searchLearningRate(run, iris, { rates, widen: true });
    expect(ratesOf(wide).slice(0, 5)).toEqual([...rates, 1e-2, 1e-1]);
    expect(wide.notes.filter(({ kind }) => kind === "edge")).toEqual([]);
    expect(wide.best?.rate).toBeGreaterThan(1e-3);
    // rates that were added have as many runs as those they are compared with
    const repeats = Math.max(...wide.rates.map(({ trials }) => trials.length));
    expect(wide.best?.trials).toHaveLength(repeats);
    expect(await searchLearningRate(run, iris, { rates, widen: true })).toEqual(wide);
  });

  test("is widened downward where every rate fails, eight steps at the most", async () => {
    const plain = { ...run, optimizer: sgd() };
    const wide = await searchLearningRate(plain, iris, { rates: [1e3, 1e4], widen: true, repeats: 1 });
    expect(wide.best?.verdict).toBe("good");
    expect(ratesOf(wide)[0]).toBeLessThan(1);
    const none = await searchLearningRate(plain, iris, { rates: [1e25, 1e26], widen: true, repeats: 1 });
    expect(none.best).toBeNull();
    expect(ratesOf(none)).toEqual(logspace(1e17, 1e26, 10));
    expect(ratesOf(await searchLearningRate(plain, iris, { rates: [1e25], widen: true, repeats: 1 }))).toHaveLength(9);
  });

  test("stays as it is where the answer lies within, and where rates are given", async () => {
    expect(ratesOf(await searchLearningRate(run, iris, { rates: [1e20, 1e21] }))).toEqual([1e20, 1e21]);
    const rates = logspace(1e-5, 10, 13);
    const same = await searchLearningRate(run, iris, { rates, widen: true, repeats: 2 });
    expect(same).toEqual(await searchLearningRate(run, iris, { rates, repeats: 2 }));
  });
});

describe("rates that are added", () => {
  const rates = [1e-5, 1e-4, 1e-3];
  const runsOf = ({ rates }: { rates: readonly { trials: readonly unknown[] }[] }) =>
    rates.reduce((sum, { trials }) => sum + trials.length, 0);

  test("stay away where no rates are given and nobody asks for them", async () => {
    const result = await searchLearningRate({ ...run, epochs: 1 }, iris, { repeats: 1 });
    expect(ratesOf(result)).toEqual(logspace(1e-6, 1, 13));
  });

  test("stay within the budget, of which each trial is a part", async () => {
    const whole = await searchLearningRate(run, iris, { rates, widen: true, repeats: 1 });
    expect(whole.rates.length).toBeGreaterThan(4);
    for (const trials of [3, 4, 5, 6, 9, 40]) {
      const result = await searchLearningRate(run, iris, { rates, widen: true, repeats: 1, budget: { trials } });
      expect(runsOf(result)).toBeLessThanOrEqual(trials);
      expect(ratesOf(result).slice(0, 3)).toEqual(rates);
      if (trials < whole.rates.length) expect(ratesOf(result)).toHaveLength(trials);
      else expect(ratesOf(result)).toEqual(expect.arrayContaining(ratesOf(whole)));
    }
  });

  test("are run to the end in a search that prunes", async () => {
    const long = { ...run, epochs: 27 };
    const plain = await searchLearningRate(long, iris, { rates, prune: true });
    const wide = await searchLearningRate(long, iris, { rates, prune: true, widen: true });
    expect(wide.rates.slice(0, 3).map(({ trials }) => trials)).toEqual(plain.rates.map(({ trials }) => trials));
    const added = wide.rates.slice(3);
    expect(added.length).toBeGreaterThan(0);
    for (const { verdict, trials } of added) {
      expect(verdict).not.toBe("pruned");
      expect(trials[0]?.paused).toBeUndefined();
    }
    expect(wide.best?.rate).toBeGreaterThan(1e-3);
  });
});

test("zoom tries rates between those beside the best", async () => {
  const rates = logspace(1e-4, 1, 5);
  const { best } = await searchLearningRate(run, iris, { rates, repeats: 1 });
  const at = rates.indexOf(best?.rate as number);
  const near = await searchLearningRate(run, iris, { rates, repeats: 1, zoom: true });
  const added = ratesOf(near).filter((rate) => !rates.includes(rate));
  const [low, middle, high] = rates.slice(at - 1, at + 2) as [number, number, number];
  expect(added).toEqual([...logspace(low, middle, 5).slice(1, -1), ...logspace(middle, high, 5).slice(1, -1)]);
  expect(near.rates.every(({ trials }) => trials.length === 1)).toBe(true);
  expect(near.best?.rate).toBeGreaterThanOrEqual(low);
  expect(near.best?.rate).toBeLessThanOrEqual(high);
});
