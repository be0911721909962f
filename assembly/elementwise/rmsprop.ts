// RMSprop (Hinton 2012): G = scale g + decay p;  v = rho v + (1 - rho) G^2;  D = G / (sqrt(v) + epsilon)
//   centered: a = rho a + (1 - rho) G and sqrt(max(v - a^2, 0)) in place of sqrt(v): rounding may take v - a^2 below zero,
//   where PyTorch gives NaN
//   without momentum p -= rate D;  with momentum b = momentum b + D;  p -= rate b
// rmspropVariant has what Optax and Keras do otherwise: D = G / (sqrt(max(k v - center a^2, 0) + root) + epsilon);
//   b = momentum b + inside D;  p -= near b + look D
//   k = 1 / (1 - rho^t) corrects the bias; center is k^2 or 0; epsilon is inside the root (root) or outside; inside is the rate and near 1,
//   or the other way round; with Nesterov's momentum look is the rate and near has the factor momentum.
import { add, div, load, mul, pmax, splat, sqrt, store, sub } from "../lanes";

export function rmsprop(p: usize, g: usize, v: usize, RATE: v128, RHO: v128, FRESH: v128, EPSILON: v128, DECAY: v128, SCALE: v128): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const V = add(mul(RHO, load(v)), mul(FRESH, mul(G, G)));
  store(v, V);
  store(p, sub(P, mul(RATE, div(G, add(sqrt(V), EPSILON)))));
}

export function rmspropMomentum(
  p: usize, g: usize, v: usize, b: usize,
  RATE: v128, RHO: v128, FRESH: v128, EPSILON: v128, MOMENTUM: v128, DECAY: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const V = add(mul(RHO, load(v)), mul(FRESH, mul(G, G)));
  const B = add(mul(MOMENTUM, load(b)), div(G, add(sqrt(V), EPSILON)));
  store(v, V);
  store(b, B);
  store(p, sub(P, mul(RATE, B)));
}

export function rmspropCentered(
  p: usize, g: usize, v: usize, a: usize,
  RATE: v128, RHO: v128, FRESH: v128, EPSILON: v128, DECAY: v128, SCALE: v128,
): void {
  const ZERO = splat(0);
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const V = add(mul(RHO, load(v)), mul(FRESH, mul(G, G)));
  const A = add(mul(RHO, load(a)), mul(FRESH, G));
  store(v, V);
  store(a, A);
  store(p, sub(P, mul(RATE, div(G, add(sqrt(pmax(sub(V, mul(A, A)), ZERO)), EPSILON)))));
}

export function rmspropCenteredMomentum(
  p: usize, g: usize, v: usize, a: usize, b: usize,
  RATE: v128, RHO: v128, FRESH: v128, EPSILON: v128, MOMENTUM: v128, DECAY: v128, SCALE: v128,
): void {
  const ZERO = splat(0);
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const V = add(mul(RHO, load(v)), mul(FRESH, mul(G, G)));
  const A = add(mul(RHO, load(a)), mul(FRESH, G));
  const B = add(mul(MOMENTUM, load(b)), div(G, add(sqrt(pmax(sub(V, mul(A, A)), ZERO)), EPSILON)));
  store(v, V);
  store(a, A);
  store(b, B);
  store(p, sub(P, mul(RATE, B)));
}

export function rmspropVariant(
  p: usize, g: usize, v: usize, a: usize, b: usize,
  NEAR: v128, LOOK: v128, RHO: v128, FRESH: v128, K: v128, CENTER: v128, ROOT: v128, EPSILON: v128, MOMENTUM: v128, INSIDE: v128,
  DECAY: v128, SCALE: v128,
): void {
  const ZERO = splat(0);
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const V = add(mul(RHO, load(v)), mul(FRESH, mul(G, G)));
  const A = add(mul(RHO, load(a)), mul(FRESH, G));
  const S = pmax(sub(mul(K, V), mul(CENTER, mul(A, A))), ZERO);
  const D = div(G, add(sqrt(add(S, ROOT)), EPSILON));
  const B = add(mul(MOMENTUM, load(b)), mul(INSIDE, D));
  store(v, V);
  store(a, A);
  store(b, B);
  store(p, sub(P, add(mul(NEAR, B), mul(LOOK, D))));
}
