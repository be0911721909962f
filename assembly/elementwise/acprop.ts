// ACProp (Zhuang et al. 2021): AdaBelief's squares, of the update before, under the gradient itself: G = scale g
//   p -= shrink p + rate G / (sqrt(k s + root) + epsilon);  s = b2 s + a2 (G - m)^2;  m = b1 m + a1 G    with the old s and m on the right
// k = 1 / (1 - b2^(t - 1)) and root = epsilonRoot / (1 - b2) as in adabelief.ts; in the first update k = 0 and root = 1.
import { add, div, load, mul, sqrt, store, sub } from "../lanes";

export function acprop(
  p: usize, g: usize, m: usize, s: usize,
  RATE: v128, B1: v128, A1: v128, B2: v128, A2: v128, K: v128, ROOT: v128, EPSILON: v128, SHRINK: v128, SCALE: v128,
): void {
  const P = load(p), G = mul(SCALE, load(g)), M = load(m), S = load(s);
  const D = sub(G, M);
  store(p, sub(P, add(mul(SHRINK, P), div(mul(RATE, G), add(sqrt(add(mul(K, S), ROOT)), EPSILON)))));
  store(s, add(mul(B2, S), mul(A2, mul(D, D))));
  store(m, add(mul(B1, M), mul(A1, G)));
}
