// A rate of its own for every parameter, which grows while its gradients agree (Almeida et al. 1998), with G = scale g + decay p and h the
// gradient before:
//   v = b v + a G^2;  r = r max(lowest, 1 + meta G h / (v + epsilon));  p -= rate r G;  h = G
import { add, div, load, mul, pmax, splat, store, sub } from "../lanes";

export function almeida(
  p: usize, g: usize, h: usize, v: usize, r: usize,
  RATE: v128, META: v128, B: v128, A: v128, LOWEST: v128, EPSILON: v128, DECAY: v128, SCALE: v128,
): void {
  const ONE = splat(1);
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const V = add(mul(B, load(v)), mul(A, mul(G, G)));
  const R = mul(load(r), pmax(add(ONE, div(mul(META, mul(G, load(h))), add(V, EPSILON))), LOWEST));
  store(h, G);
  store(v, V);
  store(r, R);
  store(p, sub(P, mul(mul(RATE, R), G)));
}
