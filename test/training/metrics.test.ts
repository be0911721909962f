import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dataset } from "../../src/data/dataset.js";
import { load } from "../../src/engine/load.js";
import { focal } from "../../src/generated/losses.js";
import { metricRules } from "../../src/generated/metricRules.js";
import * as metrics from "../../src/generated/metrics.js";
import { mlp } from "../../src/models/mlp.js";
import { adam } from "../../src/optimizers/kinds/adam.js";
import { OptionError, ShapeError } from "../../src/options/errors.js";
import { confusionMatrix } from "../../src/training/confusion-matrix.js";
import { runFromJSON } from "../../src/training/from-json.js";
import { measure } from "../../src/training/measure.js";
import type { Metric } from "../../src/training/metric.js";
import type { Run } from "../../src/training/run.js";
import { Score } from "../../src/training/score.js";
import { Trainer } from "../../src/training/trainer.js";
import { trainInWorker } from "../../src/training/worker/worker-trainer.js";
import { bundled } from "../support/data.js";

interface Case {
  task: "classification" | "regression";
  classes: number;
  width: number;
  outputs: number[];
  targets: number[] | number[][];
  weights: number[] | null;
  metrics: Record<string, number>;
  confusion?: number[][];
}
const golden: { library: string; cases: Case[] } = JSON.parse(readFileSync(new URL("../golden/metrics.json", import.meta.url), "utf8"));

/** The metric of a key such as "f1 macro". */
function metricOf(key: string): Metric {
  const [kind, average] = key.split(" ") as [string, string | undefined];
  const make = new Map(Object.entries(metrics)).get(kind) as (options?: object) => Metric;
  return make(average === undefined ? undefined : { average });
}

function dataOf({ task, classes, targets, weights }: Case) {
  const x = targets.map(() => [0]);
  const given = weights === null ? {} : { weights };
  if (task === "regression") return dataset(x, targets as number[][], { task, ...given });
  return dataset(x, targets as number[], { classes: Array.from({ length: classes }, (_, i) => `c${i}`), ...given });
}

describe("metrics", () => {
  test(`agree with ${golden.library}`, () => {
    const tried = new Set<string>(["ownMetric"]);
    let worst = 0;
    for (const given of golden.cases) {
      const data = dataOf(given);
      for (const [key, expected] of Object.entries(given.metrics)) {
        const metric = metricOf(key);
        tried.add(metric.kind);
        const got = measure([metric], given.outputs, data)[metric.kind] as number;
        worst = Math.max(worst, Math.abs(got - expected));
        expect(Math.abs(got - expected), `${key} of ${data.rows} rows`).toBeLessThan(2e-6);
      }
      if (given.confusion === undefined) continue;
      for (const [i, line] of confusionMatrix(given.outputs, data).entries())
        for (const [j, rows] of line.entries()) expect(rows).toBeCloseTo(given.confusion[i]?.[j] as number, 5);
    }
    console.log(`${golden.cases.length} cases, largest difference ${worst.toExponential(1)}`);
    expect(metricRules.filter(({ kind }) => !tried.has(kind)).map(({ kind }) => kind)).toEqual([]);
  });

  test("are better in the direction that their rules say", () => {
    const [labels, quantities] = [
      dataset([[0], [1], [2], [3]], ["a", "b", "b", "a"]),
      dataset([[0], [1], [2]], [1, 5, 2], { task: "regression" }),
    ];
    const classes = [-3, 3, 3, -3];
    for (const rule of metricRules.filter(({ kind }) => kind !== "ownMetric")) {
      const { kind, higherIsBetter } = rule;
      const isRegression = rule.task === "regression";
      const [data, right] = isRegression ? [quantities, [1, 5, 2]] : [labels, classes];
      const of = (outputs: number[]) => measure([metricOf(kind)], outputs, data)[kind] as number;
      const gain = of(right) - of(right.map((x) => 1 - x));
      expect(gain > 0, kind).toBe(higherIsBetter);
    }
  });

  test("the score takes the first of equal outputs, and a single one for the second class only above 0", () => {
    const data = dataset([[0], [1]], ["a", "b"]);
    const scoreOf = (...outputs: number[]) => {
      const score = new Score(data);
      for (const row of [0, 1])
        score.add(Float32Array.from(outputs.slice((row * outputs.length) / 2, ((row + 1) * outputs.length) / 2)), 1);
      return score.value;
    };
    expect(scoreOf(2, 2, 2, 2)).toBe(0.5);
    expect(scoreOf(2, 2, 2, 3)).toBe(1);
    expect(scoreOf(0, 1)).toBe(1);
    expect(scoreOf(0, 0)).toBe(0.5);
  });

  test("one that is not defined on the rows at hand is null, and no number", () => {
    const { r2, rocAuc, f1, rmse, accuracy } = metrics;
    const flat = dataset([[1], [2]], [0.1 + 0.2, 0.1 + 0.2], { task: "regression" });
    expect(measure([r2(), rmse()], [1, 2], flat)).toEqual({ r2: null, rmse: expect.any(Number) });
    const one = dataset([[1], [2]], [0, 0], { classes: ["a", "b"] });
    expect(measure([rocAuc(), f1(), accuracy()], [-1, -1], one)).toEqual({ rocAuc: null, f1: null, accuracy: 1 });
    expect(measure([rmse()], [Number.NaN, 1], flat)).toEqual({ rmse: null });
    const unweighted = dataset([[1], [2]], [0, 1], { task: "regression", weights: [0, 0] });
    expect(measure([rmse(), r2()], [1, 2], unweighted)).toEqual({ rmse: null, r2: null });
  });

  test("what does not fit is an error", () => {
    const data = dataset([[1], [2]], ["a", "b"]);
    expect(() => measure([metrics.rmse()], [1, 2], data)).toThrow(
      /metrics must be metrics of classification, and rmse is one of regression/,
    );
    expect(() => measure([metrics.f1()], [1, 2, 3], data)).toThrow(ShapeError);
    expect(() => measure([{ kind: "f1" } as never], [1, 2], data)).toThrow(OptionError);
    for (const none of [null, { rows: 2 }, { targets: [0, 1] }])
      expect(() => measure([], [1, 2], none as never)).toThrow("data must be a data set, as dataset(...) makes it");
    expect(() => metrics.f1({ average: "makro" as never })).toThrow(/did you mean macro/);
    expect(() => metrics.ownMetric({ name: "loss", compute: () => 1 })).toThrow(OptionError);
    expect(() => confusionMatrix([1, 2], dataset([[1], [2]], [1, 2], { task: "regression" }))).toThrow(OptionError);
  });
});

