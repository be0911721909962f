// Grams (Cao et al. 2024): the size of Adam's step in the direction of the gradient, G = scale g
//   m = b1 m + a1 G;  v = b2 v + a2 G^2;  p -= shrink p + |rate m / (sqrt(v) c2 + epsilon)| sign(G)
// a1 = 1 - b1, a2 = 1 - b2, rate = learning rate / (1 - b1^t), c2 = 1 / sqrt(1 - b2^t), shrink = learning rate x weight decay.
import { abs, add, div, load, mul, sign, sqrt, store, sub } from "../lanes";

export function grams(
  p: usize, g: usize, m: usize, v: usize,
  RATE: v128, B1: v128, A1: v128, B2: v128, A2: v128, C2: v128, EPSILON: v128, SHRINK: v128, SCALE: v128,
): void {
  const P = load(p), G = mul(SCALE, load(g));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  store(m, M);
  store(v, V);
  const SIZE = abs(div(mul(RATE, M), add(mul(sqrt(V), C2), EPSILON)));
  store(p, sub(P, add(mul(SHRINK, P), mul(SIZE, sign(G)))));
}
