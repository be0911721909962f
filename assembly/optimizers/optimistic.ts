// Optimistic gradient descent (Mokhtari et al. 2020): G = scale g
//   p -= near G - past before;  before = G
// near = rate (alpha + beta), past = rate beta; in the first step near = rate alpha and past = 0, as if the gradient before were the same.
import { load, mul, splat, store, sub } from "../lanes";

@inline
function optimisticVector(p: usize, g: usize, before: usize, NEAR: v128, PAST: v128, SCALE: v128): void {
  const P = load(p), G = mul(SCALE, load(g));
  const U = sub(mul(NEAR, G), mul(PAST, load(before)));
  store(before, G);
  store(p, sub(P, U));
}

export function optimisticGradientDescent(p: usize, g: usize, before: usize, n: usize, near: f32, past: f32, scale: f32): void {
  const NEAR = splat(near), PAST = splat(past), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    optimisticVector(p + i, g + i, before + i, NEAR, PAST, SCALE);
    optimisticVector(p + i + 16, g + i + 16, before + i + 16, NEAR, PAST, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) optimisticVector(p + i, g + i, before + i, NEAR, PAST, SCALE);
}
