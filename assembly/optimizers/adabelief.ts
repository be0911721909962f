// AdaBelief (Zhuang et al. 2020): G = scale g
//   m = b1 m + a1 G;  s = b2 s + a2 (G - m)^2;  p -= shrink p + (near m + look G) / (sqrt(k s + root) + epsilon)
// Optax adds epsilonRoot to s in every step; summed up and corrected, that is the constant root = epsilonRoot / (1 - b2).
// k = 1 / (1 - b2^t), shrink = learning rate x weight decay, look is 0 without Nesterov's momentum.
import { add, div, load, mul, splat, sqrt, store, sub } from "../lanes";

export function adabelief(
  p: usize, g: usize, m: usize, s: usize, n: usize,
  near: f32, look: f32, b1: f32, a1: f32, b2: f32, a2: f32, k: f32, root: f32, epsilon: f32, shrink: f32, scale: f32,
): void {
  const NEAR = splat(near), LOOK = splat(look), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), K = splat(k);
  const ROOT = splat(root), EPSILON = splat(epsilon), SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const D = sub(G, M);
    const S = add(mul(B2, load(s + i)), mul(A2, mul(D, D)));
    store(m + i, M);
    store(s + i, S);
    store(p + i, sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(LOOK, G)), add(sqrt(add(mul(K, S), ROOT)), EPSILON)))));
  } while ((i += 16) < n << 2);
}
