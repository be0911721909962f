// ADOPT (Taniguchi et al. 2024): G = scale g + decay p
//   C = G / max(sqrt(v), epsilon) with the old v, clamped to [-limit, limit];  m = b1 m + a1 C;  v = b2 v + a2 G^2
//   p -= shrink p + near m + look C
// The first step only sets v = G^2: with b2 = 0, a2 = 1 and the other scalars 0.
import { add, clamp, div, load, mul, neg, pmax, sqrt, store, sub } from "../lanes";

export function adopt(
  p: usize, g: usize, m: usize, v: usize,
  NEAR: v128, LOOK: v128, B1: v128, A1: v128, B2: v128, A2: v128, LIMIT: v128, EPSILON: v128, DECAY: v128, SHRINK: v128, SCALE: v128,
): void {
  const LOW = neg(LIMIT);
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const V = load(v);
  const C = clamp(div(G, pmax(sqrt(V), EPSILON)), LOW, LIMIT);
  const M = add(mul(B1, load(m)), mul(A1, C));
  store(m, M);
  store(v, add(mul(B2, V), mul(A2, mul(G, G))));
  store(p, sub(P, add(mul(SHRINK, P), add(mul(NEAR, M), mul(LOOK, C)))));
}
