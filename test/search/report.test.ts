import { describe, expect, test } from "vitest";
import { lossRules } from "../../src/generated/lossRules.js";
import { LOSSES } from "../../src/models/losses.js";
import type { Context } from "../../src/search/report/context.js";
import { lossTitle, metricsText } from "../../src/search/report/format.js";
import { failingStretches, lossRange, scoreView, type Viewed } from "../../src/search/report/view.js";
import type { Verdict } from "../../src/search/verdict.js";

type Shape = [verdict: Verdict, score: number | null, difference?: [mean: number, low: number, high: number]];

/** A search whose rates are 1e-5, 1e-4, ...; the one without a difference is the chosen one. */
function viewed(shapes: readonly Shape[], more: Partial<Viewed> = {}): Viewed {
  const rates = shapes.map(([verdict, score, difference], i) => ({
    rate: 10 ** (i - 5),
    verdict,
    difference: difference === undefined ? null : { mean: difference[0], low: difference[1], high: difference[2] },
    trials: [{ kept: score === null ? null : { epoch: 1, step: 1, loss: 1, learningRate: 1, validation: { loss: 1, score } } }],
  }));
  const chosen = shapes.findIndex(([verdict, , difference]) => difference === undefined && verdict !== "diverged" && verdict !== "erratic");
  const score = shapes[chosen]?.[1] ?? null;
  return {
    certainty: "told apart",
    guessing: { loss: 1, score: 0.1 },
    scoreName: "accuracy",
    best: chosen < 0 ? null : { rate: 10 ** (chosen - 5), validation: score === null ? {} : { score } },
    rates,
    notes: [],
    ...more,
  };
}

describe("the axis of scores", () => {
  const shapes: Shape[] = [
    ["too low", 0.2, [-0.77, -0.8, -0.74]],
    ["as good for all we know", 0.95, [-0.02, -0.04, 0]],
    ["good", 0.97],
    ["too high", 0.9, [-0.07, -0.1, -0.04]],
    ["diverged", null],
  ];

  test("is zoomed to the rates that may be used", () => {
    const view = scoreView(viewed(shapes));
    expect(view?.low).toBeGreaterThan(0.8);
    expect(view?.low).toBeLessThanOrEqual(0.93);
    expect(view?.high).toBeGreaterThanOrEqual(0.97);
    expect(view?.high).toBeLessThanOrEqual(1);
    expect(view?.points.map((point) => point?.score)).toEqual([0.97 - 0.77, 0.97 - 0.02, 0.97, 0.97 - 0.07, undefined]);
    expect(view?.points[1]?.interval).toEqual([0.97 - 0.04, 0.97]);
    expect(view?.points[2]?.interval).toEqual([0.97, 0.97]);
    expect(view?.guess).toBe(0.1);
  });

  test("has the line of guessing on it where no rate is told to be better", () => {
    expect(scoreView(viewed(shapes, { certainty: "no better than guessing", guessing: { loss: 1, score: 0.9 } }))?.low).toBeLessThan(0.9);
  });

  test("is not stretched by a rate of which nothing is known", () => {
    const wild: Shape[] = [
      ["good", 0.9],
      ["as good for all we know", -150, [-151, -9000, 8000]],
    ];
    const view = scoreView(viewed(wild, { scoreName: "r2" }));
    expect([view?.low, view?.high]).toEqual([0.9 - 0.5, 1]);
  });

  test("shows scores that count all rows alike where rates are compared by others, and no intervals of these", () => {
    const view = scoreView(viewed(shapes, { notes: [{ kind: "weighted", scoreName: "accuracy" }] }));
    expect(view?.points.map((point) => point && [Number(point.score.toFixed(6)), point.interval])).toEqual([
      [0.2, null],
      [0.95, null],
      [0.97, null],
      [0.9, null],
      null,
    ]);
  });

  test("is none where a score tells nothing", () => {
    expect(scoreView(viewed([["good", -45_600]], { scoreName: "r2" }))).toBeUndefined();
    expect(scoreView(viewed([["good", null]]))).toBeUndefined();
    expect(scoreView(viewed([["diverged", null]]))).toBeUndefined();
  });

  test("has runs beside the chosen rate's run on the same rows", () => {
    const two = viewed([
      ["good", 0.9],
      ["good", 0.8, [0.01, 0, 0.02]],
    ]);
    const trials = (...scores: number[]) =>
      scores.map((score) => ({ kept: { epoch: 1, step: 1, loss: 1, learningRate: 1, validation: { loss: 1, score } } }));
    const rates = two.rates.map((rate, i) => ({ ...rate, trials: i === 0 ? trials(0.8, 1) : trials(0.85, 0.97, 0.5) }));
    const runs = scoreView({ ...two, rates })?.points[1]?.runs as number[];
    expect(runs).toHaveLength(2);
    for (const [i, score] of [0.95, 0.87].entries()) expect(runs[i]).toBeCloseTo(score, 12);
  });
});

