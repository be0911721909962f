// LAMB (You et al. 2020), the step before it is scaled by the trust ratio, G = scale g:
//   m = b1 m + a1 G;  v = b2 v + a2 G^2;  u = c1 m / (sqrt(c2 v + root) + epsilon) + decay p
// a1 = 1 - b1, a2 = 1 - b2, c1 = 1 / (1 - b1^t), c2 = 1 / (1 - b2^t).
import { add, div, load, mul, splat, sqrt, store } from "../lanes";

export function lamb(
  p: usize, g: usize, m: usize, v: usize, u: usize, n: usize,
  b1: f32, a1: f32, b2: f32, a2: f32, c1: f32, c2: f32, root: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), C1 = splat(c1), C2 = splat(c2), ROOT = splat(root);
  const EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    store(m + i, M);
    store(v + i, V);
    store(u + i, add(div(mul(C1, M), add(sqrt(add(mul(C2, V), ROOT)), EPSILON)), mul(DECAY, P)));
  } while ((i += 16) < n << 2);
}
