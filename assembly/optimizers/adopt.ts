// ADOPT (Taniguchi et al. 2024): G = scale g + decay p
//   C = G / max(sqrt(v), epsilon) with the old v, clamped to [-limit, limit];  m = b1 m + a1 C;  v = b2 v + a2 G^2
//   p -= shrink p + near m + look C
// The first step only sets v = G^2: with b2 = 0, a2 = 1 and the other scalars 0.
import { add, clamp, div, load, mul, neg, pmax, splat, sqrt, store, sub } from "../lanes";

export function adopt(
  p: usize, g: usize, m: usize, v: usize, n: usize,
  near: f32, look: f32, b1: f32, a1: f32, b2: f32, a2: f32, limit: f32, epsilon: f32, decay: f32, shrink: f32, scale: f32,
): void {
  const NEAR = splat(near), LOOK = splat(look), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), LIMIT = splat(limit);
  const EPSILON = splat(epsilon), DECAY = splat(decay), SHRINK = splat(shrink), SCALE = splat(scale), LOW = neg(LIMIT);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = load(v + i);
    const C = clamp(div(G, pmax(sqrt(V), EPSILON)), LOW, LIMIT);
    const M = add(mul(B1, load(m + i)), mul(A1, C));
    store(m + i, M);
    store(v + i, add(mul(B2, V), mul(A2, mul(G, G))));
    store(p + i, sub(P, add(mul(SHRINK, P), add(mul(NEAR, M), mul(LOOK, C)))));
  } while ((i += 16) < n << 2);
}
