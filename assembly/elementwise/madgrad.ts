// MADGRAD (Defazio and Jelassi 2021): G = scale g + decay p
//   v += weight G^2;  s += weight G;  p = fresh (start - s / (cbrt(v) + epsilon)) + momentum (p - shrink p)
// weight = (learning rate + epsilon) sqrt(t), fresh = 1 - momentum, shrink = learning rate x weight decay where that is decoupled.
import { add, div, load, mul, store, sub } from "../lanes";
import { cbrt } from "../math";

export function madgrad(
  p: usize, g: usize, start: usize, v: usize, s: usize,
  WEIGHT: v128, MOMENTUM: v128, FRESH: v128, EPSILON: v128, DECAY: v128, SHRINK: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const V = add(load(v), mul(WEIGHT, mul(G, G)));
  const S = add(load(s), mul(WEIGHT, G));
  const Z = sub(load(start), div(S, add(cbrt(V), EPSILON)));
  store(v, V);
  store(s, S);
  store(p, add(mul(FRESH, Z), mul(MOMENTUM, sub(P, mul(SHRINK, P)))));
}
