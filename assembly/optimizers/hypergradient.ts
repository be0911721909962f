// Steps that are kept in u, at rate 1, for the inner product with the next gradient (Baydin et al. 2018). G = scale g + decay p:
//   sgdHypergradient   b = momentum b + G;  u = G + momentum b          (Nesterov's; without it u is b, and sgdMomentum serves)
//   adamHypergradient  m = b1 m + a1 G;  v = b2 v + a2 G^2;  u = c1 m / (sqrt(v) c2 + epsilon)
// then p -= rate u.
import { add, div, load, mul, splat, sqrt, store, sub } from "../lanes";

@inline
function sgdHypergradientVector(p: usize, g: usize, b: usize, u: usize, RATE: v128, MOMENTUM: v128, DECAY: v128, SCALE: v128): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const B = add(mul(MOMENTUM, load(b)), G);
  const U = add(G, mul(MOMENTUM, B));
  store(b, B);
  store(u, U);
  store(p, sub(P, mul(RATE, U)));
}

export function sgdHypergradient(
  p: usize, g: usize, b: usize, u: usize, n: usize, rate: f32, momentum: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), MOMENTUM = splat(momentum), DECAY = splat(decay), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    sgdHypergradientVector(p + i, g + i, b + i, u + i, RATE, MOMENTUM, DECAY, SCALE);
    sgdHypergradientVector(p + i + 16, g + i + 16, b + i + 16, u + i + 16, RATE, MOMENTUM, DECAY, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) sgdHypergradientVector(p + i, g + i, b + i, u + i, RATE, MOMENTUM, DECAY, SCALE);
}

export function adamHypergradient(
  p: usize, g: usize, m: usize, v: usize, u: usize, n: usize,
  rate: f32, b1: f32, a1: f32, b2: f32, a2: f32, c1: f32, c2: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), A2 = splat(a2), C1 = splat(c1), C2 = splat(c2);
  const EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const M = add(mul(B1, load(m + i)), mul(A1, G));
    const V = add(mul(B2, load(v + i)), mul(A2, mul(G, G)));
    const U = div(mul(C1, M), add(mul(sqrt(V), C2), EPSILON));
    store(m + i, M);
    store(v + i, V);
    store(u + i, U);
    store(p + i, sub(P, mul(RATE, U)));
  } while ((i += 16) < n << 2);
}
