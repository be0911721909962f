import { dot } from "../numerics/dot.js";
import { OptionError } from "../options/errors.js";
import { boolean, demand, type Field, type Fields, isArrayLike, number, optional, readOptions, show } from "../options/options.js";
import { fitResiduals, type LeastSquaresOptions, type LeastSquaresResult, leastSquaresFields } from "./leastSquares.js";
import { solveTransposed, triangularize } from "./qr.js";
import { readStart, returned, type Vector } from "./types.js";

/** Options of `curveFit`. */
export interface CurveFitOptions<X> extends Omit<LeastSquaresOptions, "jac"> {
  /** The model's n derivatives by its parameters at one x. Default: central differences. */
  jac?: (x: X, parameters: Vector) => ArrayLike<number>;
  /** The standard deviation of each y, greater than 0: residuals are divided by it. Default: all the same. */
  sigma?: ArrayLike<number>;
  /** Whether sigma is in the units of y; else only its proportions count, and its size is taken from the residuals. Default false. */
  absolute_sigma?: boolean;
}

/** Result of `curveFit`: that of `leastSquares`, and what it says of the parameters. `popt` and `pcov` are SciPy's names. */
export interface CurveFitResult extends LeastSquaresResult {
  /** The parameters. */
  readonly popt: Vector;
  /** Their covariance, n rows of n: s² (JᵀJ)⁻¹ with s² = 2 cost / (m − n); infinite where the points do not decide. */
  readonly pcov: readonly Vector[];
  /** Their standard errors: the square roots of the covariance's diagonal. */
  readonly perr: Vector;
}

type Own = Pick<CurveFitOptions<unknown>, "sigma" | "absolute_sigma"> & LeastSquaresOptions;

const numbers: Field<ArrayLike<number>> = {
  fallback: undefined,
  read(value, path) {
    const wrong = isArrayLike(value) ? Array.from(value).findIndex((v) => !(typeof v === "number" && v > 0 && Number.isFinite(v))) : 0;
    if (wrong < 0) return value as ArrayLike<number>;
    throw new OptionError(path, value, `must be an array of numbers greater than 0, got ${show(value)}`);
  },
};

const curveFitFields: Fields<Own> = {
  ...leastSquaresFields,
  ftol: number(1e-15, { min: 0 }),
  xtol: number(1e-15, { min: 0 }),
  gtol: number(0, { min: 0 }),
  sigma: optional(numbers),
  absolute_sigma: boolean(false),
};

/**
 * Fits the parameters of a curve y = model(x, parameters) to points by `leastSquares`, with bounds and robust losses, and says how sure they are.
 *
 * It goes on until rounding ends it (`ftol` and `xtol` 1e-15, `gtol` 0 by default), for the last digits of parameters cost few evaluations. Agrees
 * with SciPy's `curve_fit` in covariance, `sigma` and `absolute_sigma`.
 *
 * @param model y at one x: a number.
 * @param x of m points: numbers, or anything that the model takes.
 * @param y of m points: finite numbers.
 * @param p0 where the n parameters start: finite numbers.
 * @throws OptionError for wrong arguments, or a model that returns no number.
 * @example
 * const decay = (t, [a, b]) => a * Math.exp(-b * t);
 * const { popt, perr } = curveFit(decay, [0, 1, 2, 3], [2.9, 1.2, 0.4, 0.1], [1, 1], { bounds: [[0, null], [0, 10]] });
 */
export function curveFit<X>(
  model: (x: X, parameters: Vector) => number,
  x: ArrayLike<X>,
  y: ArrayLike<number>,
  p0: ArrayLike<number>,
  options: CurveFitOptions<X> = {},
): CurveFitResult {
  demand(typeof model === "function", "model", model, "a function of x and the parameters");
  demand(isArrayLike(x) && x.length > 0, "x", x, "an array of at least one x");
  const values = readStart("y", y);
  const m = values.length;
  demand(x.length === m, "x", x, `an array of ${m}, as many as y`);
  const read: Own = readOptions("curveFit", options, curveFitFields);
  const { sigma, absolute_sigma: absolute, jac: given, ...rest } = read;
  const jac = given as unknown as CurveFitOptions<X>["jac"];
  if (sigma !== undefined && sigma.length !== m) throw new OptionError("curveFit.sigma", sigma, `must have ${m} numbers, as many as y`);
  const weight = (i: number) => (sigma === undefined ? 1 : 1 / (sigma[i] as number));
  const points = Array.from(x as ArrayLike<X>);
  const residuals = (p: Vector) => points.map((at, i) => (checkedY(model(at, p)) - (values[i] as number)) * weight(i));
  const slopes = jac && ((p: Vector) => points.map((at, i) => Array.from(jac(at, p), (value) => value * weight(i))));
  const result = fitResiduals("curveFit", "model", residuals, readStart("p0", p0), { ...rest, ...(slopes && { jac: slopes }) });
  const n = result.x.length;
  const variance = absolute ? 1 : m > n ? (2 * result.cost) / (m - n) : Number.POSITIVE_INFINITY;
  const pcov = covariance(result.jac, n).map((row) => row.map((value) => value * variance));
  return { ...result, popt: result.x, pcov, perr: Float64Array.from(pcov, (row, i) => Math.sqrt(row[i] as number)) };
}

function checkedY(value: unknown): number {
  returned(typeof value === "number", "model", value, "a number");
  return value as number;
}

/** (JᵀJ)⁻¹ = R⁻¹ R⁻ᵀ; infinite where the columns depend on each other. */
function covariance(J: readonly Vector[], n: number): Vector[] {
  const rows = Math.max(J.length, n);
  const columns = Array.from({ length: n }, (_, j) => Float64Array.from({ length: rows }, (_, i) => J[i]?.[j] ?? 0));
  const scales = columns.map((column) => Math.sqrt(dot(column, column)));
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) column[i] = (column[i] as number) / (scales[j] || 1);
  });
  triangularize(columns, new Float64Array(rows));
  const singular = columns.some((column, j) => !(Math.abs(column[j] as number) > rows * Number.EPSILON));
  if (singular) return columns.map(() => new Float64Array(n).fill(Number.POSITIVE_INFINITY));
  // column k of R⁻ᵀ; their inner products are the inverse
  const inverse = columns.map((_, k) =>
    solveTransposed(
      columns,
      Float64Array.from({ length: n }, (_, i) => (i === k ? 1 : 0)),
    ),
  );
  return inverse.map((row, a) =>
    Float64Array.from(inverse, (other, b) => dot(row, other) / ((scales[a] as number) * (scales[b] as number))),
  );
}
