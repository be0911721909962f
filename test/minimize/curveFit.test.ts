import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type CurveFitOptions, curveFit, leastSquares, type RobustLoss, type Vector } from "../../src/minimize/index.js";
import { models } from "./nist.js";

const read = (name: string) => JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8"));
const { curve } = read("minimize");
const sets: Record<string, { starts: number[][]; parameters: number[]; errors: number[]; sumOfSquares: number; x: number[]; y: number[] }> =
  read("nist");

/** Digits that agree, of the worst element. */
const digits = (values: ArrayLike<number>, right: readonly number[]) =>
  Math.min(...right.map((value, i) => -Math.log10(Math.abs((values[i] as number) - value) / Math.abs(value))));

describe("NIST's Statistical Reference Datasets", () => {
  test("are all here", () => {
    expect(Object.keys(sets)).toHaveLength(27);
    expect(Object.keys(models).sort()).toEqual(Object.keys(sets).sort());
  });
  test.each(Object.keys(sets).flatMap((name) => [0, 1].map((start) => [name, start + 1] as const)))("%s from start %i", (name, start) => {
    const { x, y, starts, parameters, errors, sumOfSquares } = sets[name] as (typeof sets)[string];
    const values = name === "Nelson" ? y.map(Math.log) : y;
    const { popt, perr, cost, message } = curveFit(models[name] as never, x, values, starts[start - 1] as number[]);
    expect(digits(popt, parameters), message).toBeGreaterThanOrEqual(6);
    // the residuals of Lanczos1 are rounding
    if (name === "Lanczos1") return;
    expect(digits([2 * cost], [sumOfSquares])).toBeGreaterThanOrEqual(6);
    expect(digits(perr, errors)).toBeGreaterThanOrEqual(4);
  });
});

const decay = (t: number, [a, b, c]: Vector) => (a as number) * Math.exp(-(b as number) * t) + (c as number);

test.each<[string, CurveFitOptions<number>]>([
  ["plain", {}],
  ["sigma", { sigma: curve.deviations }],
  ["absolute", { sigma: curve.deviations, absolute_sigma: true }],
  [
    "bounded",
    {
      bounds: [
        [0, null],
        [0, 10],
        [0.6, 1],
      ],
    },
  ],
])("parameters and covariance are SciPy's: %s", (name, options) => {
  const { popt, pcov, perr } = curveFit(decay, curve.t, curve.y, [1, 1, 1], options);
  expect(digits(popt, curve[name].popt)).toBeGreaterThan(6);
  pcov.forEach((row, i) => {
    expect(digits(row, curve[name].pcov[i])).toBeGreaterThan(4);
    expect(perr[i]).toBeCloseTo(Math.sqrt(row[i] as number), 12);
  });
});

test.each(Object.keys(curve.losses) as RobustLoss[])("the loss %s counts residuals as SciPy's", (loss) => {
  const residuals = (p: Vector) => curve.t.map((t: number, i: number) => decay(t, p) - curve.y[i]);
  const { x, cost } = leastSquares(residuals, [1, 1, 1], { loss, f_scale: 0.1, ftol: 1e-15, xtol: 1e-15, gtol: 0 });
  expect(digits([cost], [curve.losses[loss].cost])).toBeGreaterThan(8);
  expect(digits(x, curve.losses[loss].x)).toBeGreaterThan(4);
});

test("derivatives of the model give the same fit without calls for differences", () => {
  let calls = 0;
  const model = (t: number, p: Vector) => {
    calls++;
    return decay(t, p);
  };
  const jac = (t: number, [a, b]: Vector) => [Math.exp(-(b as number) * t), -(a as number) * t * Math.exp(-(b as number) * t), 1];
  const { popt, nfev } = curveFit(model, curve.t, curve.y, [1, 1, 1], { jac, sigma: curve.deviations });
  expect(digits(popt, curve.absolute.popt)).toBeGreaterThan(6);
  expect(calls).toBe(nfev * curve.t.length);
});

test("an error of bounds names the function that was called", () => {
  const bounds: [number, number][] = [[1, 0]];
  expect(() => curveFit(decay, curve.t, curve.y, [1, 1, 1], { bounds })).toThrow(/^curveFit\.bounds/);
  expect(() => leastSquares(() => [1], [1, 1], { bounds })).toThrow(/^leastSquares\.bounds/);
});

test("points that do not decide a parameter give infinite errors", () => {
  expect(
    curveFit((t: number, [a, b]) => (a as number) + (b as number) + 0 * t, [1, 2, 3], [1, 2, 3], [0, 0], { jac: () => [1, 1] }).perr,
  ).toEqual(Float64Array.of(Infinity, Infinity));
  expect(curveFit((t: number, [a, b]) => (a as number) * t + (b as number), [1, 2], [1, 3], [0, 0]).perr[0]).toBe(Number.POSITIVE_INFINITY);
});

test.each<[string, () => unknown, RegExp]>([
  ["x and y of other lengths", () => curveFit(decay, [1, 2], [1], [1, 1, 1]), /^x must be an array of 1, as many as y/],
  ["sigma of another length", () => curveFit(decay, [1, 2], [1, 2], [1, 1, 1], { sigma: [1] }), /^curveFit\.sigma must have 2 numbers/],
  [
    "a sigma of 0",
    () => curveFit(decay, [1, 2], [1, 2], [1, 1, 1], { sigma: [1, 0] }),
    /^curveFit\.sigma must be an array of numbers greater than 0/,
  ],
  ["a model of arrays", () => curveFit(() => [1] as never, [1], [1], [1]), /^model must return a number/],
])("refuses %s", (_, call, message) => {
  expect(call).toThrow(message);
});
