// What the relatives of Adam have in common, with every term that one of them needs: G = scale g + decay p
//   m = b1 m + a1 G;  v = b2 v + a2 G^2;  p -= shrink p + (near m + look G) / (sqrt(k v + root) + epsilon)
// NAdam and Adam with Nesterov's momentum look ahead with `look`; RAdam switches the root off with k = 0 and root = 1; simplified AdEMAMix
// has a1 = 1; root is epsilonRoot. Decay is either coupled (decay) or decoupled (shrink = learning rate x weight decay).
// momentsLargest divides by h = max(h, fresh v) in place of v, for AMSGrad: k = 1 / (1 - b2^t) and fresh = 1, or the other way round where h is
// the largest corrected v.
import { add, div, load, mul, pmax, splat, sqrt, store, sub } from "../lanes";

export function moments(
  p: usize, g: usize, m: usize, v: usize, n: usize,
  near: f32, look: f32, b1: f32, a1: f32, b2: f32, a2: f32, k: f32, root: f32, epsilon: f32, decay: f32, shrink: f32, scale: f32,
): void {
  const NEAR = splat(near), LOOK = splat(look), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), K = splat(k);
  const ROOT = splat(root), EPSILON = splat(epsilon), DECAY = splat(decay), SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    store(m + i, M);
    store(v + i, V);
    store(p + i, sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(LOOK, G)), add(sqrt(add(mul(K, V), ROOT)), EPSILON)))));
  } while ((i += 16) < n << 2);
}

export function momentsLargest(
  p: usize, g: usize, m: usize, v: usize, h: usize, n: usize,
  near: f32, look: f32, b1: f32, a1: f32, b2: f32, a2: f32, fresh: f32, k: f32, root: f32, epsilon: f32, decay: f32, shrink: f32,
  scale: f32,
): void {
  const NEAR = splat(near), LOOK = splat(look), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), FRESH = splat(fresh);
  const K = splat(k), ROOT = splat(root), EPSILON = splat(epsilon), DECAY = splat(decay), SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    const H = pmax(load(h + i), mul(FRESH, V));
    store(m + i, M);
    store(v + i, V);
    store(h + i, H);
    store(p + i, sub(P, add(mul(SHRINK, P), div(add(mul(NEAR, M), mul(LOOK, G)), add(sqrt(add(mul(K, H), ROOT)), EPSILON)))));
  } while ((i += 16) < n << 2);
}
