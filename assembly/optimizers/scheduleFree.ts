// Schedule-free SGD and AdamW (Defazio et al. 2024). p is y, where gradients are taken; x, the average, is not stored. G = scale g:
//   scheduleFreeSgd    U = G + decay p
//   scheduleFreeAdamw  v = b2 v + a2 G^2;  U = G / (sqrt(v) c2 + epsilon) + decay p
// then p = keep p + fresh z + look U with the old z, and z = z - rate U.
import { add, div, load, mul, splat, sqrt, store, sub } from "../lanes";

export function scheduleFreeSgd(
  p: usize, g: usize, z: usize, n: usize, rate: f32, keep: f32, fresh: f32, look: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), KEEP = splat(keep), FRESH = splat(fresh), LOOK = splat(look), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), Z = load(z + i);
    const U = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    store(z + i, sub(Z, mul(RATE, U)));
    store(p + i, add(add(mul(KEEP, P), mul(FRESH, Z)), mul(LOOK, U)));
  } while ((i += 16) < n << 2);
}

export function scheduleFreeAdamw(
  p: usize, g: usize, z: usize, v: usize, n: usize,
  rate: f32, keep: f32, fresh: f32, look: f32, b2: f32, a2: f32, c2: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), KEEP = splat(keep), FRESH = splat(fresh), LOOK = splat(look), DECAY = splat(decay), SCALE = splat(scale);
  const B2 = splat(b2), A2 = splat(a2), C2 = splat(c2), EPSILON = splat(epsilon);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), Z = load(z + i);
    const G = mul(SCALE, load(g + i));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    const U = add(div(G, add(mul(sqrt(V), C2), EPSILON)), mul(DECAY, P));
    store(v + i, V);
    store(z + i, sub(Z, mul(RATE, U)));
    store(p + i, add(add(mul(KEEP, P), mul(FRESH, Z)), mul(LOOK, U)));
  } while ((i += 16) < n << 2);
}
