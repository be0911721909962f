// Passes over one or two vectors.
import { add, clamp as clampTo, flushed, load, mul, neg, sign, splat, store, sub } from "../lanes";

/** x = a x */
export function scale(x: usize, A: v128): void {
  store(x, mul(A, load(x)));
}

/** y = y + a x */
export function axpy(x: usize, y: usize, A: v128): void {
  store(y, add(load(y), mul(A, load(x))));
}

/** y = a x + b y */
export function axpby(x: usize, y: usize, A: v128, B: v128): void {
  store(y, add(mul(A, load(x)), mul(B, load(y))));
}

/** x = x clamped to [-limit, limit]; NaN stays NaN. */
export function clamp(x: usize, LIMIT: v128): void {
  const LOW = neg(LIMIT);
  store(x, clampTo(load(x), LOW, LIMIT));
}

/**
 * x = 0 where |x| <= limit: takes out what fades before it becomes denormal.
 * @vectors 2
 */
export function flush(x: usize, LIMIT: v128): void {
  store(x, flushed(load(x), LIMIT));
}

/** p = r p + (1 - r) old: a step from old to p, taken with a rate r per element; exact for r = 0 and r = 1. */
export function blend(p: usize, old: usize, r: usize): void {
  const ONE = splat(1), R = load(r);
  store(p, add(mul(R, load(p)), mul(sub(ONE, R), load(old))));
}

/** g = g + l1 sign(p) + l2 p: the gradient of l1 |p| + l2 p^2 / 2 is added. */
export function penalize(p: usize, g: usize, L1: v128, L2: v128): void {
  const P = load(p);
  store(g, add(load(g), add(mul(L1, sign(P)), mul(L2, P))));
}
