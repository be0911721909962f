import { expect, test } from "vitest";
import { searchLearningRate } from "../../src/entries/index.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { OptionError } from "../../src/options/errors.js";
import type { SearchResult } from "../../src/search/conclude.js";
import type { Run } from "../../src/training/run.js";
import { bundled } from "../support/data.js";

const iris = bundled("iris", { validation: 0.2, test: 0.2 });
const run: Run = {
  model: mlp({ inputs: 4, hidden: [8], outputs: 3 }),
  loss: "crossEntropy",
  optimizer: adam(),
  batchSize: 16,
  epochs: 6,
};
const trialsOf = ({ rates }: SearchResult) => rates.reduce((sum, { trials }) => sum + trials.length, 0);

test("trials: a few span the grid, more race on, and the count is kept to", async () => {
  const few = await searchLearningRate(run, iris, { resplit: true, budget: { trials: 5 } });
  expect(few.rates.map(({ rate }) => Math.round(2 * Math.log10(rate)))).toEqual([-12, -9, -6, -3, 0]);
  expect(few.best).not.toBeNull();
  expect(few.notRun).toHaveLength(8);
  expect(few.notes[0]).toEqual({ kind: "notRun", rates: few.notRun.map(({ rate }) => rate), spent: true });
  for (const trials of [13, 40, 90]) {
    const result = await searchLearningRate(run, iris, { resplit: true, budget: { trials } });
    expect(trialsOf(result)).toBeLessThanOrEqual(trials);
    expect(trialsOf(result)).toBeGreaterThan(trials - 13);
    expect(result.rates).toHaveLength(13);
    expect(await searchLearningRate(run, iris, { resplit: true, budget: { trials } })).toEqual(result);
  }
});

test("repeats are the least there are, as far as they fit", async () => {
  const rates = [0.003, 0.01, 0.03];
  const fitting = await searchLearningRate(run, iris, { rates, repeats: 3, resplit: true, budget: { trials: 10 } });
  expect(fitting.rates.every(({ trials }) => trials.length >= 3)).toBe(true);
  // the third repeat has not all of its rates
  const cut = await searchLearningRate(run, iris, { rates, repeats: 3, resplit: true, budget: { trials: 8 } });
  expect(cut.rates.map(({ trials }) => trials.length)).toEqual([2, 2, 2]);
});

test("without a budget, rates that the repeats cannot tell apart run again on small data, but not where one of each was asked for", async () => {
  const rates = [0.01, 0.011, 0.012];
  const runs = async (repeats?: number) =>
    trialsOf(await searchLearningRate(run, iris, { rates, resplit: true, ...(repeats !== undefined && { repeats }) }));
  const byDefault = await runs();
  expect(await runs(1)).toBe(3);
  expect(byDefault).toBeGreaterThan(6);
  expect(await runs(2)).toBe(byDefault);
  expect(await runs(40)).toBe(120);
});

test("seconds: what ran by then answers, and what did not is an error that says so", async () => {
  const result = await searchLearningRate(run, iris, { resplit: true, budget: { seconds: 3 } });
  expect(result.best).not.toBeNull();
  await expect(searchLearningRate({ ...run, epochs: 1e6 }, iris, { budget: { seconds: 0.05 } })).rejects.toThrow(
    new OptionError("search.budget.seconds", 0.05, "was over before a trial was done: allow more time"),
  );
  const signal = AbortSignal.timeout(30);
  await expect(searchLearningRate({ ...run, epochs: 1e6 }, iris, { signal, budget: { seconds: 60 } })).rejects.toThrow(/timeout|aborted/i);
});

test("refuses budgets that are none", async () => {
  const wrong = (budget: unknown) => searchLearningRate(run, iris, { budget: budget as { trials: number } });
  await expect(wrong({})).rejects.toThrow("search.budget must be an object with seconds, trials or both, got an object");
  await expect(wrong({ trials: 0 })).rejects.toThrow("search.budget.trials must be a positive integer, got 0");
  await expect(wrong({ seconds: -1 })).rejects.toThrow("search.budget.seconds must be a number greater than 0, got -1");
  await expect(wrong({ minutes: 1 })).rejects.toThrow("search.budget.minutes is not an option");
  await expect(wrong(5)).rejects.toThrow("search.budget must be an object of options, got 5");
});
