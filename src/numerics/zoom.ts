import { type Fields, integer, number, optional, readOptions } from "../options/options.js";
import { type Along, checkDescent, type LineSearchResult, type Point, pointAt } from "./line.js";

/** Options of `zoom`. */
export interface ZoomOptions {
  /** The first rate tried, greater than 0: 1 for Newton-like directions, the last rate for others. Default 1. */
  rate?: number;
  /** By how much the rate grows on the way outwards, greater than 1. Default 2. */
  increaseFactor?: number;
  /** The largest rate, greater than 0. Default: none. */
  maxRate?: number;
  /** The part of the slope's promise that the objective must keep, in (0, 1). Default 1e-4. */
  slopeTolerance?: number;
  /** The part that may be left of the slope, in (0, 1). Default 0.9. */
  curvatureTolerance?: number;
  /**
   * How much larger than at the start, in proportion, a value may be to count as decreased once the slope has turned; at least 0. Default
   * 1e-6.
   */
  valueTolerance?: number;
  /** Ends the search when the bracket is no longer than this, at least 0. Default 1e-5. */
  rateTolerance?: number;
  /** How often the objective may be evaluated, a positive integer. Default 30. */
  maxSteps?: number;
}

const zoomFields: Fields<Required<Omit<ZoomOptions, "maxRate">> & Pick<ZoomOptions, "maxRate">> = {
  rate: number(1, { above: 0 }),
  increaseFactor: number(2, { above: 1 }),
  maxRate: optional(number(undefined, { above: 0 })),
  slopeTolerance: number(1e-4, { above: 0, below: 1 }),
  curvatureTolerance: number(0.9, { above: 0, below: 1 }),
  valueTolerance: number(1e-6, { min: 0 }),
  rateTolerance: number(1e-5, { min: 0 }),
  maxSteps: integer(30, { min: 1 }),
};

/**
 * Line search for the strong Wolfe conditions, or for Hager and Zhang's approximate decrease where values are too close to be told apart:
 * phi'(rate) <= (2 slopeTolerance - 1) phi'(0) with phi(rate) <= phi(0) + valueTolerance |phi(0)|.
 *
 * Walks outwards by increaseFactor until a bracket must hold such a rate, then zooms in by cubic, else quadratic interpolation, else by
 * halves. Out of steps, the result is the best rate that decreased the objective.
 *
 * Agrees with Optax's scale_by_zoom_linesearch.
 *
 * Nocedal and Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6; Hager and Zhang, Algorithm 851: CG_DESCENT, 2006.
 *
 * @param phi the objective along a line.
 * @param start its value and slope at rate 0.
 * @throws OptionError for an option that is wrong, or a slope at the start that does not descend.
 * @example
 * const phi = (rate) => ({ value: (3 - rate) * (3 - rate), slope: -2 * (3 - rate) });
 * zoom(phi, phi(0), { curvatureTolerance: 0.1 }).rate // 3
 */
export function zoom(phi: (rate: number) => Along, start: Along, options: ZoomOptions = {}): LineSearchResult {
  const o = readOptions("zoom", options, zoomFields);
  checkDescent(phi, start);
  const isDecreased = ({ rate, value, slope }: Point) =>
    value <= start.value + o.slopeTolerance * rate * start.slope ||
    (slope <= (2 * o.slopeTolerance - 1) * start.slope && value <= start.value + o.valueTolerance * Math.abs(start.value));
  const isFlat = ({ slope }: Point) => Math.abs(slope) <= o.curvatureTolerance * Math.abs(start.slope);
  let evaluations = 0;
  const at = (rate: number): Point => {
    evaluations++;
    return pointAt(phi, rate);
  };
  const result = ({ rate, value }: Point, found: boolean): LineSearchResult => ({ rate, value, evaluations, found });
  let before: Point = { rate: 0, value: start.value, slope: start.slope };
  let safe = before;
  let point = before;

  let bracket: [Point, Point] | undefined;
  while (bracket === undefined) {
    if (evaluations === o.maxSteps) return result(safe.rate > 0 ? safe : point, false);
    const guess = evaluations === 0 ? o.rate : o.increaseFactor * before.rate;
    const isLast = o.maxRate !== undefined && guess >= o.maxRate;
    point = at(isLast ? (o.maxRate as number) : guess);
    const isHigh = !isDecreased(point) || (evaluations > 1 && point.value >= before.value);
    if (isDecreased(point)) {
      safe = point;
      if (isFlat(point)) return result(point, true);
    }
    if (isHigh) bracket = [before, point];
    else if (point.slope >= 0) bracket = [point, before];
    else if (isLast) return result(point, false);
    before = point;
  }

  let [low, high] = bracket;
  let third = low;
  while (evaluations < o.maxSteps) {
    const length = Math.abs(high.rate - low.rate);
    point = at(between(low, high, third));
    if (isDecreased(point)) {
      if (point.value < safe.value) safe = point;
      if (isFlat(point)) return result(point, true);
    }
    if (!isDecreased(point) || point.value >= low.value) [third, high] = [high, point];
    else {
      [third, high] = point.slope * (high.rate - low.rate) >= 0 ? [high, low] : [low, high];
      low = point;
    }
    if (length <= o.rateTolerance && safe.rate > 0) break;
  }
  return result(safe.rate > 0 ? safe : point, false);
}

/** Where to look inside a bracket: the minimum of a cubic through three points, else of a parabola, else the middle. */
function between(low: Point, high: Point, third: Point): number {
  const [left, right] = [Math.min(low.rate, high.rate), Math.max(low.rate, high.rate)];
  const isInside = (rate: number, margin: number) => rate > left + margin * (right - left) && rate < right - margin * (right - left);
  const b = high.rate - low.rate;
  const c = third.rate - low.rate;
  const u = high.value - low.value - low.slope * b;
  const v = third.value - low.value - low.slope * c;
  const divisor = b * c * (b * c) * (b - c);
  const cube = (c * c * u - b * b * v) / divisor;
  const square = (b * b * b * v - c * c * c * u) / divisor;
  const cubic = low.rate + (Math.sqrt(square * square - 3 * cube * low.slope) - square) / (3 * cube);
  if (isInside(cubic, 0.2)) return cubic;
  const quadratic = low.rate - (low.slope * b * b) / (2 * u);
  return isInside(quadratic, 0.1) ? quadratic : (low.rate + high.rate) / 2;
}
