// AdEMAMix (Pagliardini et al. 2024): G = scale g
//   m = b1 m + a1 G;  l = b3 l + a3 G;  v = b2 v + a2 G^2;  p -= shrink p + (near m + far l) / (sqrt(k v + root) + epsilon)
// near = rate / (1 - b1^t), far = rate alpha, k = 1 / (1 - b2^t), shrink = learning rate x weight decay.
import { add, div, load, mul, splat, sqrt, store, sub } from "../lanes";

export function ademamix(
  p: usize, g: usize, m: usize, l: usize, v: usize, n: usize,
  near: f32, far: f32, b1: f32, a1: f32, b2: f32, a2: f32, b3: f32, a3: f32, k: f32, root: f32, epsilon: f32, shrink: f32, scale: f32,
): void {
  const NEAR = splat(near), FAR = splat(far), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), B3 = splat(b3);
  const A3 = splat(a3), K = splat(k), ROOT = splat(root), EPSILON = splat(epsilon), SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const L = add(mul(B3, load(l + i)), mul(A3, G));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    store(m + i, M);
    store(l + i, L);
    store(v + i, V);
    store(p + i, sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(FAR, L)), add(sqrt(add(mul(K, V), ROOT)), EPSILON)))));
  } while ((i += 16) < n << 2);
}
