// Stochastic gradient descent with coupled weight decay: G = scale g + decay p
//   sgd          p -= rate G
//   sgdMomentum  b  = momentum b + gain G;  p -= rate b
//   sgdNesterov  b  = momentum b + gain G;  p -= near b + look G
// gain is 1 - dampening, and 1 with momentum 0 in the first step. The rate is outside b: near = rate momentum, look = rate; or inside: gain has the factor
// rate, and rate is 1, near = momentum.
// Two vectors a turn: 11 to 18 % less than one, which spends its time on addresses; four gain 1 to 3 % more.
import { add, load, mul, splat, store, sub } from "../lanes";

@inline
function sgdVector(p: usize, g: usize, RATE: v128, DECAY: v128, SCALE: v128): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  store(p, sub(P, mul(RATE, G)));
}

export function sgd(p: usize, g: usize, n: usize, rate: f32, decay: f32, scale: f32): void {
  const RATE = splat(rate), DECAY = splat(decay), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    sgdVector(p + i, g + i, RATE, DECAY, SCALE);
    sgdVector(p + i + 16, g + i + 16, RATE, DECAY, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) sgdVector(p + i, g + i, RATE, DECAY, SCALE);
}

@inline
function momentumVector(p: usize, g: usize, b: usize, RATE: v128, MOMENTUM: v128, GAIN: v128, DECAY: v128, SCALE: v128): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const B = add(mul(MOMENTUM, load(b)), mul(GAIN, G));
  store(b, B);
  store(p, sub(P, mul(RATE, B)));
}

export function sgdMomentum(p: usize, g: usize, b: usize, n: usize, rate: f32, momentum: f32, gain: f32, decay: f32, scale: f32): void {
  const RATE = splat(rate), MOMENTUM = splat(momentum), GAIN = splat(gain), DECAY = splat(decay), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    momentumVector(p + i, g + i, b + i, RATE, MOMENTUM, GAIN, DECAY, SCALE);
    momentumVector(p + i + 16, g + i + 16, b + i + 16, RATE, MOMENTUM, GAIN, DECAY, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) momentumVector(p + i, g + i, b + i, RATE, MOMENTUM, GAIN, DECAY, SCALE);
}

@inline
function nesterovVector(
  p: usize, g: usize, b: usize, NEAR: v128, LOOK: v128, MOMENTUM: v128, GAIN: v128, DECAY: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const B = add(mul(MOMENTUM, load(b)), mul(GAIN, G));
  store(b, B);
  store(p, sub(P, add(mul(NEAR, B), mul(LOOK, G))));
}

export function sgdNesterov(
  p: usize, g: usize, b: usize, n: usize, near: f32, look: f32, momentum: f32, gain: f32, decay: f32, scale: f32,
): void {
  const NEAR = splat(near), LOOK = splat(look), MOMENTUM = splat(momentum), GAIN = splat(gain), DECAY = splat(decay), SCALE = splat(scale);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    nesterovVector(p + i, g + i, b + i, NEAR, LOOK, MOMENTUM, GAIN, DECAY, SCALE);
    nesterovVector(p + i + 16, g + i + 16, b + i + 16, NEAR, LOOK, MOMENTUM, GAIN, DECAY, SCALE);
  } while ((i += 32) + 16 < end);
  if (i < end) nesterovVector(p + i, g + i, b + i, NEAR, LOOK, MOMENTUM, GAIN, DECAY, SCALE);
}
