import { dot } from "../numerics/dot.js";
import { listener } from "../options/listeners.js";
import { demand, type Fields, number, oneOf, optional, readOptions } from "../options/options.js";
import { type Box, boundsField, clip, projectedGradient, readBounds } from "./bounds.js";
import { differences, typicalOf } from "./differences.js";
import { type Columns, triangularize } from "./qr.js";
import { costOf, LOSSES, type RobustLoss, reweigh } from "./robust.js";
import { trustRegionStep } from "./trustRegion.js";
import { type Bound, type CommonOptions, commonFields, type Ended, ended, readStart, returned, type Vector } from "./types.js";

/** Options of `leastSquares`. */
export interface LeastSquaresOptions extends CommonOptions {
  /** The Jacobian: for each residual a row of its n derivatives. Default: central differences, 2 n evaluations of the residuals each. */
  jac?: (x: Vector) => ArrayLike<ArrayLike<number>>;
  /** [lower, upper] for each variable, null for no limit. Default: none. */
  bounds?: readonly Bound[];
  /**
   * How residuals r count, with z = (r / f_scale)²: "linear" z; "soft_l1" 2(√(1 + z) − 1); "huber" z up to 1, then 2√z − 1; "cauchy" log(1 + z);
   * "arctan" atan(z). All but the first keep outliers from ruling. Default "linear".
   */
  loss?: RobustLoss;
  /** Residuals below it count as inliers, greater than 0; without part in a "linear" loss. Default 1. */
  f_scale?: number;
  /** Ends the search when a step lowers the cost, and was promised to, by no more than this part of it; at least 0. Default 1e-8. */
  ftol?: number;
  /** Ends the search when the steps are no longer than this part of x, by the scale of the variables; at least 0. Default 1e-8. */
  xtol?: number;
  /** Ends the search when no element of the projected gradient is more than this, at least 0. Default 1e-8. */
  gtol?: number;
}

/** Result of `leastSquares`; the fields have SciPy's names. */
export interface LeastSquaresResult extends Ended {
  /** The best point. */
  readonly x: Vector;
  /** Half the sum of what the residuals count there. */
  readonly cost: number;
  /** The residuals there. */
  readonly fun: Vector;
  /** The Jacobian there: a row for each residual. With a robust loss its rows are weighed as the curvature of the cost is. */
  readonly jac: readonly Vector[];
  /** The gradient of the cost there. */
  readonly grad: Vector;
  /** The largest element of the projected gradient. */
  readonly optimality: number;
  /** −1 where a variable is at its lower limit, 1 at its upper, 0 between. */
  readonly active_mask: readonly (-1 | 0 | 1)[];
  /** Iterations. */
  readonly nit: number;
  /** Evaluations of the residuals, those for differences included. */
  readonly nfev: number;
  /** Evaluations of the Jacobian. */
  readonly njev: number;
}

export const leastSquaresFields: Fields<LeastSquaresOptions> = {
  ...commonFields,
  jac: listener(),
  bounds: optional(boundsField),
  loss: oneOf("linear", LOSSES),
  f_scale: number(1, { above: 0 }),
  ftol: number(1e-8, { min: 0 }),
  xtol: number(1e-8, { min: 0 }),
  gtol: number(1e-8, { min: 0 }),
};

/** The part of a promised fall that a step must keep to be taken. */
const KEPT = 1e-4;

/**
 * The least sum of squares of m residuals over n variables near a start, in float64, by the method of Levenberg and Marquardt as Moré made it: a trust
 * region scaled by the columns of the Jacobian, in a box where there are limits: a step that meets a limit stays on it, and the other variables are solved for anew.
 *
 * Limits by default: 1000 n iterations, no limit of evaluations. Agrees with SciPy's `least_squares` in options and the names of the result's fields.
 *
 * J. J. Moré, The Levenberg–Marquardt algorithm: implementation and theory, 1978.
 *
 * @param residuals a function of an array of n numbers: an array of m ≥ 1 numbers, the same m at every call.
 * @param x0 where to start: n finite numbers. With bounds it is moved into them.
 * @throws OptionError for a wrong option or start, or functions that return no numbers of the right shape.
 * @example
 * const { x } = leastSquares(([a, b]) => [10 * (b - a * a), 1 - a], [-1.2, 1]); // x is near [1, 1]
 */
export function leastSquares(
  residuals: (x: Vector) => ArrayLike<number>,
  x0: ArrayLike<number>,
  options: LeastSquaresOptions = {},
): LeastSquaresResult {
  demand(typeof residuals === "function", "residuals", residuals, "a function of an array of numbers");
  return fitResiduals(
    "leastSquares",
    "residuals",
    residuals,
    readStart("x0", x0),
    readOptions("leastSquares", options, leastSquaresFields),
  );
}

