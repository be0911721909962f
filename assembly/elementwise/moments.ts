// What the relatives of Adam have in common, with every term that one of them needs: G = scale g + decay p
//   m = b1 m + a1 G;  v = b2 v + a2 G^2;  p -= shrink p + (near m + look G) / (sqrt(k v + root) + epsilon)
// NAdam and Adam with Nesterov's momentum look ahead with `look`; RAdam switches the root off with k = 0 and root = 1; simplified AdEMAMix
// has a1 = 1; root is epsilonRoot. Decay is either coupled (decay) or decoupled (shrink = learning rate x weight decay).
// momentsLargest divides by h = max(h, fresh v) in place of v, for AMSGrad: k = 1 / (1 - b2^t) and fresh = 1, or the other way round where h is
// the largest corrected v.
import { add, div, load, mul, pmax, sqrt, store, sub } from "../lanes";

export function moments(
  p: usize, g: usize, m: usize, v: usize,
  NEAR: v128, LOOK: v128, B1: v128, A1: v128, B2: v128, A2: v128, K: v128, ROOT: v128, EPSILON: v128, DECAY: v128, SHRINK: v128,
  SCALE: v128,
): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  store(m, M);
  store(v, V);
  store(p, sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(LOOK, G)), add(sqrt(add(mul(K, V), ROOT)), EPSILON)))));
}

export function momentsLargest(
  p: usize, g: usize, m: usize, v: usize, h: usize,
  NEAR: v128, LOOK: v128, B1: v128, A1: v128, B2: v128, A2: v128, FRESH: v128, K: v128, ROOT: v128, EPSILON: v128, DECAY: v128,
  SHRINK: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const M = add(mul(B1, load(m)), mul(A1, G));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  const H = pmax(load(h), mul(FRESH, V));
  store(m, M);
  store(v, V);
  store(h, H);
  store(p, sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(LOOK, G)), add(sqrt(add(mul(K, H), ROOT)), EPSILON)))));
}
