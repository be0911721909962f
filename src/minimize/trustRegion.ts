import { dot } from "../numerics/dot.js";
import { type Columns, solveTransposed, solveUpper, triangularize } from "./qr.js";

/** How near to the radius a step must be, and how often its parameter may be corrected. */
const NEAR = 0.1;
const MOST = 10;

/**
 * The step p that makes |J p + f|² least within |D p| ≤ radius, of J = Q R with the right-hand side Qᵀ f: that of Gauss and Newton where it fits,
 * else p(λ) = −(JᵀJ + λ D²)⁻¹ Jᵀ f with |D p(λ)| within a tenth of the radius. λ is found by Newton's method on 1/radius − 1/|D p(λ)|, within limits.
 *
 * J. J. Moré, The Levenberg–Marquardt algorithm: implementation and theory, 1978.
 */
export function trustRegionStep(R: Columns, qtf: Float64Array, D: Float64Array, radius: number): Float64Array {
  const n = R.length;
  const minus = (p: Float64Array) => p.map((value) => -value);
  const norm = (p: Float64Array) => Math.sqrt(p.reduce((sum, value, i) => sum + value * (D[i] as number) * (value * (D[i] as number)), 0));
  const full = solveUpper(R, qtf);
  if (full !== undefined && norm(full) <= (1 + NEAR) * radius) return minus(full);
  const scaledGradient = Float64Array.from(R, (column, j) => dot(column.subarray(0, j + 1), qtf) / (D[j] as number));
  let upper = Math.sqrt(dot(scaledGradient, scaledGradient)) / radius;
  if (!(upper > 0)) return new Float64Array(n);
  let lower = full === undefined ? 0 : newtonCorrection(R, full, D, norm(full), radius);
  let lambda = Math.min(Math.max(Math.sqrt(lower * upper), upper * 1e-3), upper);
  let p: Float64Array = new Float64Array(n);
  for (let tries = 0; tries < MOST; tries++) {
    const damped = R.map((column, j) => {
      const tall = new Float64Array(2 * n);
      tall.set(column.subarray(0, j + 1));
      tall[n + j] = Math.sqrt(lambda) * (D[j] as number);
      return tall;
    });
    const right = new Float64Array(2 * n);
    right.set(qtf.subarray(0, n));
    triangularize(damped, right);
    const step = solveUpper(damped, right);
    if (step === undefined) {
      // λ is lost beside R: it must be larger
      lower = Math.max(lower, lambda);
      lambda = Math.min(upper, Math.max(10 * lambda, upper * 1e-10));
      continue;
    }
    p = step;
    const length = norm(p);
    if (
      Math.abs(length - radius) <= NEAR * radius ||
      (full === undefined && lower === 0 && length < radius && tries > 0 && lambda < upper * 1e-12)
    )
      break;
    if (length > radius) lower = Math.max(lower, lambda);
    else upper = Math.min(upper, lambda);
    lambda += newtonCorrection(damped, p, D, length, radius);
    if (!(lambda > lower && lambda < upper)) lambda = Math.max(Math.sqrt(lower * upper), 1e-3 * upper);
  }
  return minus(p);
}

/** Newton's correction of λ: (|Dp| − radius)/radius · |Dp|² / |R⁻ᵀ D² p|². */
function newtonCorrection(R: Columns, p: Float64Array, D: Float64Array, length: number, radius: number): number {
  const y = solveTransposed(
    R,
    p.map((value, i) => ((D[i] as number) * (D[i] as number) * value) / length),
  );
  return (length - radius) / radius / dot(y, y);
}