/** The same for options that were read; `caller` and `name` are what errors call the function and its residuals. */
export function fitResiduals(
  caller: string,
  name: string,
  residuals: (x: Vector) => ArrayLike<number>,
  x0: Vector,
  options: Readonly<LeastSquaresOptions>,
): LeastSquaresResult {
  const { signal, callback, loss, f_scale: scale, ftol, xtol, gtol } = options as Required<LeastSquaresOptions>;
  const { maxiter = 1000 * x0.length, maxfev = Number.POSITIVE_INFINITY } = options;
  const box = readBounds(`${caller}.bounds`, options.bounds, x0.length);
  const typical = typicalOf(x0);
  let [nfev, njev, nit, m] = [0, 0, 0, -1];
  const evaluate = (x: Vector): Vector => {
    signal?.throwIfAborted();
    nfev++;
    const f = numbersOf(name, residuals(x.slice()), m < 0 ? undefined : m);
    m = f.length;
    return f;
  };
  const jacobian = (x: Vector, f: Vector): Columns => {
    njev++;
    return options.jac === undefined ? byDifferences(evaluate, x, f, box, typical) : columnsOf(options.jac(x.slice()), m, x.length);
  };

  let x = clip(x0, box);
  let f = evaluate(x);
  let cost = costOf(f, loss, scale);
  let [J, weighed] = [jacobian(x, f), f.slice()];
  reweigh(weighed, J, loss, scale);
  let gradient = gradientOf(J, weighed);
  const norms = () => Float64Array.from(J, (column) => Math.sqrt(dot(column, column)));
  let D = norms().map((norm) => norm || 1);
  let radius = scaledNorm(x, D) || 1;

  const search = (): Ended => {
    if (!Number.isFinite(cost) || !gradient.every(Number.isFinite)) return ended("not finite");
    for (;;) {
      if (projectedGradient(x, gradient, box) <= gtol) return ended("converged", "the gradient is within gtol");
      const region = new Region(J, weighed, gradient, x, box);
      for (let taken = false; !taken; ) {
        const s = region.step(D, radius);
        const next = clip(
          x.map((value, i) => value + (s[i] as number)),
          box,
        );
        const length = scaledNorm(s, D);
        const curved = product(J, s);
        const promised = -dot(gradient, s) - dot(curved, curved) / 2;
        const reached = evaluate(next);
        const nextCost = costOf(reached, loss, scale);
        const fall = cost - nextCost;
        const ratio = promised > 0 && Number.isFinite(nextCost) ? fall / promised : -1;
        if (nit === 0) radius = Math.min(radius, length);
        if (ratio <= 0.25) radius = shrink(dot(gradient, s), fall) * Math.min(radius, 10 * length);
        else if (ratio >= 0.75 || length < 0.9 * radius) radius = Math.max(2 * length, ratio >= 0.75 ? radius : 0);
        taken = ratio >= KEPT;
        const before = cost;
        if (taken) {
          [x, f, cost] = [next, reached, nextCost];
          J = jacobian(x, f);
          weighed = f.slice();
          reweigh(weighed, J, loss, scale);
          gradient = gradientOf(J, weighed);
          D = norms().map((norm, i) => Math.max(norm, D[i] as number));
          nit++;
          if (callback?.({ x: x.slice(), fun: cost, nit }) === true) return ended("callback");
        }
        if (Math.abs(fall) <= ftol * before && promised <= ftol * before && ratio <= 2)
          return ended("converged", "the last step lowered the cost by no more than ftol of it");
        if (radius <= xtol * scaledNorm(x, D)) return ended("converged", "the steps are within xtol");
        if (!(radius > 0) || (!taken && next.every((value, i) => value === x[i]))) return ended("stuck");
        if (nit >= maxiter) return ended("maxiter");
        if (nfev >= maxfev) return ended("maxfev");
      }
    }
  };
  const end = search();
  return {
    x,
    cost,
    fun: f,
    jac: Array.from(f, (_, i) => Float64Array.from(J, (column) => column[i] as number)),
    grad: gradient,
    optimality: projectedGradient(x, gradient, box),
    active_mask: Array.from(x, (value, i) => (value === box.lower[i] ? -1 : value === box.upper[i] ? 1 : 0)),
    nit,
    nfev,
    njev,
    ...end,
  };
}

/** The quadratic model of the cost at a point, and its least value in a box and a trust region. */
class Region {
  readonly #J: Columns;
  readonly #f: Vector;
  readonly #x: Vector;
  readonly #box: Box;
  /** The variables that may move: not at a limit that the gradient presses them against. */
  readonly #free: readonly number[];
  readonly #reduced: { readonly R: Columns; readonly qtf: Float64Array };

