// MADGRAD (Defazio and Jelassi 2021): G = scale g + decay p
//   v += weight G^2;  s += weight G;  p = fresh (start - s / (cbrt(v) + epsilon)) + momentum (p - shrink p)
// weight = (learning rate + epsilon) sqrt(t), fresh = 1 - momentum, shrink = learning rate x weight decay where that is decoupled.
import { add, div, load, mul, splat, store, sub } from "../lanes";
import { cbrt } from "../math";

export function madgrad(
  p: usize, g: usize, start: usize, v: usize, s: usize, n: usize,
  weight: f32, momentum: f32, fresh: f32, epsilon: f32, decay: f32, shrink: f32, scale: f32,
): void {
  const WEIGHT = splat(weight), MOMENTUM = splat(momentum), FRESH = splat(fresh), EPSILON = splat(epsilon), DECAY = splat(decay);
  const SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(load(v + i), mul(WEIGHT, mul(G, G)));
    const S = add(load(s + i), mul(WEIGHT, G));
    const Z = sub(load(start + i), div(S, add(cbrt(V), EPSILON)));
    store(v + i, V);
    store(s + i, S);
    store(p + i, add(mul(FRESH, Z), mul(MOMENTUM, sub(P, mul(SHRINK, P)))));
  } while ((i += 16) < n << 2);
}
