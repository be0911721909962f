import type { Point } from "./line.js";

/** Settings of `wolfe`: the options of `strongWolfe`, all of them. */
export interface WolfeSettings {
  readonly rate: number;
  readonly maxRate: number;
  readonly slopeTolerance: number;
  readonly curvatureTolerance: number;
  readonly rateTolerance: number;
  readonly maxSteps: number;
}

/** Where a search ended, how often it changed the rate, and whether the strong Wolfe conditions hold there. */
export interface WolfeResult<P> {
  readonly point: P;
  readonly steps: number;
  readonly found: boolean;
}

/** The search of `strongWolfe`, which documents it, without its checks: for callers that have made them. `phi` may say more of a point than is needed. */
export function wolfe<P extends Point>(phi: (rate: number) => P, start: P, o: WolfeSettings): WolfeResult<P> {
  const isHigh = ({ rate, value }: Point) => !(value <= start.value + o.slopeTolerance * rate * start.slope);
  const isFlat = ({ slope }: Point) => Math.abs(slope) <= -o.curvatureTolerance * start.slope;
  let before = start;
  let point = phi(Math.min(o.rate, o.maxRate));
  let steps = 0;

  let bracket: [P, P] | undefined;
  for (; steps < o.maxSteps && bracket === undefined; ) {
    if (isHigh(point) || (steps > 1 && point.value >= before.value)) bracket = [before, point];
    else if (isFlat(point)) return { point, steps, found: true };
    else if (point.slope >= 0) bracket = [before, point];
    else if (point.rate >= o.maxRate) return { point, steps, found: false };
    else {
      const rate = cubicMinimum(before, point, point.rate + 0.01 * (point.rate - before.rate), point.rate * 10);
      before = point;
      point = phi(Math.min(rate, o.maxRate));
      steps++;
    }
  }
  let [low, high] = bracket ?? [start, point];
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
    point = phi(rate);
    steps++;
    if (isHigh(point) || point.value >= low.value) {
      high = point;
      if (high.value < low.value) [low, high] = [high, low];
    } else {
      if (isFlat(point)) return { point, steps, found: true };
      if (point.slope * (high.rate - low.rate) >= 0) high = low;
      low = point;
    }
  }
  return { point: low, steps, found: low.rate > 0 && !isHigh(low) && isFlat(low) };
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
