// Adan (Xie et al. 2022): G = scale g, D = G - before
//   m = b1 m + a1 G;  v = b2 v + a2 D;  s = b3 s + a3 (G + weight D)^2;  before = G
//   p -= shrink p + (near m + far v) / (sqrt(k s + root) + epsilon)
// near = rate / (1 - b1^t), far = rate weight / (1 - b2^t), k = 1 / (1 - b3^t). In the first step a2 and weight are 0, as D would be.
// shrink = learning rate x weight decay; the proximal form divides shrink and rate by 1 + learning rate x weight decay.
import { add, div, load, mul, splat, sqrt, store, sub } from "../lanes";

export function adan(
  p: usize, g: usize, m: usize, v: usize, s: usize, before: usize, n: usize,
  near: f32, far: f32, b1: f32, a1: f32, b2: f32, a2: f32, b3: f32, a3: f32, weight: f32, k: f32, root: f32, epsilon: f32, shrink: f32,
  scale: f32,
): void {
  const NEAR = splat(near), FAR = splat(far), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), B3 = splat(b3);
  const A3 = splat(a3), WEIGHT = splat(weight), K = splat(k), ROOT = splat(root), EPSILON = splat(epsilon), SHRINK = splat(shrink);
  const SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i), G = mul(SCALE, load(g + i));
    const D = sub(G, load(before + i)), E = add(G, mul(WEIGHT, D));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const V = add(mul(B2, load(v + i)), mul(A2, D));
    const S = add(mul(B3, load(s + i)), mul(A3, mul(E, E)));
    store(m + i, M);
    store(v + i, V);
    store(s + i, S);
    store(before + i, G);
    store(p + i, sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(FAR, V)), add(sqrt(add(mul(K, S), ROOT)), EPSILON)))));
  } while ((i += 16) < n << 2);
}
