// RMSprop (Hinton 2012): G = scale g + decay p;  v = rho v + (1 - rho) G^2;  D = G / (sqrt(v) + epsilon)
//   centered: a = rho a + (1 - rho) G and sqrt(max(v - a^2, 0)) in place of sqrt(v): rounding may take v - a^2 below zero,
//   where PyTorch gives NaN
//   without momentum p -= rate D;  with momentum b = momentum b + D;  p -= rate b
// rmspropVariant has what Optax and Keras do otherwise: D = G / (sqrt(max(k v - center a^2, 0) + root) + epsilon);
//   b = momentum b + inside D;  p -= near b + look D
//   k = 1 / (1 - rho^t) corrects the bias; center is k^2 or 0; epsilon is inside the root (root) or outside; inside is the rate and near 1,
//   or the other way round; with Nesterov's momentum look is the rate and near has the factor momentum.
import { add, div, load, mul, pmax, splat, sqrt, store, sub } from "../lanes";

export function rmsprop(
  p: usize, g: usize, v: usize, n: usize, rate: f32, rho: f32, fresh: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), RHO = splat(rho), FRESH = splat(fresh), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(mul(RHO, load(v + i)), mul(FRESH, mul(G, G)));
    store(v + i, V);
    store(p + i, sub(P, mul(RATE, div(G, add(sqrt(V), EPSILON)))));
  } while ((i += 16) < n << 2);
}

export function rmspropMomentum(
  p: usize, g: usize, v: usize, b: usize, n: usize,
  rate: f32, rho: f32, fresh: f32, epsilon: f32, momentum: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), RHO = splat(rho), FRESH = splat(fresh), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  const MOMENTUM = splat(momentum);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(mul(RHO, load(v + i)), mul(FRESH, mul(G, G)));
    const B = add(mul(MOMENTUM, load(b + i)), div(G, add(sqrt(V), EPSILON)));
    store(v + i, V);
    store(b + i, B);
    store(p + i, sub(P, mul(RATE, B)));
  } while ((i += 16) < n << 2);
}

export function rmspropCentered(
  p: usize, g: usize, v: usize, a: usize, n: usize, rate: f32, rho: f32, fresh: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), RHO = splat(rho), FRESH = splat(fresh), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  const ZERO = splat(0);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(mul(RHO, load(v + i)), mul(FRESH, mul(G, G)));
    const A = add(mul(RHO, load(a + i)), mul(FRESH, G));
    store(v + i, V);
    store(a + i, A);
    store(p + i, sub(P, mul(RATE, div(G, add(sqrt(pmax(sub(V, mul(A, A)), ZERO)), EPSILON)))));
  } while ((i += 16) < n << 2);
}

export function rmspropCenteredMomentum(
  p: usize, g: usize, v: usize, a: usize, b: usize, n: usize,
  rate: f32, rho: f32, fresh: f32, epsilon: f32, momentum: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), RHO = splat(rho), FRESH = splat(fresh), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  const MOMENTUM = splat(momentum), ZERO = splat(0);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(mul(RHO, load(v + i)), mul(FRESH, mul(G, G)));
    const A = add(mul(RHO, load(a + i)), mul(FRESH, G));
    const B = add(mul(MOMENTUM, load(b + i)), div(G, add(sqrt(pmax(sub(V, mul(A, A)), ZERO)), EPSILON)));
    store(v + i, V);
    store(a + i, A);
    store(b + i, B);
    store(p + i, sub(P, mul(RATE, B)));
  } while ((i += 16) < n << 2);
}

export function rmspropVariant(
  p: usize, g: usize, v: usize, a: usize, b: usize, n: usize,
  near: f32, look: f32, rho: f32, fresh: f32, k: f32, center: f32, root: f32, epsilon: f32, momentum: f32, inside: f32, decay: f32,
  scale: f32,
): void {
  const NEAR = splat(near), LOOK = splat(look), RHO = splat(rho), FRESH = splat(fresh), K = splat(k), CENTER = splat(center);
  const ROOT = splat(root), EPSILON = splat(epsilon), MOMENTUM = splat(momentum), INSIDE = splat(inside), DECAY = splat(decay);
  const SCALE = splat(scale), ZERO = splat(0);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(mul(RHO, load(v + i)), mul(FRESH, mul(G, G)));
    const A = add(mul(RHO, load(a + i)), mul(FRESH, G));
    const S = pmax(sub(mul(K, V), mul(CENTER, mul(A, A))), ZERO);
    const D = div(G, add(sqrt(add(S, ROOT)), EPSILON));
    const B = add(mul(MOMENTUM, load(b + i)), mul(INSIDE, D));
    store(v + i, V);
    store(a + i, A);
    store(b + i, B);
    store(p + i, sub(P, add(mul(NEAR, B), mul(LOOK, D))));
  } while ((i += 16) < n << 2);
}
