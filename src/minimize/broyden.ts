import { dot } from "../numerics/dot.js";
import { pow } from "../numerics/math.js";
import type { Vector } from "./types.js";

/** An estimate of the inverse Hessian: row-major, symmetric. */
export type Inverse = Float64Array;

/** The member of Broyden's family and the scale of an update. */
interface Choice {
  readonly theta: number;
  readonly tau: number;
}

const PLAIN: Choice = { theta: 0, tau: 1 };
const EPSILON = 2.220446049250313e-16;

/**
 * Al-Baali's choice: `b` is <s, B s> / <s, y>, `h` is <y, H y> / <s, y>, a = b h - 1; n the number of variables.
 *
 * M. Al-Baali, Numerical experience with a class of self-scaling quasi-Newton algorithms, 1998; formulas 13 to 23 of J. F. Urbán, P. Stefanou, J. A. Pons, Unveiling
 * the optimization process of physics informed neural networks, 2025.
 */
function selfScaled(b: number, h: number, n: number, isFirst: boolean): Choice {
  const a = Math.max(b * h - 1, EPSILON);
  const c = Math.sqrt(a / (1 + a));
  const low = Math.min(1, h * (1 - c));
  const theta = Math.max((low - 1) / a, Math.min(1 / low, (1 - b) / b));
  const sigma = 1 + theta * a;
  if (isFirst) return { theta, tau: h / sigma };
  const scale = Math.min(1, 1 / b);
  const spread = n === 1 ? 1 : pow(Math.abs(sigma), 1 / (1 - n));
  return { theta, tau: theta <= 0 ? Math.min(scale * spread, sigma) : scale * Math.min(spread, 1 / theta) };
}

/**
 * Takes in, in place, a step s of `rate` times a direction, along which the gradient, `before` at its start, changed by y: H = (H - H y (H y)' / <y, H y> + phi <y, H y> v v') / tau
 * + s s' / <s, y>, v = s / <s, y> - H y / <y, H y>, phi = (1 - theta) / (1 + a theta). theta = 0 and tau = 1 is BFGS. What has no curvature, or is not finite, is left out.
 *
 * @returns whether it was taken in.
 */
export function update(inverse: Inverse, s: Vector, y: Vector, before: Vector, rate: number, scaled: boolean, isFirst: boolean): boolean {
  const n = s.length;
  const inner = dot(s, y);
  if (!(inner > 0)) return false;
  const hy = times(inverse, y);
  const yhy = dot(y, hy);
  const [b, h] = [(-rate * dot(s, before)) / inner, yhy / inner];
  const { theta, tau } = scaled ? selfScaled(b, h, n, isFirst) : PLAIN;
  const phi = (1 - theta) / (1 + (b * h - 1) * theta);
  if (!(yhy > 0) || !Number.isFinite(phi / tau) || !(tau > 0)) return false;
  const v = s.map((value, i) => value / inner - (hy[i] as number) / yhy);
  for (let i = 0; i < n; i++) {
    const [hi, vi, si] = [(hy[i] as number) / yhy, phi * yhy * (v[i] as number), (s[i] as number) / inner];
    for (let j = 0; j < n; j++) {
      const at = i * n + j;
      inverse[at] = ((inverse[at] as number) - hi * (hy[j] as number) + vi * (v[j] as number)) / tau + si * (s[j] as number);
    }
  }
  return true;
}

/** H x. */
export function times(inverse: Inverse, x: Vector): Vector {
  const n = x.length;
  return x.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += (inverse[i * n + j] as number) * (x[j] as number);
    return sum;
  });
}
