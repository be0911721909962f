// AdEMAMix (Pagliardini et al. 2024): G = scale g
//   m = b1 m + a1 G;  l = b3 l + a3 G;  v = b2 v + a2 G^2;  p -= shrink p + (near m + far l) / (sqrt(k v + root) + epsilon)
// near = rate / (1 - b1^t), far = rate alpha, k = 1 / (1 - b2^t), shrink = learning rate x weight decay.
import { add, div, load, mul, sqrt, store, sub } from "../lanes";

export function ademamix(
  p: usize, g: usize, m: usize, l: usize, v: usize,
  NEAR: v128, FAR: v128, B1: v128, A1: v128, B2: v128, A2: v128, B3: v128, A3: v128, K: v128, ROOT: v128, EPSILON: v128, SHRINK: v128,
  SCALE: v128,
): void {
  const P = load(p), G = mul(SCALE, load(g));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const L = add(mul(B3, load(l)), mul(A3, G));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  store(m, M);
  store(l, L);
  store(v, V);
  store(p, sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(FAR, L)), add(sqrt(add(mul(K, V), ROOT)), EPSILON)))));
}
