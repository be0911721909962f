// Adamax (Kingma and Ba 2015, section 7.1): G = scale g + decay p
//   m = b1 m + a1 G;  u = max(b2 u, |G| + epsilon);  p -= shrink p + rate m / u
// The state holds w = u - epsilon, so that zeros stay zeros: w = max(b2 w - slack, |G|) with slack = (1 - b2) epsilon.
// rate = learning rate / (1 - b1^t); shrink = learning rate x weight decay, or 0 where the decay is in G.
import { abs, add, div, load, mul, pmax, splat, store, sub } from "../lanes";

export function adamax(
  p: usize, g: usize, m: usize, w: usize, n: usize,
  rate: f32, b1: f32, a1: f32, b2: f32, slack: f32, epsilon: f32, decay: f32, shrink: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), SLACK = splat(slack), EPSILON = splat(epsilon);
  const DECAY = splat(decay), SHRINK = splat(shrink), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const W = pmax(abs(G), sub(mul(B2, load(w + i)), SLACK));
    store(m + i, M);
    store(w + i, W);
    store(p + i, sub(P, add(mul(SHRINK, P), div(mul(RATE, M), add(W, EPSILON)))));
  } while ((i += 16) < n << 2);
}
