// Yogi (Zaheer et al. 2018): G = scale g
//   m = b1 m + a1 G;  v -= a2 sign(v - G^2) G^2;  p -= shrink p + rate m / (sqrt(k v + root) + epsilon)
// rate = learning rate / (1 - b1^t), k = 1 / (1 - b2^t), shrink = learning rate x weight decay.
import { add, div, eq, load, lt, mul, negateWhere, sqrt, store, sub, zeroWhere } from "../lanes";

export function yogi(
  p: usize, g: usize, m: usize, v: usize,
  RATE: v128, B1: v128, A1: v128, A2: v128, K: v128, ROOT: v128, EPSILON: v128, SHRINK: v128, SCALE: v128,
): void {
  const P = load(p), G = mul(SCALE, load(g));
  const Q = mul(G, G), OLD = load(v);
  const M = add(mul(B1, load(m)), mul(A1, G));
  const V = sub(OLD, mul(A2, zeroWhere(negateWhere(Q, lt(OLD, Q)), eq(OLD, Q))));
  store(m, M);
  store(v, V);
  store(p, sub(P, add(mul(SHRINK, P), div(mul(RATE, M), add(sqrt(add(mul(K, V), ROOT)), EPSILON)))));
}
