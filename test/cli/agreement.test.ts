import { describe, expect, test } from "vitest";
import { scheduleRules } from "../../src/generated/scheduleRules.js";
import type { SearchDocument, TrainDocument } from "../../src/search/report/document.js";
import { iris, main, runNode, scratch } from "../support/cli.js";

const cwd = scratch();

/** A schedule of every kind, some longer than the run, some that do not begin or end at their highest. */
const SCHEDULES: Record<string, object> = {
  clampSchedule: { schedule: { kind: "linear", rate: 1, steps: 40 }, max: 0.7 },
  constant: {},
  coolDown: { schedule: { kind: "linear", rate: 1, steps: 40 }, start: 8, steps: 4 },
  cosine: { end: 0.1, delay: 0.5 },
  cyclic: { peak: 3, up: 5 },
  exponential: { factor: 0.97 },
  greedy: { patience: 2, minRate: 1e-4 },
  initialFactor: { steps: 7 },
  interpolateRates: { boundaries: [0, 5, 10], rates: [0.1, 0.7, 0.3] },
  inversePower: { timescale: 5, power: 0.51 },
  inverseSqrt: { timescale: 5 },
  inverseTime: { decay: 0.1 },
  joinSchedules: {
    schedules: [
      { kind: "linear", rate: 1, steps: 5 },
      { kind: "constant", rate: 0.3 },
    ],
    boundaries: [5],
  },
  linear: {},
  manual: { changes: [[5, 0.2]] },
  multiStep: { boundaries: [6, 12] },
  multiplySchedules: {
    schedules: [
      { kind: "linear", rate: 1, steps: 50 },
      { kind: "constant", rate: 0.3 },
    ],
  },
  naturalExponential: { decay: 0.05 },
  noam: { steps: 9 },
  noisySchedule: { schedule: { kind: "constant", rate: 1 }, deviation: 0.3 },
  oneCycle: { steps: 100 },
  oneCycleMomentum: { steps: 20 },
  perEpoch: { schedule: { kind: "exponential", rate: 1, factor: 0.7 } },
  perFraction: { schedule: { kind: "cosine", rate: 1, steps: 100 } },
  piecewiseConstant: { boundaries: [5], rates: [0.7, 0.1] },
  polynomial: { power: 2 },
  reduceOnPlateau: { patience: 1, threshold: 0.2 },
  repeatSchedule: { schedule: { kind: "linear", rate: 1, steps: 4 }, steps: 4 },
  rex: { steps: 9 },
  scaleSchedule: { schedule: { kind: "linear", rate: 1, steps: 40 }, factor: 0.3 },
  shiftSchedule: { schedule: { kind: "linear", rate: 1, steps: 40 }, steps: 3 },
  stepDecay: { every: 5 },
  tanhDecay: {},
  timeBased: { decay: 0.1 },
  warmRestarts: { steps: 6 },
  warmup: { steps: 1000, then: { kind: "cosine", rate: 1, steps: 90 } },
  warmupStableDecay: { warmup: 4, stable: 4, decay: 8 },
};

/** Those of functions, which no command line can hold. */
const FUNCTIONS = ["lambda", "multiplicative"];

test("every kind of schedule is here", () => {
  expect([...Object.keys(SCHEDULES), ...FUNCTIONS].sort()).toEqual(scheduleRules.map(({ kind }) => kind).sort());
});

async function json<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await runNode(main, [...args, "--json", "--quiet"], cwd);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out);
}

async function agree(...flags: string[]) {
  const search = ["search", iris, "-t", "species", "--epochs", "4", "--rates", "0.02,0.05", "--no-report", "--repeats=2", ...flags];
  const found = await json<SearchDocument>(...search);
  const words = (found.train as string).match(/'[^']*'|\S+/g)?.map((word) => word.replace(/^'|'$/g, "")) ?? [];
  const trained = await json<TrainDocument>(...words.slice(1));
  const best = found.rates.find(({ rate }) => rate === found.best?.rate);
  expect(trained.history).toEqual(best?.trials[0]?.history);
  expect(trained.metrics.test).toEqual(found.best?.test);
}

describe.concurrent("train with what search prints gives the numbers of the search, to the bit", () => {
  test.each(Object.entries(SCHEDULES))("%s", async (kind, options) => {
    await agree("--schedule", JSON.stringify({ kind, ...options }));
  });

  test.each([
    ["no schedule", []],
    ["a warm-up alone, longer than the run", ["--warmup", "500"]],
    ["a warm-up and a schedule", ["--warmup", "3", "--schedule", "oneCycle"]],
    ["a wrapped optimizer's options, early stopping of none, a seed", ["-o", "adamw", "--set", "weightDecay=0.1", "--seed", "7"]],
    ["a loss of classes", ["--loss", "focal:gamma=1"]],
    ["weights of classes", ["--class-weights", "balanced"]],
    [
      "weights of classes as numbers, metrics, the first of them watched",
      ["--class-weights", "1,5,0.5", "--metric", "f1,rocAuc", "--patience", "1"],
    ],
    ...["huber", "meanAbsolute", "logCosh"].map((loss): [string, string[]] => [
      `a loss of quantities, ${loss}`,
      ["--loss", loss, "-t", "sepal_length_cm", "--task", "regression"],
    ]),
  ] as [string, string[]][])("%s", async (_, flags) => {
    await agree(...flags);
  });
});
