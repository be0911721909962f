// Stochastic gradient descent with coupled weight decay: G = scale g + decay p
//   sgd          p -= rate G
//   sgdMomentum  b  = momentum b + gain G;  p -= rate b
//   sgdNesterov  b  = momentum b + gain G;  p -= near b + look G
// gain is 1 - dampening, and 1 with momentum 0 in the first step. The rate is outside b: near = rate momentum, look = rate; or inside: gain has the factor
// rate, and rate is 1, near = momentum.
import { add, load, mul, splat, store, sub } from "../lanes";

export function sgd(p: usize, g: usize, n: usize, rate: f32, decay: f32, scale: f32): void {
  const RATE = splat(rate), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    store(p + i, sub(P, mul(RATE, G)));
  } while ((i += 16) < n << 2);
}

export function sgdMomentum(p: usize, g: usize, b: usize, n: usize, rate: f32, momentum: f32, gain: f32, decay: f32, scale: f32): void {
  const RATE = splat(rate), MOMENTUM = splat(momentum), GAIN = splat(gain), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const B = add(mul(MOMENTUM, load(b + i)), mul(GAIN, G));
    store(b + i, B);
    store(p + i, sub(P, mul(RATE, B)));
  } while ((i += 16) < n << 2);
}

export function sgdNesterov(
  p: usize, g: usize, b: usize, n: usize, near: f32, look: f32, momentum: f32, gain: f32, decay: f32, scale: f32,
): void {
  const NEAR = splat(near), LOOK = splat(look), MOMENTUM = splat(momentum), GAIN = splat(gain), DECAY = splat(decay), SCALE = splat(scale);
  let i: usize = 0;
  if (n) do {
    const P = load(p + i);
    const G = add(mul(SCALE, load(g + i)), mul(DECAY, P));
    const B = add(mul(MOMENTUM, load(b + i)), mul(GAIN, G));
    store(b + i, B);
    store(p + i, sub(P, add(mul(NEAR, B), mul(LOOK, G))));
  } while ((i += 16) < n << 2);
}
