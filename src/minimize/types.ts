import { OptionError } from "../options/errors.js";
import { listener, signal } from "../options/listeners.js";
import { demand, type Fields, integer, optional, show } from "../options/options.js";

/** A number for each variable; a callback may read it until it returns. */
export type Vector = Float64Array<ArrayBuffer>;

/** Lower and upper limit of a variable; null or an infinity is no limit. */
export type Bound = readonly [lower: number | null, upper: number | null];

export const METHODS = ["L-BFGS", "L-BFGS-B", "BFGS", "SSBroyden", "CG", "Nelder-Mead"] as const;
/** A method of `minimize`, by SciPy's names; SSBroyden is none of SciPy's. */
export type Method = (typeof METHODS)[number];

/** What a callback is told after an iteration. */
export interface Iteration {
  /** The best point so far: a copy. */
  readonly x: Vector;
  /** The objective there. */
  readonly fun: number;
  /** Iterations done. */
  readonly nit: number;
}

/** What all minimizers take. */
export interface CommonOptions {
  /** How often it may iterate, a positive integer. Default: see the function. */
  maxiter?: number;
  /** How often the objective may be evaluated, a positive integer; looked at between iterations. Default: see the function. */
  maxfev?: number;
  /** Called after every iteration; ends the search by returning true. */
  callback?: (iteration: Iteration) => unknown;
  /** Ends the search between two evaluations by throwing the signal's reason. */
  signal?: AbortSignal;
}

export const commonFields: Fields<CommonOptions> = {
  maxiter: optional(integer(undefined, { min: 1 })),
  maxfev: optional(integer(undefined, { min: 1 })),
  callback: listener(),
  signal,
};

/** How a search ended. */
export type Ending =
  /** A tolerance was met. */
  | "converged"
  | "maxiter"
  | "maxfev"
  | "callback"
  /** No better point could be found: rounding hides what is left, or the gradient is not that of the objective. */
  | "stuck"
  /** The objective is not finite where the search stands. */
  | "not finite";

const MESSAGES: Readonly<Record<Exclude<Ending, "converged">, string>> = {
  maxiter: "the limit of iterations was reached (maxiter)",
  maxfev: "the limit of evaluations was reached (maxfev)",
  callback: "the callback ended the search",
  stuck: "no lower value was found along the search direction: rounding hides what is left, or the gradient is not the objective's",
  "not finite": "the objective or its gradient is not finite at the start",
};

const STATUS: Readonly<Record<Ending, number>> = { converged: 0, maxiter: 1, maxfev: 1, stuck: 2, "not finite": 3, callback: 99 };

/** The fields of a result that tell how a search ended, by the names SciPy gives them. */
export interface Ended {
  /** Whether a tolerance was met. */
  readonly success: boolean;
  /** 0: converged; 1: out of iterations or evaluations; 2: no lower value found; 3: not finite at the start; 99: ended by the callback. */
  readonly status: number;
  /** The same in words. */
  readonly message: string;
}

export function ended(ending: Ending, reason = ""): Ended {
  return { success: ending === "converged", status: STATUS[ending], message: ending === "converged" ? reason : MESSAGES[ending] };
}

/** A start of finite numbers, copied. */
export function readStart(path: string, x0: unknown): Vector {
  const length = (x0 as ArrayLike<unknown> | null)?.length;
  demand(typeof x0 === "object" && typeof length === "number" && length > 0, path, x0, "an array of at least one number");
  const values = Array.from(x0 as ArrayLike<unknown>);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  demand(wrong < 0, `${path}[${wrong}]`, values[wrong], "a finite number");
  return Float64Array.from(values as number[]);
}

/** Refuses what a function of the user's gave. @throws OptionError "name must return noun, got value" unless `right`. */
export function returned(right: boolean, name: string, value: unknown, noun: string): void {
  if (!right) throw new OptionError(name, value, `must return ${noun}, got ${show(value)}`);
}
