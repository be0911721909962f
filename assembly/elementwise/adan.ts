// Adan (Xie et al. 2022): G = scale g, D = G - before
//   m = b1 m + a1 G;  v = b2 v + a2 D;  s = b3 s + a3 (G + weight D)^2;  before = G
//   p -= shrink p + (near m + far v) / (sqrt(k s + root) + epsilon)
// near = rate / (1 - b1^t), far = rate weight / (1 - b2^t), k = 1 / (1 - b3^t). In the first step a2 and weight are 0, as D would be.
// shrink = learning rate x weight decay; the proximal form divides shrink and rate by 1 + learning rate x weight decay.
import { add, div, load, mul, sqrt, store, sub } from "../lanes";

export function adan(
  p: usize, g: usize, m: usize, v: usize, s: usize, before: usize,
  NEAR: v128, FAR: v128, B1: v128, A1: v128, B2: v128, A2: v128, B3: v128, A3: v128, WEIGHT: v128, K: v128, ROOT: v128, EPSILON: v128,
  SHRINK: v128, SCALE: v128,
): void {
  const P = load(p), G = mul(SCALE, load(g));
  const D = sub(G, load(before)), E = add(G, mul(WEIGHT, D));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const V = add(mul(B2, load(v)), mul(A2, D));
  const S = add(mul(B3, load(s)), mul(A3, mul(E, E)));
  store(m, M);
  store(v, V);
  store(s, S);
  store(before, G);
  store(p, sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(FAR, V)), add(sqrt(add(mul(K, S), ROOT)), EPSILON)))));
}
