// LAMB (You et al. 2020), the step before it is scaled by the trust ratio, G = scale g:
//   m = b1 m + a1 G;  v = b2 v + a2 G^2;  u = c1 m / (sqrt(c2 v + root) + epsilon) + decay p
// a1 = 1 - b1, a2 = 1 - b2, c1 = 1 / (1 - b1^t), c2 = 1 / (1 - b2^t).
import { add, div, load, mul, sqrt, store } from "../lanes";

export function lamb(
  p: usize, g: usize, m: usize, v: usize, u: usize,
  B1: v128, A1: v128, B2: v128, A2: v128, C1: v128, C2: v128, ROOT: v128, EPSILON: v128, DECAY: v128, SCALE: v128,
): void {
  const P = load(p), G = mul(SCALE, load(g));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  store(m, M);
  store(v, V);
  store(u, add(div(mul(C1, M), add(sqrt(add(mul(C2, V), ROOT)), EPSILON)), mul(DECAY, P)));
}
