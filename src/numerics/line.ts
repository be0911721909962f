import { OptionError } from "../options/errors.js";
import { demand, isArrayLike } from "../options/options.js";
import { dot } from "./dot.js";

/** An objective along a line at one rate: its value there, and its derivative by the rate. */
export interface Along {
  /** The objective. */
  readonly value: number;
  /** Its derivative by the rate. */
  readonly slope: number;
}

/** Result of a line search. */
export interface LineSearchResult {
  /** The rate found. */
  readonly rate: number;
  /** The objective there. */
  readonly value: number;
  /** How often the objective was evaluated. */
  readonly evaluations: number;
  /** Whether the conditions that the search is for hold at `rate`; if not, it is the best that was found. */
  readonly found: boolean;
}

/** A rate, and the objective there. */
export interface Point extends Along {
  readonly rate: number;
}

/** A function of several variables, and its gradient. */
export type Objective = (x: Float64Array) => { readonly value: number; readonly gradient: ArrayLike<number> };

/**
 * An objective of several variables along a line: phi(rate) = f(x + rate d), phi'(rate) = <gradient there, d>. Sums run from the first
 * element to the last.
 *
 * @param objective called with a vector of its own, which it may keep only until it returns.
 * @param x where the line starts.
 * @param d its direction; a descent direction when phi'(0) < 0.
 * @example
 * const phi = alongLine((x) => ({ value: x[0] * x[0], gradient: [2 * x[0]] }), [3], [-6]);
 * const { rate } = strongWolfe(phi, phi(0));
 */
export function alongLine(objective: Objective, x: ArrayLike<number>, d: ArrayLike<number>): (rate: number) => Along {
  demand(typeof objective === "function", "objective", objective, "a function");
  demand(isArrayLike(x), "x", x, "an array of numbers");
  demand(isArrayLike(d) && d.length === x.length, "d", d, `an array of ${x.length} numbers`);
  const at = new Float64Array(x.length);
  return (rate) => {
    for (let i = 0; i < at.length; i++) at[i] = (x[i] as number) + rate * (d[i] as number);
    const { value, gradient } = objective(at);
    return { value, slope: dot(gradient, d) };
  };
}

/** The objective at a rate. @throws OptionError for a function that gives no value, or no slope where one is needed. */
export function pointAt<T extends Partial<Along>>(
  phi: (rate: number) => T,
  rate: number,
  needsSlope = true,
): T & { readonly rate: number } {
  const along = phi(rate);
  const { value, slope } = (along ?? {}) as Partial<Along>;
  const right = typeof value === "number" && (!needsSlope || typeof slope === "number");
  demand(right, "phi", along, `a function that gives ${needsSlope ? "{ value, slope }" : "{ value }"}`);
  return { rate, ...along };
}

/** Refuses what is no line, and a line that does not descend from its start. */
export function checkDescent(phi: (rate: number) => unknown, start: Along): void {
  demand(typeof phi === "function", "phi", phi, "a function of the rate");
  const { value, slope } = (start ?? {}) as Partial<Along>;
  demand(typeof value === "number" && typeof slope === "number", "start", start, "the value and slope at rate 0");
  if (!((slope as number) < 0))
    throw new OptionError("start.slope", slope, `must be less than 0, or the line does not descend; got ${slope}`);
}
