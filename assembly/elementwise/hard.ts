// Activations of straight lines y = a(x) and their gradients g = g a'(x), as in activations.ts.
import { add, both, clamp, flushed, gt, keepWhere, le, load, lt, mul, select, splat, store, zeroWhere } from "../lanes";
import { TINY } from "../limits";

const SIXTH: f32 = 1 / 6;

/** x within [-1, 1]. */
export function hardTanh(x: usize, y: usize): void {
  store(y, clamp(load(x), splat(-1), splat(1)));
}

/** g where y lies between its ends, otherwise 0. */
export function hardTanhGradient(y: usize, g: usize): void {
  const Y = load(y);
  store(g, flushed(keepWhere(load(g), both(gt(Y, splat(-1)), lt(Y, splat(1)))), splat(TINY)));
}

/**
 * x / 6 + 1 / 2 within [0, 1].
 * @tail
 */
export function hardSigmoid(x: usize, y: usize): void {
  store(y, clamp(add(mul(splat(SIXTH), load(x)), splat(0.5)), splat(0), splat(1)));
}

/** g / 6 where y lies between its ends, otherwise 0. */
export function hardSigmoidGradient(y: usize, g: usize): void {
  const Y = load(y);
  store(g, flushed(keepWhere(mul(splat(SIXTH), load(g)), both(gt(Y, splat(0)), lt(Y, splat(1)))), splat(TINY)));
}

/** x times x / 6 + 1 / 2 within [0, 1]. */
export function hardSwish(x: usize, y: usize): void {
  const X = load(x);
  store(y, flushed(mul(X, clamp(add(mul(splat(SIXTH), X), splat(0.5)), splat(0), splat(1))), splat(TINY)));
}

/** g times 0 up to -3, 1 from 3 on, x / 3 + 1 / 2 between them. */
export function hardSwishGradient(x: usize, g: usize): void {
  const X = load(x);
  const SLOPE = select(splat(1), add(mul(splat(2 * SIXTH), X), splat(0.5)), le(splat(3), X));
  store(g, flushed(zeroWhere(mul(load(g), SLOPE), le(X, splat(-3))), splat(TINY)));
}
