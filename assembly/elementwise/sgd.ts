// Stochastic gradient descent with coupled weight decay: G = scale g + decay p
//   sgd          p -= rate G
//   sgdMomentum  b  = momentum b + gain G;  p -= rate b
//   sgdNesterov  b  = momentum b + gain G;  p -= near b + look G
// gain is 1 - dampening, and 1 with momentum 0 in the first step. The rate is outside b: near = rate momentum, look = rate; or inside: gain has the factor
// rate, and rate is 1, near = momentum.
// Two vectors a turn: 11 to 18 % less than one, which spends its time on addresses; four gain 1 to 3 % more.
import { add, load, mul, store, sub } from "../lanes";

/** @vectors 2 */
export function sgd(p: usize, g: usize, RATE: v128, DECAY: v128, SCALE: v128): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  store(p, sub(P, mul(RATE, G)));
}

/** @vectors 2 */
export function sgdMomentum(p: usize, g: usize, b: usize, RATE: v128, MOMENTUM: v128, GAIN: v128, DECAY: v128, SCALE: v128): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const B = add(mul(MOMENTUM, load(b)), mul(GAIN, G));
  store(b, B);
  store(p, sub(P, mul(RATE, B)));
}

/** @vectors 2 */
export function sgdNesterov(
  p: usize, g: usize, b: usize,
  NEAR: v128, LOOK: v128, MOMENTUM: v128, GAIN: v128, DECAY: v128, SCALE: v128,
): void {
  const P = load(p);
  const G = add(mul(SCALE, load(g)), mul(DECAY, P));
  const B = add(mul(MOMENTUM, load(b)), mul(GAIN, G));
  store(b, B);
  store(p, sub(P, add(mul(NEAR, B), mul(LOOK, G))));
}
