// RMSprop (Hinton 2012): G = scale g + decay p;  v = alpha v + (1 - alpha) G^2;  D = G / (sqrt(v) + epsilon)
//   centered: a = alpha a + (1 - alpha) G and sqrt(max(v - a^2, 0)) in place of sqrt(v): rounding may take v - a^2 below zero,
//   where PyTorch gives NaN
//   without momentum p -= rate D;  with momentum b = momentum b + D;  p -= rate b
import { add, div, load, mul, pmax, splat, sqrt, store, sub } from "../lanes";

export function rmsprop(
  p: usize, g: usize, v: usize, n: usize, rate: f32, alpha: f32, fresh: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), ALPHA = splat(alpha), FRESH = splat(fresh), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(mul(ALPHA, load(v + i)), mul(FRESH, mul(G, G)));
    store(v + i, V);
    store(p + i, sub(P, mul(RATE, div(G, add(sqrt(V), EPSILON)))));
  } while ((i += 16) < n << 2);
}

export function rmspropMomentum(
  p: usize, g: usize, v: usize, b: usize, n: usize,
  rate: f32, alpha: f32, fresh: f32, epsilon: f32, momentum: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), ALPHA = splat(alpha), FRESH = splat(fresh), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  const MOMENTUM = splat(momentum);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(mul(ALPHA, load(v + i)), mul(FRESH, mul(G, G)));
    const B = add(mul(MOMENTUM, load(b + i)), div(G, add(sqrt(V), EPSILON)));
    store(v + i, V);
    store(b + i, B);
    store(p + i, sub(P, mul(RATE, B)));
  } while ((i += 16) < n << 2);
}

export function rmspropCentered(
  p: usize, g: usize, v: usize, a: usize, n: usize, rate: f32, alpha: f32, fresh: f32, epsilon: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), ALPHA = splat(alpha), FRESH = splat(fresh), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  const ZERO = splat(0);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(mul(ALPHA, load(v + i)), mul(FRESH, mul(G, G)));
    const A = add(mul(ALPHA, load(a + i)), mul(FRESH, G));
    store(v + i, V);
    store(a + i, A);
    store(p + i, sub(P, mul(RATE, div(G, add(sqrt(pmax(sub(V, mul(A, A)), ZERO)), EPSILON)))));
  } while ((i += 16) < n << 2);
}

export function rmspropCenteredMomentum(
  p: usize, g: usize, v: usize, a: usize, b: usize, n: usize,
  rate: f32, alpha: f32, fresh: f32, epsilon: f32, momentum: f32, decay: f32, scale: f32,
): void {
  const RATE = splat(rate), ALPHA = splat(alpha), FRESH = splat(fresh), EPSILON = splat(epsilon), DECAY = splat(decay), SCALE = splat(scale);
  const MOMENTUM = splat(momentum), ZERO = splat(0);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const V = add(mul(ALPHA, load(v + i)), mul(FRESH, mul(G, G)));
    const A = add(mul(ALPHA, load(a + i)), mul(FRESH, G));
    const B = add(mul(MOMENTUM, load(b + i)), div(G, add(sqrt(pmax(sub(V, mul(A, A)), ZERO)), EPSILON)));
    store(v + i, V);
    store(a + i, A);
    store(b + i, B);
    store(p + i, sub(P, mul(RATE, B)));
  } while ((i += 16) < n << 2);
}
