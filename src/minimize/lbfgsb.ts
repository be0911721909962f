import { dot } from "../numerics/dot.js";
import { type Box, clip } from "./bounds.js";
import { CompactHessian } from "./compact.js";
import { type Descent, minus } from "./descend.js";
import type { Evaluation } from "./objective.js";
import type { Vector } from "./types.js";

/**
 * L-BFGS-B: from the Cauchy point of the quadratic model along the projected gradient, to the minimum of the model over the variables that are
 * free there, and along that direction by the strong Wolfe conditions. The approximate Hessian is made of `maxcor` steps.
 *
 * R. H. Byrd, P. Lu, J. Nocedal, C. Zhu, A limited memory algorithm for bound constrained optimization, 1995; the projection of the subspace
 * minimum: J. L. Morales, J. Nocedal, Remark on algorithm 778, 2011.
 */
export function lbfgsb(box: Box, maxcor: number): Descent {
  const hessian = new CompactHessian(maxcor);
  const isNew = () => hessian.columns === 0;
  return {
    isNew,
    forget: () => hessian.forget(),
    line(here, nit) {
      const d = direction(here, box, hessian);
      const maxRate = box.bounded ? (isNew() && nit === 0 ? 1 : longest(here.x, d, box)) : Number.MAX_VALUE;
      return { d, maxRate, rate: isNew() ? Math.min(1 / Math.sqrt(dot(d, d)), maxRate) : 1, slopeTolerance: 1e-3 };
    },
    learn(here, next) {
      const s = minus(next.x, here.x);
      hessian.update(s, minus(next.gradient, here.gradient), dot(here.gradient, s));
    },
  };
}

/** From x to the minimum of the quadratic model in the box, or near it. */
function direction({ x, gradient: g }: Evaluation, box: Box, hessian: CompactHessian): Vector {
  const all = Array.from(x, (_, i) => i);
  const cauchy = box.bounded ? cauchyPoint(x, g, box, hessian) : { x, c: new Float64Array(hessian.columns), free: all };
  const c = cauchy && hessian.middle(cauchy.c);
  if (cauchy === undefined || c === undefined) {
    hessian.forget();
    return direction({ x, gradient: g, value: 0 }, box, hessian);
  }
  const { x: at, free } = cauchy;
  const r = Float64Array.from(free, (i) => {
    const moved = hessian.theta * ((at[i] as number) - (x[i] as number));
    return (g[i] as number) + moved - (hessian.columns > 0 ? dot(hessian.row(i), c) : 0);
  });
  const steps = hessian.newton(r, free);
  const target = at.slice();
  if (steps !== undefined) {
    free.forEach((i, f) => {
      target[i] = (at[i] as number) + (steps[f] as number);
    });
    clip(target, box);
    const d = minus(target, x);
    if (dot(d, g) < 0) return d;
    // the projected step does not descend: cut short at the first limit, it does
    let cut = 1;
    free.forEach((i, f) => {
      const step = steps[f] as number;
      const room = (step > 0 ? (box.upper[i] as number) : (box.lower[i] as number)) - (at[i] as number);
      if (step !== 0 && Math.abs(step) * cut > Math.abs(room)) cut = room / step;
    });
    free.forEach((i, f) => {
      target[i] = (at[i] as number) + cut * (steps[f] as number);
    });
  }
  return minus(target, x);
}

/** The first local minimum of the model along the projected gradient; the variables that are at no limit there; and Wᵀ (it − x). */
function cauchyPoint(
  x: Vector,
  g: Vector,
  { lower, upper }: Box,
  hessian: CompactHessian,
): { x: Vector; c: Float64Array; free: number[] } | undefined {
  const { theta } = hessian;
  const limits = g.map((slope, i) => {
    if (slope === 0) return Number.POSITIVE_INFINITY;
    return ((x[i] as number) - (slope < 0 ? (upper[i] as number) : (lower[i] as number))) / slope;
  });
  const d = g.map((slope, i) => ((limits[i] as number) > 0 ? -slope : 0));
  const order = Array.from(limits, (_, i) => i)
    .filter((i) => d[i] !== 0 && Number.isFinite(limits[i]))
    .sort((a, b) => (limits[a] as number) - (limits[b] as number) || a - b);
  const at = x.slice();
  const c = new Float64Array(hessian.columns);
  let p = hessian.transposed(d);
  const middle = hessian.middle(p);
  if (middle === undefined) return undefined;
  let slope = -dot(d, d);
  if (slope === 0) return { x: at, c, free: [] };
  let curve = -theta * slope - dot(p, middle);
  const least = Number.EPSILON * curve;
  let [from, step] = [0, -slope / curve];
  const fixed = new Set<number>(order.length < x.length ? Array.from(x.keys()).filter((i) => (limits[i] as number) <= 0) : []);
  for (const i of order) {
    const length = (limits[i] as number) - from;
    if (step < length) break;
    at[i] = (d[i] as number) > 0 ? (upper[i] as number) : (lower[i] as number);
    fixed.add(i);
    const gi = g[i] as number;
    for (let j = 0; j < c.length; j++) c[j] = (c[j] as number) + length * (p[j] as number);
    const row = hessian.row(i);
    const weights = hessian.middle(row);
    if (weights === undefined) return undefined;
    slope += length * curve + gi * gi + theta * gi * ((at[i] as number) - (x[i] as number)) - gi * dot(weights, c);
    curve += -theta * gi * gi - 2 * gi * dot(weights, p) - gi * gi * dot(weights, row);
    curve = Math.max(curve, least);
    p = p.map((value, j) => value + gi * (row[j] as number));
    d[i] = 0;
    from = limits[i] as number;
    step = -slope / curve;
  }
  const rest = Math.max(step, 0);
  const moving = d.some((value) => value !== 0);
  if (moving) {
    for (let i = 0; i < x.length; i++) if (d[i] !== 0) at[i] = (x[i] as number) + (from + rest) * (d[i] as number);
    for (let j = 0; j < c.length; j++) c[j] = (c[j] as number) + rest * (p[j] as number);
  }
  return {
    x: at,
    c,
    free: Array.from(x.keys()).filter(
      (i) => !fixed.has(i) && (at[i] as number) > (lower[i] as number) && (at[i] as number) < (upper[i] as number),
    ),
  };
}

/** How far one can go before a variable meets its limit. */
function longest(x: Vector, d: Vector, { lower, upper }: Box): number {
  let rate = Number.MAX_VALUE;
  for (let i = 0; i < x.length; i++) {
    const step = d[i] as number;
    if (step === 0) continue;
    rate = Math.min(rate, ((step > 0 ? (upper[i] as number) : (lower[i] as number)) - (x[i] as number)) / step);
  }
  return Math.max(rate, 1);
}
