// Adadelta (Zeiler 2012): G = scale g + decay p
//   v = rho v + (1 - rho) G^2;  D = sqrt(u + epsilon) / sqrt(v + epsilon) G;  u = rho u + (1 - rho) D^2;  p -= rate D
import { add, div, load, mul, sqrt, store, sub } from "../lanes";

export function adadelta(
  p: usize, g: usize, v: usize, u: usize,
  RATE: v128, RHO: v128, FRESH: v128, EPSILON: v128, DECAY: v128, SCALE: v128,
): void {
  const P = load(p), U = load(u);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const V = add(mul(RHO, load(v)), mul(FRESH, mul(G, G)));
  const D = mul(div(sqrt(add(U, EPSILON)), sqrt(add(V, EPSILON))), G);
  store(v, V);
  store(u, add(mul(RHO, U), mul(FRESH, mul(D, D))));
  store(p, sub(P, mul(RATE, D)));
}
