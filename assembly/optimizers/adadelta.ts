// Adadelta (Zeiler 2012): G = scale g + decay p
//   v = rho v + (1 - rho) G^2;  D = sqrt(u + epsilon) / sqrt(v + epsilon) G;  u = rho u + (1 - rho) D^2;  p -= rate D
import { add, div, load, mul, splat, sqrt, store, sub } from "../lanes";

export function adadelta(
  p: usize, g: usize, v: usize, u: usize, n: usize, rate: f32, rho: f32, fresh: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), RHO = splat(rho), FRESH = splat(fresh), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), U = load(u + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(mul(RHO, load(v + i)), mul(FRESH, mul(G, G)));
    const D = mul(div(sqrt(add(U, EPSILON)), sqrt(add(V, EPSILON))), G);
    store(v + i, V);
    store(u + i, add(mul(RHO, U), mul(FRESH, mul(D, D))));
    store(p + i, sub(P, mul(RATE, D)));
  } while ((i += 16) < n << 2);
}
