// Yogi (Zaheer et al. 2018): G = scale g
//   m = b1 m + a1 G;  v -= a2 sign(v - G^2) G^2;  p -= shrink p + rate m / (sqrt(k v + root) + epsilon)
// rate = learning rate / (1 - b1^t), k = 1 / (1 - b2^t), shrink = learning rate x weight decay.
import { add, and, andnot, div, eq, load, lt, mul, splat, sqrt, store, sub, xor } from "../lanes";

export function yogi(
  p: usize, g: usize, m: usize, v: usize, n: usize,
  rate: f32, b1: f32, a1: f32, a2: f32, k: f32, root: f32, epsilon: f32, shrink: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), A2 = splat(a2), K = splat(k), ROOT = splat(root), EPSILON = splat(epsilon);
  const SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    const Q = mul(G, G), OLD = load(v + i);
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const V = sub(OLD, mul(A2, andnot(xor(Q, and(lt(OLD, Q), splat(-0.0))), eq(OLD, Q))));
    store(m + i, M);
    store(v + i, V);
    store(p + i, sub(P, add(mul(SHRINK, P), div(mul(RATE, M), add(sqrt(add(mul(K, V), ROOT)), EPSILON)))));
  } while ((i += 16) < n << 2);
}
