import { log } from "../numerics/math.js";

export const LOSSES = ["linear", "soft_l1", "huber", "cauchy", "arctan"] as const;
/** How residuals count, by SciPy's names: rho(z) of z = (residual / f_scale)². */
export type RobustLoss = (typeof LOSSES)[number];

/** rho(z) and its first two derivatives. */
type Rho = (z: number) => readonly [number, number, number];

const RHO: Readonly<Record<Exclude<RobustLoss, "linear">, Rho>> = {
  soft_l1: (z) => [2 * (Math.sqrt(1 + z) - 1), 1 / Math.sqrt(1 + z), -0.5 / ((1 + z) * Math.sqrt(1 + z))],
  huber: (z) => (z <= 1 ? [z, 1, 0] : [2 * Math.sqrt(z) - 1, 1 / Math.sqrt(z), -0.5 / (z * Math.sqrt(z))]),
  cauchy: (z) => [log(1 + z), 1 / (1 + z), -1 / ((1 + z) * (1 + z))],
  arctan: (z) => [atan(z), 1 / (1 + z * z), (-2 * z) / ((1 + z * z) * (1 + z * z))],
};

/** Half the sum of what residuals count. */
export function costOf(f: ArrayLike<number>, loss: RobustLoss, scale: number): number {
  let sum = 0;
  for (let i = 0; i < f.length; i++) {
    const r = (f[i] as number) / scale;
    sum += loss === "linear" ? r * r : RHO[loss](r * r)[0];
  }
  return 0.5 * scale * scale * sum;
}

/**
 * Changes residuals and Jacobian so that JᵀJ and Jᵀf are curvature and gradient of the robust cost: rows of J times √(rho' + 2 rho'' z), f over that
 * and times rho'.
 *
 * B. Triggs et al., Bundle adjustment: a modern synthesis, 2000. As SciPy does it.
 */
export function reweigh(f: Float64Array, J: readonly Float64Array[], loss: RobustLoss, scale: number): void {
  if (loss === "linear") return;
  for (let i = 0; i < f.length; i++) {
    const r = (f[i] as number) / scale;
    const z = r * r;
    const [, first, second] = RHO[loss](z);
    const weight = Math.sqrt(Math.max(first + 2 * second * z, Number.EPSILON));
    f[i] = ((f[i] as number) * first) / weight;
    for (const column of J) column[i] = (column[i] as number) * weight;
  }
}

/** The arcus tangent of z ≥ 0, with the same bits on every engine: halved thrice, atan(z) = 2 atan(z / (1 + √(1 + z²))), then its series. */
function atan(z: number): number {
  if (z === Number.POSITIVE_INFINITY) return Math.PI / 2;
  if (z > 1) return Math.PI / 2 - atan(1 / z);
  let x = z;
  for (let i = 0; i < 3; i++) x /= 1 + Math.sqrt(1 + x * x);
  let sum = 0;
  for (let k = 23; k > 0; k -= 2) sum = 1 / k - x * x * sum;
  return 8 * x * sum;
}
