import { type Fields, integer, number, readOptions } from "../options/options.js";
import { type Along, checkDescent, type LineSearchResult, pointAt } from "./line.js";

/** Options of `backtracking`. */
export interface BacktrackingOptions {
  /** The rate of the last search, greater than 0. Default 1. */
  rate?: number;
  /** The first rate tried is this times `rate`, at least 1. Default 1.5. */
  increaseFactor?: number;
  /** Each further one is this times the one before, in (0, 1). Default 0.8. */
  decreaseFactor?: number;
  /** The largest rate, greater than 0. Default 1. */
  maxRate?: number;
  /** The part of the slope's promise that the objective must keep, in (0, 1). Default 1e-4. */
  slopeTolerance?: number;
  /** How often the rate may be decreased, a positive integer. Default 30. */
  maxSteps?: number;
}

const backtrackingFields: Fields<Required<BacktrackingOptions>> = {
  rate: number(1, { above: 0 }),
  increaseFactor: number(1.5, { min: 1 }),
  decreaseFactor: number(0.8, { above: 0, below: 1 }),
  maxRate: number(1, { above: 0 }),
  slopeTolerance: number(1e-4, { above: 0, below: 1 }),
  maxSteps: integer(30, { min: 1 }),
};

/**
 * Backtracking line search: the first rate, going down, that satisfies Armijo's condition phi(rate) <= phi(0) + slopeTolerance rate
 * phi'(0).
 *
 * Starts at min(increaseFactor rate, maxRate), so that a rate which the search before had to shorten can grow again. Out of steps, the
 * result is the last rate, or 0 where the objective is not finite even there.
 *
 * Agrees with Optax's scale_by_backtracking_linesearch. Only values of phi are asked for, and slopes not needed.
 *
 * Armijo, Minimization of functions having Lipschitz continuous first partial derivatives, 1966.
 *
 * @param phi the objective along a line.
 * @param start its value and slope at rate 0.
 * @throws OptionError for an option that is wrong, or a slope at the start that does not descend.
 * @example
 * const phi = (rate) => ({ value: (1 - rate) * (1 - rate), slope: -2 * (1 - rate) });
 * backtracking(phi, phi(0)).rate // 1
 */
export function backtracking(
  phi: (rate: number) => { readonly value: number },
  start: Along,
  options: BacktrackingOptions = {},
): LineSearchResult {
  const o = readOptions("backtracking", options, backtrackingFields);
  checkDescent(phi, start);
  let rate = Math.min(o.increaseFactor * o.rate, o.maxRate);
  for (let evaluations = 1; ; evaluations++) {
    const { value } = pointAt(phi, rate, false);
    if (value <= start.value + rate * o.slopeTolerance * start.slope) return { rate, value, evaluations, found: true };
    if (evaluations > o.maxSteps) {
      return Number.isFinite(value)
        ? { rate, value, evaluations, found: false }
        : { rate: 0, value: start.value, evaluations, found: false };
    }
    rate *= o.decreaseFactor;
  }
}