describe("the axis of losses", () => {
  test("is logarithmic whatever is 0 or huge", () => {
    expect(lossRange([0, 0.3, null, 2e17], 1)).toEqual([0.3 / 3, 10]);
    expect(lossRange([0, 0, null], 1)).toEqual([1e-3, 1]);
    const [low, high] = lossRange([50, 60], 1);
    expect(high).toBeGreaterThan(low);
  });

  test("shades rates that fail side by side as one", () => {
    expect(
      failingStretches(
        viewed([
          ["diverged", null],
          ["good", 1],
          ["erratic", null],
          ["diverged", null],
        ]).rates,
      ),
    ).toEqual([
      [0, 0],
      [2, 3],
    ]);
  });
});

describe("what is said of a loss, over all there are", () => {
  const data = { target: "mass", scale: 800, rows: { training: 8, validation: 2, test: 0 } } as Context["data"];
  const kinds = [...LOSSES, ...lossRules.map(({ kind }) => kind)];

  test.each(kinds)("%s is an error in the units of the file where it is a mean square, and nowhere else", (kind) => {
    for (const loss of [kind, { kind }]) {
      const text = metricsText({ loss: 0.25, score: 0.5 }, { data, run: { loss } });
      expect(text).toBe(`R² 0.500, ${kind === "meanSquared" ? "error 400 (root mean square, in the units of mass)" : "loss 0.25"}`);
      expect(metricsText({ loss: 0.25, score: 0.5 }, { data: { ...data, classes: ["a", "b"] }, run: { loss } })).toContain(
        "accuracy 50.0 %, ",
      );
    }
  });

  test("metrics of the run stand behind it, and what is not defined is said", () => {
    const text = metricsText({ loss: 0.25, score: 0.5, metrics: { f1: 0.98765, rocAuc: null } }, { data, run: { loss: "huber" } });
    expect(text).toBe("R² 0.500, loss 0.25, f1 0.988, rocAuc not defined on these rows");
  });

  test("an f1 of the second of two classes says so, and a loss that is weighted", () => {
    const textOf = (metric: object, classes: string[], more = {}) =>
      metricsText(
        { loss: 0.25, metrics: { f1: 0.9 } },
        { data: { ...data, classes }, run: { loss: "crossEntropy", metrics: [metric], ...more } },
      );
    expect(textOf({ kind: "f1", average: "auto" }, ["no", "yes"])).toBe("loss 0.25, f1 of class yes 0.9");
    expect(textOf({ kind: "f1", average: "binary" }, ["no", "yes"], { classWeights: "balanced" })).toBe(
      "weighted loss 0.25, f1 of class yes 0.9",
    );
    expect(textOf({ kind: "f1", average: "macro" }, ["no", "yes"])).toBe("loss 0.25, f1 0.9");
    expect(textOf({ kind: "f1", average: "auto" }, ["a", "b", "c"])).toBe("loss 0.25, f1 0.9");
    expect(textOf({ kind: "ownMetric", name: "f1" }, ["no", "yes"])).toBe("loss 0.25, f1 0.9");
  });

  test.each(kinds)("%s has its own name at the axis", (kind) => {
    const { scale: _, ...classes } = data;
    const named = lossTitle({ data: classes, run: { loss: kind } });
    expect(named).toBe(kind === "meanSquared" ? "loss" : `loss (${kind === "crossEntropy" ? "cross-entropy" : kind})`);
    expect(lossTitle({ data, run: { loss: kind } })).toContain("standardised");
  });
});
