// AdaBelief (Zhuang et al. 2020): G = scale g
//   m = b1 m + a1 G;  s = b2 s + a2 (G - m)^2;  p -= shrink p + (near m + look G) / (sqrt(k s + root) + epsilon)
// Optax adds epsilonRoot to s in every step; summed up and corrected, that is the constant root = epsilonRoot / (1 - b2).
// k = 1 / (1 - b2^t), shrink = learning rate x weight decay, look is 0 without Nesterov's momentum.
import { add, div, load, mul, sqrt, store, sub } from "../lanes";

export function adabelief(
  p: usize, g: usize, m: usize, s: usize,
  NEAR: v128, LOOK: v128, B1: v128, A1: v128, B2: v128, A2: v128, K: v128, ROOT: v128, EPSILON: v128, SHRINK: v128, SCALE: v128,
): void {
  const P = load(p), G = mul(SCALE, load(g));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const D = sub(G, M);
  const S = add(mul(B2, load(s)), mul(A2, mul(D, D)));
  store(m, M);
  store(s, S);
  store(p, sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(LOOK, G)), add(sqrt(add(mul(K, S), ROOT)), EPSILON)))));
}
