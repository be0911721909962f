// Cautious steps (Liang et al. 2024): of a step d that was made apart from the values, the part that goes against the gradient G = scale g:
//   p += gain d - shrink p, with 0 in place of d where it does not oppose G
// `opposing` (optimizers/opposing.ts) counts where it does.
import { add, keepWhere, load, mul, opposes, store, sub } from "../lanes";

/** @vectors 2 */
export function cautious(p: usize, g: usize, d: usize, GAIN: v128, SHRINK: v128, SCALE: v128): void {
  const P = load(p), D = load(d);
  const U = keepWhere(mul(GAIN, D), opposes(D, mul(SCALE, load(g))));
  store(p, add(P, sub(U, mul(SHRINK, P))));
}
