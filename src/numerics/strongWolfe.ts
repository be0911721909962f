import { type Fields, integer, number, optional, readOptions } from "../options/options.js";
import { type Along, checkDescent, type LineSearchResult, pointAt } from "./line.js";
import { wolfe } from "./wolfe.js";

/** Options of `strongWolfe`. */
export interface StrongWolfeOptions {
  /** The first rate tried, greater than 0. Default 1. */
  rate?: number;
  /** The largest rate, greater than 0. Default: none. */
  maxRate?: number;
  /** The part of the slope's promise that the objective must keep, in (0, 1). Default 1e-4. */
  slopeTolerance?: number;
  /** The part that may be left of the slope, in (0, 1). Default 0.9. */
  curvatureTolerance?: number;
  /** Ends the search when the bracket is shorter than this, at least 0. Default 1e-9. */
  rateTolerance?: number;
  /** How often the rate may be changed, at least 0. Default 25. */
  maxSteps?: number;
}

const strongWolfeFields: Fields<Required<Omit<StrongWolfeOptions, "maxRate">> & Pick<StrongWolfeOptions, "maxRate">> = {
  rate: number(1, { above: 0 }),
  maxRate: optional(number(undefined, { above: 0 })),
  slopeTolerance: number(1e-4, { above: 0, below: 1 }),
  curvatureTolerance: number(0.9, { above: 0, below: 1 }),
  rateTolerance: number(1e-9, { min: 0 }),
  maxSteps: integer(25, { min: 0 }),
};

/**
 * Line search for the strong Wolfe conditions: phi(rate) <= phi(0) + slopeTolerance rate phi'(0) and |phi'(rate)| <= curvatureTolerance
 * |phi'(0)|.
 *
 * Walks outwards until a bracket must hold such a rate, then narrows it by the minima of cubics through its ends. Where phi is not finite,
 * the bracket is halved. Out of steps, the result is the lower end of the bracket; it is `maxRate` where that comes before any bracket.
 *
 * Agrees with the search inside PyTorch's LBFGS, whose `rateTolerance` is tolerance_change over the largest element of the direction.
 *
 * Nocedal and Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6; after minFunc by Schmidt.
 *
 * @param phi the objective along a line.
 * @param start its value and slope at rate 0.
 * @throws OptionError for an option that is wrong, or a slope at the start that does not descend.
 * @example
 * const phi = (rate) => ({ value: (3 - rate) * (3 - rate), slope: -2 * (3 - rate) });
 * strongWolfe(phi, phi(0), { curvatureTolerance: 0.1 }).rate // 3
 */
export function strongWolfe(phi: (rate: number) => Along, start: Along, options: StrongWolfeOptions = {}): LineSearchResult {
  const { maxRate = Number.POSITIVE_INFINITY, ...rest } = readOptions("strongWolfe", options, strongWolfeFields);
  checkDescent(phi, start);
  const { point, steps, found } = wolfe(
    (rate) => pointAt(phi, rate),
    { rate: 0, value: start.value, slope: start.slope },
    { maxRate, ...rest },
  );
  return { rate: point.rate, value: point.value, evaluations: steps + 1, found };
}