const iris = bundled("iris");
const run: Run = {
  model: mlp({ inputs: 4, hidden: [8], outputs: 3 }),
  loss: focal(),
  optimizer: adam({ learningRate: 0.02 }),
  batchSize: 16,
  epochs: 12,
  metrics: [metrics.f1(), metrics.rocAuc(), metrics.logLoss()],
  earlyStopping: { patience: 2, monitor: "logLoss" },
};

describe("a run with metrics", () => {
  test("has them in its history, stops early by one, in a worker and from JSON alike", async () => {
    const engine = await load();
    using trainer = new Trainer(engine, run, iris);
    await trainer.train();
    const series = trainer.history.map(({ validation }) => validation?.metrics?.["logLoss"] as number);
    expect(trainer.bestEpoch).toBe(series.indexOf(Math.min(...series)) + 1);
    expect(Object.keys(trainer.history[0]?.validation?.metrics ?? {})).toEqual(["f1", "rocAuc", "logLoss"]);
    using again = new Trainer(engine, runFromJSON(JSON.parse(JSON.stringify(run))), iris);
    again.restore(trainer.checkpoint());
    expect(again.history).toEqual(trainer.history);
    const worker = await trainInWorker(run, iris);
    await worker.train();
    expect(worker.history).toEqual(trainer.history);
    worker.dispose();
  });

  test("takes metrics of one's own, and early stopping on any of them", async () => {
    const engine = await load();
    let calls = 0;
    const own = metrics.ownMetric({ name: "calls", higherIsBetter: false, compute: ({ rows }) => rows + calls++ });
    const stopped: Run = { ...run, metrics: [own], earlyStopping: { patience: 2, monitor: "calls" } };
    using trainer = new Trainer(engine, stopped, iris);
    await trainer.train();
    expect([trainer.bestEpoch, trainer.history.length]).toEqual([1, 3]);
    using again = new Trainer(engine, stopped, iris);
    again.restore(trainer.checkpoint());
    await expect(trainInWorker(stopped, iris)).rejects.toThrow(/is a function/);
    expect(() => new Trainer(engine, { ...run, earlyStopping: { patience: 1, monitor: "f2" } }, iris)).toThrow(
      /monitor must be one of loss, score, f1, rocAuc, logLoss.*did you mean f1/,
    );
    expect(() => new Trainer(engine, { ...run, metrics: [metrics.f1(), metrics.f1()] }, iris)).toThrow(/different names, got f1 twice/);
    expect(() => new Trainer(engine, { ...run, metrics: [metrics.r2()], earlyStopping: { patience: 1 } }, iris)).toThrow(
      /r2 is one of regression/,
    );
  });
});
