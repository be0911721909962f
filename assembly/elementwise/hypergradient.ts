// Steps that are kept in u, at rate 1, for the inner product with the next gradient (Baydin et al. 2018). G = scale g + decay p:
//   sgdHypergradient   b = momentum b + G;  u = G + momentum b          (Nesterov's; without it u is b, and sgdMomentum serves)
//   adamHypergradient  m = b1 m + a1 G;  v = b2 v + a2 G^2;  u = c1 m / (sqrt(v) c2 + epsilon)
// then p -= rate u.
import { add, div, load, mul, sqrt, store, sub } from "../lanes";

/** @vectors 2 */
export function sgdHypergradient(p: usize, g: usize, b: usize, u: usize, RATE: v128, MOMENTUM: v128, DECAY: v128, SCALE: v128): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const B = add(mul(MOMENTUM, load(b)), G);
  const U = add(G, mul(MOMENTUM, B));
  store(b, B);
  store(u, U);
  store(p, sub(P, mul(RATE, U)));
}

export function adamHypergradient(
  p: usize, g: usize, m: usize, v: usize, u: usize,
  RATE: v128, B1: v128, A1: v128, B2: v128, A2: v128, C1: v128, C2: v128, EPSILON: v128, DECAY: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  const U = div(mul(C1, M), add(mul(sqrt(V), C2), EPSILON));
  store(m, M);
  store(v, V);
  store(u, U);
  store(p, sub(P, mul(RATE, U)));
}
