// Optimistic gradient descent (Mokhtari et al. 2020): G = scale g
//   p -= near G - past before;  before = G
// near = rate (alpha + beta), past = rate beta; in the first step near = rate alpha and past = 0, as if the gradient before were the same.
import { load, mul, store, sub } from "../lanes";

/** @vectors 2 */
export function optimisticGradientDescent(p: usize, g: usize, before: usize, NEAR: v128, PAST: v128, SCALE: v128): void {
  const P = load(p), G = mul(SCALE, load(g));
  const U = sub(mul(NEAR, G), mul(PAST, load(before)));
  store(before, G);
  store(p, sub(P, U));
}
