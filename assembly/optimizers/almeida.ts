// A rate of its own for every parameter, which grows while its gradients agree (Almeida et al. 1998), with G = scale g + decay p and h the
// gradient before:
//   v = b v + a G^2;  r = r max(lowest, 1 + meta G h / (v + epsilon));  p -= rate r G;  h = G
import { add, div, load, mul, pmax, splat, store, sub } from "../lanes";

export function almeida(
  p: usize, g: usize, h: usize, v: usize, r: usize, n: usize,
  rate: f32, meta: f32, b: f32, a: f32, lowest: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), META = splat(meta), B = splat(b), A = splat(a), LOWEST = splat(lowest), EPSILON = splat(epsilon);
  const DECAY = splat(decay), SCALE = splat(scale), ONE = splat(1);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(mul(B, load(v + i)), mul(A, mul(G, G)));
    const R = mul(load(r + i), pmax(add(ONE, div(mul(META, mul(G, load(h + i))), add(V, EPSILON))), LOWEST));
    store(h + i, G);
    store(v + i, V);
    store(r + i, R);
    store(p + i, sub(P, mul(mul(RATE, R), G)));
  } while ((i += 16) < n << 2);
}
