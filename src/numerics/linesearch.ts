import { OptionError } from "../options/errors.js";
import { type Fields, integer, number, oneOf, optional, readOptions } from "../options/options.js";

/** An objective along a line at one rate: its value there, and its derivative by the rate. */
export interface Along {
  readonly value: number;
  readonly slope: number;
}

/** What a line search found. */
export interface LineSearchResult {
  readonly rate: number;
  /** The objective there. */
  readonly value: number;
  /** How often the objective was evaluated. */
  readonly evaluations: number;
  /** Whether the conditions that the search is for hold at `rate`; if not, it is the best that was found. */
  readonly found: boolean;
}

interface Point extends Along {
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
  const at = new Float64Array(x.length);
  return (rate) => {
    for (let i = 0; i < at.length; i++) at[i] = (x[i] as number) + rate * (d[i] as number);
    const { value, gradient } = objective(at);
    return { value, slope: dot(gradient, d) };
  };
}

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
  checkDescent(start);
  let rate = Math.min(o.increaseFactor * o.rate, o.maxRate);
  for (let evaluations = 1; ; evaluations++) {
    const { value } = phi(rate);
    if (value <= start.value + rate * o.slopeTolerance * start.slope) return { rate, value, evaluations, found: true };
    if (evaluations > o.maxSteps) {
      return Number.isFinite(value)
        ? { rate, value, evaluations, found: false }
        : { rate: 0, value: start.value, evaluations, found: false };
    }
    rate *= o.decreaseFactor;
  }
}

export interface StrongWolfeOptions {
  /** The first rate tried, greater than 0. Default 1. */
  rate?: number;
  /** The part of the slope's promise that the objective must keep, in (0, 1). Default 1e-4. */
  slopeTolerance?: number;
  /** What may be left of the slope, in (0, 1). Default 0.9. */
  curvatureTolerance?: number;
  /** Ends the search when the bracket is shorter than this, at least 0. Default 1e-9. */
  rateTolerance?: number;
  /** How often the rate may be changed, at least 0. Default 25. */
  maxSteps?: number;
}

const strongWolfeFields: Fields<Required<StrongWolfeOptions>> = {
  rate: number(1, { above: 0 }),
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
 * the bracket is halved. Out of steps, the result is the lower end of the bracket.
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
  checkDescent(start);
  const isHigh = ({ rate, value }: Point) => !(value <= start.value + o.slopeTolerance * rate * start.slope);
  const isFlat = ({ slope }: Point) => Math.abs(slope) <= -o.curvatureTolerance * start.slope;
  const at = (rate: number): Point => ({ rate, ...phi(rate) });
  const origin: Point = { rate: 0, value: start.value, slope: start.slope };
  let before = origin;
  let point = at(o.rate);
  let steps = 0;
  const result = ({ rate, value }: Point, found: boolean): LineSearchResult => ({ rate, value, evaluations: steps + 1, found });

  let bracket: [Point, Point] | undefined;
  for (; steps < o.maxSteps && bracket === undefined; ) {
    if (isHigh(point) || (steps > 1 && point.value >= before.value)) bracket = [before, point];
    else if (isFlat(point)) return result(point, true);
    else if (point.slope >= 0) bracket = [before, point];
    else {
      const rate = cubicMinimum(before, point, point.rate + 0.01 * (point.rate - before.rate), point.rate * 10);
      before = point;
      point = at(rate);
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

export interface ZoomOptions {
  /** The first rate tried, greater than 0: 1 for Newton-like directions, the last rate for others. Default 1. */
  rate?: number;
  /** By how much the rate grows on the way outwards, greater than 1. Default 2. */
  increaseFactor?: number;
  /** The largest rate, greater than 0. Default: none. */
  maxRate?: number;
  /** The part of the slope's promise that the objective must keep, in (0, 1). Default 1e-4. */
  slopeTolerance?: number;
  /** What may be left of the slope, in (0, 1). Default 0.9. */
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
  checkDescent(start);
  const isDecreased = ({ rate, value, slope }: Point) =>
    value <= start.value + o.slopeTolerance * rate * start.slope ||
    (slope <= (2 * o.slopeTolerance - 1) * start.slope && value <= start.value + o.valueTolerance * Math.abs(start.value));
  const isFlat = ({ slope }: Point) => Math.abs(slope) <= o.curvatureTolerance * Math.abs(start.slope);
  let evaluations = 0;
  const at = (rate: number): Point => {
    evaluations++;
    return { rate, ...phi(rate) };
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

export interface BarzilaiBorweinOptions {
  /** "long" <s, s> / <s, y>, "short" <s, y> / <y, y>. Default "long". Alternating them steadies both. */
  variant?: "long" | "short";
  /** The least and the largest rate, greater than 0. Defaults 1e-10 and 1e10. */
  rateMin?: number;
  rateMax?: number;
}

const barzilaiBorweinFields: Fields<Required<BarzilaiBorweinOptions>> = {
  variant: oneOf("long", ["long", "short"]),
  rateMin: number(1e-10, { above: 0 }),
  rateMax: number(1e10, { above: 0 }),
};

/**
 * The Barzilai-Borwein rate: the one for which the last step, with how the gradient changed over it, looks like a step of Newton's. Needs
 * no search.
 *
 * With s the last change of the values and y that of the gradient: long <s, s> / <s, y>, short <s, y> / <y, y>, held within rateMin and
 * rateMax. Sums run from the first element to the last.
 *
 * @param s the values minus those before.
 * @param y the gradient minus the one before.
 * @param rate what stays where <s, y> is not positive: the rate used last.
 * @throws OptionError for an option that is wrong, or vectors of different lengths.
 * @example
 * barzilaiBorwein([1, 0], [4, 0], 0.1) // 0.25
 */
export function barzilaiBorwein(s: ArrayLike<number>, y: ArrayLike<number>, rate: number, options: BarzilaiBorweinOptions = {}): number {
  const o = readOptions("barzilaiBorwein", options, barzilaiBorweinFields);
  if (s.length !== y.length) throw new OptionError("barzilaiBorwein.y", y, `must have ${s.length} elements as s has, got ${y.length}`);
  const product = dot(s, y);
  if (!(product > 0)) return rate;
  const found = o.variant === "long" ? dot(s, s) / product : product / dot(y, y);
  return Math.min(Math.max(found, o.rateMin), o.rateMax);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function checkDescent({ slope }: Along): void {
  if (!(slope < 0)) throw new OptionError("start.slope", slope, `must be less than 0, or the line does not descend; got ${slope}`);
}
