// Adamax (Kingma and Ba 2015, section 7.1): G = scale g + decay p
//   m = b1 m + a1 G;  u = max(b2 u, |G| + epsilon);  p -= shrink p + rate m / u
// The state holds w = u - epsilon, so that zeros stay zeros: w = max(b2 w - slack, |G|) with slack = (1 - b2) epsilon.
// rate = learning rate / (1 - b1^t); shrink = learning rate x weight decay, or 0 where the decay is in G.
import { abs, add, div, load, mul, pmax, store, sub } from "../lanes";

export function adamax(
  p: usize, g: usize, m: usize, w: usize,
  RATE: v128, B1: v128, A1: v128, B2: v128, SLACK: v128, EPSILON: v128, DECAY: v128, SHRINK: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const W = pmax(abs(G), sub(mul(B2, load(w)), SLACK));
  store(m, M);
  store(w, W);
  store(p, sub(P, add(mul(SHRINK, P), div(mul(RATE, M), add(W, EPSILON)))));
}
