// Sophia (Liu et al. 2023): G = scale g
//   sophia         m = b1 m + a1 G;  u = k m / max(gamma h, epsilon), clamped to [-clip, clip];  p -= shrink p + rate u
//   sophiaSquares  h = b2 h + a2 G^2, where the gradient's own square estimates the Hessian's diagonal h
// k = 1 / (1 - b1^t), shrink = learning rate x weight decay.
import { add, clamp, div, load, mul, neg, pmax, store, sub } from "../lanes";

export function sophia(
  p: usize, g: usize, m: usize, h: usize,
  RATE: v128, B1: v128, A1: v128, K: v128, GAMMA: v128, EPSILON: v128, CLIP: v128, SHRINK: v128, SCALE: v128,
): void {
  const LOW = neg(CLIP);
  const P = load(p), G = mul(SCALE, load(g));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const U = div(mul(K, M), pmax(mul(GAMMA, load(h)), EPSILON));
  store(m, M);
  store(p, sub(P, add(mul(SHRINK, P), mul(RATE, clamp(U, LOW, CLIP)))));
}

/** @vectors 2 */
export function sophiaSquares(h: usize, g: usize, B2: v128, A2: v128, SCALE: v128): void {
  const G = mul(SCALE, load(g));
  store(h, add(mul(B2, load(h)), mul(A2, mul(G, G))));
}
