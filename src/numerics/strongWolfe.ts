import { type Fields, integer, number, optional, readOptions } from "../options/options.js";
import { type Along, checkDescent, type LineSearchResult, type Point, pointAt } from "./line.js";

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
  const o = readOptions("strongWolfe", options, strongWolfeFields);
  checkDescent(phi, start);
  const isHigh = ({ rate, value }: Point) => !(value <= start.value + o.slopeTolerance * rate * start.slope);
  const isFlat = ({ slope }: Point) => Math.abs(slope) <= -o.curvatureTolerance * start.slope;
  const at = (rate: number): Point => pointAt(phi, rate);
  const origin: Point = { rate: 0, value: start.value, slope: start.slope };
  let before = origin;
  const { maxRate = Number.POSITIVE_INFINITY } = o;
  let point = at(Math.min(o.rate, maxRate));
  let steps = 0;
  const result = ({ rate, value }: Point, found: boolean): LineSearchResult => ({ rate, value, evaluations: steps + 1, found });

  let bracket: [Point, Point] | undefined;
  for (; steps < o.maxSteps && bracket === undefined; ) {
    if (isHigh(point) || (steps > 1 && point.value >= before.value)) bracket = [before, point];
    else if (isFlat(point)) return result(point, true);
    else if (point.slope >= 0) bracket = [before, point];
    else if (point.rate >= maxRate) return result(point, false);
    else {
      const rate = cubicMinimum(before, point, point.rate + 0.01 * (point.rate - before.rate), point.rate * 10);
      before = point;
      point = at(Math.min(rate, maxRate));
      steps++;
    }
  }
  let [low, high] = bracket ?? [origin, point];
  if (high.value < low.value) [low, high] = [high, low];

  let isStuck = false;
  while (steps < o.maxSteps) {
    const [left, right] = [Math.min(low.rate, high.rate), Math.max(low.rate, high.rate)];
    if (right - left < o.rateTolerance) break;
    let rate = cubicMinimum(low, high, left, right);
    // a rate too near an end is moved away from it the second time
    const margin = 0.1 * (right - left);
    const isNear = Math.min(right - rate, rate - left) < margin;
    const isMoved: boolean = isNear && (isStuck || rate >= right || rate <= left);
    if (isMoved) rate = Math.abs(rate - right) < Math.abs(rate - left) ? right - margin : left + margin;
    isStuck = isNear && !isMoved;
    point = at(rate);
    steps++;
    if (isHigh(point) || point.value >= low.value) {
      high = point;
      if (high.value < low.value) [low, high] = [high, low];
    } else {
      if (isFlat(point)) return result(point, true);
      if (point.slope * (high.rate - low.rate) >= 0) high = low;
      low = point;
    }
  }
  return result(low, low.rate > 0 && !isHigh(low) && isFlat(low));
}

/** Where the cubic through two points with their slopes is lowest, within limits; their middle where it has no minimum. */
function cubicMinimum(a: Point, b: Point, least: number, most: number): number {
  const [x, y] = a.rate <= b.rate ? [a, b] : [b, a];
  const d1 = x.slope + y.slope - (3 * (x.value - y.value)) / (x.rate - y.rate);
  const square = d1 * d1 - x.slope * y.slope;
  const d2 = Math.sqrt(square);
  const minimum = y.rate - (y.rate - x.rate) * ((y.slope + d2 - d1) / (y.slope - x.slope + 2 * d2));
  return Number.isNaN(minimum) ? (least + most) / 2 : Math.min(Math.max(minimum, least), most);
}
