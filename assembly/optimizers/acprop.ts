// ACProp (Zhuang et al. 2021): AdaBelief's squares, of the update before, under the gradient itself: G = scale g
//   p -= shrink p + rate G / (sqrt(k s + root) + epsilon);  s = b2 s + a2 (G - m)^2;  m = b1 m + a1 G    with the old s and m on the right
// k = 1 / (1 - b2^(t - 1)) and root = epsilonRoot / (1 - b2) as in adabelief.ts; in the first update k = 0 and root = 1.
import { add, div, load, mul, splat, sqrt, store, sub } from "../lanes";

export function acprop(
  p: usize, g: usize, m: usize, s: usize, n: usize,
  rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, k: f32, root: f32, epsilon: f32, shrink: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), K = splat(k);
  const ROOT = splat(root), EPSILON = splat(epsilon), SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i)), M = load(m + i), S = load(s + i);
    const D = sub(G, M);
    store(p + i, sub(P, add(mul(SHRINK, P), div(mul(RATE, G), add(sqrt(add(mul(K, S), ROOT)), EPSILON)))));
    store(s + i, add(mul(B2, S), mul(A2, mul(D, D))));
    store(m + i, add(mul(B1, M), mul(A1, G)));
  } while ((i += 16) < n << 2);
}
