// LaProp (Ziyin et al. 2020): G = scale g
//   v = b2 v + a2 G^2;  m = b1 m + fresh G / (sqrt(k v) + epsilon);  p -= shrink p + rate m
// fresh = (1 - b1) learning rate, k = 1 / (1 - b2^t), rate corrects m's bias; shrink = learning rate x weight decay.
import { add, div, load, mul, sqrt, store, sub } from "../lanes";

export function laprop(
  p: usize, g: usize, m: usize, v: usize,
  RATE: v128, B1: v128, FRESH: v128, B2: v128, A2: v128, K: v128, EPSILON: v128, SHRINK: v128, SCALE: v128,
): void {
  const P = load(p), G = mul(SCALE, load(g));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  const M = add(mul(B1, load(m)), div(mul(FRESH, G), add(sqrt(mul(K, V)), EPSILON)));
  store(m, M);
  store(v, V);
  store(p, sub(P, add(mul(SHRINK, P), mul(RATE, M))));
}
