// Adafactor (Shazeer and Stern 2018), the step before it is scaled, for what is no matrix (optimizers/adafactor.ts): G = scale g
//   v = b2 v + a2 G^2;  u = G / sqrt(max(v, floor))
import { add, div, load, mul, pmax, sqrt, store } from "../lanes";

export function adafactor(g: usize, v: usize, u: usize, B2: v128, A2: v128, FLOOR: v128, SCALE: v128): void {
  const G = mul(SCALE, load(g));
  const V = add(mul(B2, load(v)), mul(A2, mul(G, G)));
  store(v, V);
  store(u, div(G, sqrt(pmax(V, FLOOR))));
}
