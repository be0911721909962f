// LaProp (Ziyin et al. 2020): G = scale g
//   v = b2 v + a2 G^2;  m = b1 m + fresh G / (sqrt(k v) + epsilon);  p -= shrink p + rate m
// fresh = (1 - b1) learning rate, k = 1 / (1 - b2^t), rate corrects m's bias; shrink = learning rate x weight decay.
import { add, div, load, mul, splat, sqrt, store, sub } from "../lanes";

export function laprop(
  p: usize, g: usize, m: usize, v: usize, n: usize,
  rate: f32, b1: f32, fresh: f32, b2: f32, a2: f32, k: f32, epsilon: f32, shrink: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), FRESH = splat(fresh), B2 = splat(b2), A2 = splat(a2), K = splat(k), EPSILON = splat(epsilon);
  const SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    const M = add(mul(B1, load(m + i)), div(mul(FRESH, G), add(sqrt(mul(K, V)), EPSILON)));
    store(m + i, M);
    store(v + i, V);
    store(p + i, sub(P, add(mul(SHRINK, P), mul(RATE, M))));
  } while ((i += 16) < n << 2);
}