  constructor(J: Columns, f: Vector, gradient: Vector, x: Vector, box: Box) {
    this.#J = J;
    this.#f = f;
    this.#x = x;
    this.#box = box;
    this.#free = [...x.keys()].filter((i) => !(x[i] === ((gradient[i] as number) > 0 ? box.lower[i] : box.upper[i])));
    this.#reduced = this.#reduce(this.#free, f.slice());
  }

  /** The step within the radius; variables that meet their limits stay there, and the others are solved for anew. */
  step(D: Vector, radius: number): Vector {
    const s = new Float64Array(this.#x.length);
    const right = this.#f.slice();
    let free = this.#free;
    let { R, qtf } = this.#reduced;
    while (free.length > 0) {
      const p = trustRegionStep(
        R,
        qtf,
        Float64Array.from(free, (i) => D[i] as number),
        radius,
      );
      const room = (i: number, by: number) =>
        (by > 0 ? (this.#box.upper[i] as number) : (this.#box.lower[i] as number)) - (this.#x[i] as number);
      const over = free.filter((i, k) => Math.abs(p[k] as number) > Math.abs(room(i, p[k] as number)));
      if (over.length === 0) {
        free.forEach((i, k) => {
          s[i] = p[k] as number;
        });
        break;
      }
      for (const i of over) {
        s[i] = room(i, p[free.indexOf(i)] as number);
        const column = this.#J[i] as Float64Array;
        for (let r = 0; r < right.length; r++) right[r] = (right[r] as number) + (column[r] as number) * (s[i] as number);
      }
      free = free.filter((i) => !over.includes(i));
      ({ R, qtf } = this.#reduce(free, right.slice()));
    }
    return s;
  }

  /** R and Qᵀ f of the columns of some variables. */
  #reduce(free: readonly number[], f: Float64Array): { R: Columns; qtf: Float64Array } {
    // fewer residuals than variables: rows of zeros make a triangle of it
    const rows = Math.max(f.length, free.length);
    const tall = (values: Float64Array) => {
      const result = new Float64Array(rows);
      result.set(values);
      return result;
    };
    const R = free.map((i) => tall(this.#J[i] as Float64Array));
    const qtf = tall(f);
    triangularize(R, qtf);
    return { R, qtf };
  }
}

/** By how much a trust region shrinks: to the least of the parabola through the values of a step, within a tenth and a half. */
function shrink(slope: number, fall: number): number {
  if (fall >= 0) return 0.5;
  const factor = (0.5 * slope) / (slope + 0.5 * fall);
  return factor > 0.1 && factor < 0.5 ? factor : 0.1;
}

function scaledNorm(x: Vector, D: Vector): number {
  return Math.sqrt(x.reduce((sum, value, i) => sum + square(value * (D[i] as number)), 0));
}

const square = (value: number) => value * value;

function gradientOf(J: Columns, f: Vector): Vector {
  return Float64Array.from(J, (column) => dot(column, f));
}

function product(J: Columns, s: Vector): Vector {
  const result = new Float64Array(J[0]?.length ?? 0);
  J.forEach((column, j) => {
    for (let i = 0; i < result.length; i++) result[i] = (result[i] as number) + (column[i] as number) * (s[j] as number);
  });
  return result;
}

function byDifferences(evaluate: (x: Vector) => Vector, x: Vector, f: Vector, box: Box, typical: Vector): Columns {
  const columns = Array.from(x, () => new Float64Array(f.length));
  differences(evaluate, x, box, typical, f, (j, weight, values) => {
    const column = columns[j] as Float64Array;
    for (let i = 0; i < column.length; i++) column[i] = (column[i] as number) + weight * (values[i] as number);
  });
  return columns;
}

function numbersOf(name: string, values: unknown, length: number | undefined): Vector {
  const given = (values as ArrayLike<unknown> | null)?.length;
  const right = typeof values === "object" && typeof given === "number" && given > 0 && (length === undefined || given === length);
  returned(right, name, values, `an array of ${length ?? "numbers"}${length ? " numbers" : ""}`);
  return Float64Array.from(values as ArrayLike<number>);
}

function columnsOf(rows: unknown, m: number, n: number): Columns {
  returned(
    typeof rows === "object" && (rows as ArrayLike<unknown> | null)?.length === m,
    "jac",
    rows,
    `${m} rows of ${n} numbers, one for each residual`,
  );
  const read = Array.from(rows as ArrayLike<unknown>, (row) => numbersOf("jac", row, n));
  return Array.from({ length: n }, (_, j) => Float64Array.from(read, (row) => row[j] as number));
}
