import { OptionError } from "../options/errors.js";
import { listener } from "../options/listeners.js";
import type { Field, Fields } from "../options/options.js";
import { boolean, demand, integer, number, oneOf, optional, readOptions } from "../options/options.js";
import { bfgs } from "./bfgs.js";
import { boundsField, readBounds } from "./bounds.js";
import { conjugateGradients } from "./conjugateGradients.js";
import { descend } from "./descend.js";
import { lbfgsb } from "./lbfgsb.js";
import { nelderMead } from "./nelderMead.js";
import { CountedObjective, type Jac } from "./objective.js";
import { Search } from "./search.js";
import { type Bound, type CommonOptions, commonFields, type Ended, METHODS, type Method, readStart, type Vector } from "./types.js";

/** Options of `minimize`. */
export interface MinimizeOptions extends CommonOptions {
  /**
   * "L-BFGS-B" (quasi-Newton with limited memory, in a box), "L-BFGS" (the same without limits), "BFGS" (with the whole inverse Hessian, n² numbers, for some
   * thousand variables at most), "SSBroyden" (the same, self-scaled: more exact where curvatures differ by many orders of magnitude), "CG" (nonlinear conjugate gradients),
   * "Nelder-Mead" (a simplex, needs no gradient). Default "L-BFGS-B".
   */
  method?: Method;
  /** The gradient; true when `f` returns { value, gradient }. Default: central differences, 2 n evaluations of f each. */
  jac?: ((x: Vector) => ArrayLike<number>) | true;
  /** [lower, upper] for each variable, null for no limit. For L-BFGS-B and Nelder-Mead. Default: none. */
  bounds?: readonly Bound[];
  /** Ends L-BFGS(-B) when (f₋ − f) / max(|f₋|, |f|, 1) is no more than this, at least 0. Default 2.22e-9. */
  ftol?: number;
  /** Ends all but Nelder-Mead when no element of the (projected) gradient is more than this, at least 0. Default 1e-5. */
  gtol?: number;
  /** Steps that the Hessian of L-BFGS(-B) is made of, a positive integer. Default 10. */
  maxcor?: number;
  /** Nelder-Mead ends when its corners differ by no more than this in any variable, at least 0 … Default 1e-4. */
  xatol?: number;
  /** … and their values by no more than this, at least 0. Default 1e-4. */
  fatol?: number;
  /** Lets the coefficients of Nelder-Mead depend on the number of variables, for more than some ten. Default false. */
  adaptive?: boolean;
}

/** Result of `minimize`; the fields have SciPy's names. */
export interface MinimizeResult extends Ended {
  /** The best point. */
  readonly x: Vector;
  /** The objective there. */
  readonly fun: number;
  /** The gradient there; undefined of Nelder-Mead. */
  readonly jac: Vector | undefined;
  /** Iterations. */
  readonly nit: number;
  /** Evaluations of the objective, those for differences included. */
  readonly nfev: number;
  /** Evaluations of the gradient. */
  readonly njev: number;
}

/** The most variables of methods that keep a whole matrix: 200 MB. */
const MOST_DENSE = 5000;

/** An option of some methods only. */
const OWN: Readonly<Record<string, readonly Method[]>> = {
  bounds: ["L-BFGS-B", "Nelder-Mead"],
  jac: ["L-BFGS", "L-BFGS-B", "BFGS", "SSBroyden", "CG"],
  ftol: ["L-BFGS", "L-BFGS-B"],
  gtol: ["L-BFGS", "L-BFGS-B", "BFGS", "SSBroyden", "CG"],
  maxcor: ["L-BFGS", "L-BFGS-B"],
  xatol: ["Nelder-Mead"],
  fatol: ["Nelder-Mead"],
  adaptive: ["Nelder-Mead"],
};

const gradient = listener<(x: Vector) => ArrayLike<number>>();
const jacField: Field<MinimizeOptions["jac"]> = {
  fallback: undefined,
  read: (value, path) => (value === true ? true : gradient.read(value, path)),
};

const fields: Fields<MinimizeOptions> = {
  ...commonFields,
  method: oneOf("L-BFGS-B", METHODS),
  jac: optional(jacField),
  bounds: optional(boundsField),
  ftol: optional(number(undefined, { min: 0 })),
  gtol: optional(number(undefined, { min: 0 })),
  maxcor: optional(integer(undefined, { min: 1 })),
  xatol: optional(number(undefined, { min: 0 })),
  fatol: optional(number(undefined, { min: 0 })),
  adaptive: optional(boolean(undefined)),
};

/**
 * The minimum of a function of n variables near a start, in float64; needs no engine.
 *
 * Limits by default: L-BFGS(-B) 15,000 iterations and evaluations; BFGS, SSBroyden and CG 200 n iterations; Nelder-Mead 200 n of both.
 *
 * Agrees with SciPy's `minimize` in methods but for SSBroyden, options and the names of the result's fields; there is no guarantee of the same path.
 *
 * @param f the objective: a number for an array of n numbers; with `jac: true` { value, gradient }.
 * @param x0 where to start: n finite numbers. With bounds it is moved into them.
 * @throws OptionError for a wrong option or start, an option of another method, or an f or jac that returns no number or numbers.
 * @example
 * const rosenbrock = ([x, y]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
 * const { x, success } = minimize(rosenbrock, [-1.2, 1]); // x is near [1, 1]
 * minimize(rosenbrock, [-1.2, 1], { bounds: [[null, 0.5], [null, null]] }).x; // [0.5, 0.25]
 */
export function minimize(
  f: (x: Vector) => number | { readonly value: number; readonly gradient: ArrayLike<number> },
  x0: ArrayLike<number>,
  options: MinimizeOptions = {},
): MinimizeResult {
  demand(typeof f === "function", "f", f, "a function of an array of numbers");
  const start = readStart("x0", x0);
  const given = readOptions("minimize", options, fields);
  const method = given.method as Method;
  for (const [name, methods] of Object.entries(OWN)) {
    const value = given[name as keyof MinimizeOptions];
    if (value !== undefined && !methods.includes(method))
      throw new OptionError(`minimize.${name}`, value, `is an option of ${methods.join(", ")}, not of ${method}`);
  }
  const n = start.length;
  const box = readBounds("minimize.bounds", given.bounds, n);
  const objective = new CountedObjective(f, given.jac as Jac, start, box, given.signal);
  const simplex = method === "Nelder-Mead";
  const dense = method === "BFGS" || method === "SSBroyden";
  if (dense && n > MOST_DENSE)
    throw new OptionError("minimize.method", method, `keeps ${n} x ${n} numbers: take "L-BFGS" for more than ${MOST_DENSE} variables`);
  const many = dense || method === "CG";
  const { maxiter = simplex || many ? 200 * n : 15_000, maxfev = simplex ? 200 * n : many ? Infinity : 15_000 } = given;
  const search = new Search(objective, given, maxiter, maxfev);
  const { gtol = 1e-5, ftol = many ? 0 : 1e7 * Number.EPSILON, maxcor = 10, xatol = 1e-4, fatol = 1e-4, adaptive = false } = given;
  const descent = () => (dense ? bfgs(n, method === "SSBroyden") : many ? conjugateGradients() : lbfgsb(box, maxcor));
  const ended = simplex
    ? nelderMead(objective, start, box, search, { xatol, fatol, adaptive })
    : descend(objective, start, box, search, descent(), { ftol, gtol });
  const { x, fun, gradient, nit } = search;
  return { x, fun, jac: gradient, nit, nfev: objective.nfev, njev: objective.njev, ...ended };
}
