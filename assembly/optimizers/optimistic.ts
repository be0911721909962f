// Optimistic gradient descent (Mokhtari et al. 2020): G = scale g
//   p -= near G - past before;  before = G
// near = rate (alpha + beta), past = rate beta; in the first step near = rate alpha and past = 0, as if the gradient before were the same.
import { load, mul, splat, store, sub } from "../lanes";

export function optimisticGradientDescent(p: usize, g: usize, before: usize, n: usize, near: f32, past: f32, scale: f32): void {
  const NEAR = splat(near), PAST = splat(past), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const G = mul(SCALE, load(g + i));
    const U = sub(mul(NEAR, G), mul(PAST, load(before + i)));
    store(before + i, G);
    store(p + i, sub(load(p + i), U));
  } while ((i += 16) < n << 2);
}
