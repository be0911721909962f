// Schedule-free SGD and AdamW (Defazio et al. 2024). p is y, where gradients are taken; x, the average, is not stored. G = scale g:
//   scheduleFreeSgd    U = G + decay p
//   scheduleFreeAdamw  v = b2 v + a2 G^2;  U = G / (sqrt(v) c2 + epsilon) + decay p
// then p = keep p + fresh z + look U with the old z, and z = z - rate U.
import { add, div, load, mul, sqrt, store, sub } from "../lanes";

export function scheduleFreeSgd(
  p: usize, g: usize, z: usize,
  RATE: v128, KEEP: v128, FRESH: v128, LOOK: v128, DECAY: v128, SCALE: v128,
): void {
  const P = load(p), Z = load(z);
  const U = add(mul(SCALE, load(g)), mul(DECAY, P));
  store(z, sub(Z, mul(RATE, U)));
  store(p, add(add(mul(KEEP, P), mul(FRESH, Z)), mul(LOOK, U)));
}

export function scheduleFreeAdamw(
  p: usize, g: usize, z: usize, v: usize,
  RATE: v128, KEEP: v128, FRESH: v128, LOOK: v128, B2: v128, A2: v128, C2: v128, EPSILON: v128, DECAY: v128, SCALE: v128,
): void {
  const P = load(p), Z = load(z);
  const G = mul(SCALE, load(g));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  const U = add(div(G, add(mul(sqrt(V), C2), EPSILON)), mul(DECAY, P));
  store(v, V);
  store(z, sub(Z, mul(RATE, U)));
  store(p, add(add(mul(KEEP, P), mul(FRESH, Z)), mul(LOOK, U)));
}
