// Passes over one or two vectors.
import { add, clamp as clamp4, flushed, load, mul, neg, splat, store, sub } from "../lanes";

/** x = value in the first n floats, and only there: padding stays zero. */
export function fill(x: usize, n: usize, value: f32): void {
  const VALUE = splat(value);
  const end = n << 2, whole = end & ~15;
  for (let i: usize = 0; i < whole; i += 16) store(x + i, VALUE);
  for (let i = whole; i < end; i += 4) f32.store(x + i, value);
}

/** y = x */
export function copy(x: usize, y: usize, n: usize): void {
  for (let i: usize = 0; i < n << 2; i += 16) store(y + i, load(x + i));
}

/** y = the first column of the matrix x */
export function firstColumn(x: usize, y: usize, rows: usize, columns: usize): void {
  for (let i: usize = 0; i < rows; i++) f32.store(y + (i << 2), f32.load(x + ((i * columns) << 2)));
}

/** x = a x */
export function scale(x: usize, n: usize, a: f32): void {
  const A = splat(a);
  for (let i: usize = 0; i < n << 2; i += 16) store(x + i, mul(A, load(x + i)));
}

/** y = y + a x */
export function axpy(x: usize, y: usize, n: usize, a: f32): void {
  const A = splat(a);
  for (let i: usize = 0; i < n << 2; i += 16) store(y + i, add(load(y + i), mul(A, load(x + i))));
}

/** y = a x + b y */
export function axpby(x: usize, y: usize, n: usize, a: f32, b: f32): void {
  const A = splat(a), B = splat(b);
  for (let i: usize = 0; i < n << 2; i += 16) store(y + i, add(mul(A, load(x + i)), mul(B, load(y + i))));
}

/** x = x clamped to [-limit, limit]; NaN stays NaN. */
export function clamp(x: usize, n: usize, limit: f32): void {
  const HIGH = splat(limit), LOW = neg(HIGH);
  for (let i: usize = 0; i < n << 2; i += 16) store(x + i, clamp4(load(x + i), LOW, HIGH));
}

/** x = 0 where |x| <= limit: takes out what fades before it becomes denormal. */
export function flush(x: usize, n: usize, limit: f32): void {
  const LIMIT = splat(limit);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    store(x + i, flushed(load(x + i), LIMIT));
    store(x + i + 16, flushed(load(x + i + 16), LIMIT));
  } while ((i += 32) + 16 < end);
  if (i < end) store(x + i, flushed(load(x + i), LIMIT));
}

/** p = r p + (1 - r) old: a step from old to p, taken with a rate r per element; exact for r = 0 and r = 1. */
export function blend(p: usize, old: usize, r: usize, n: usize): void {
  const ONE = splat(1);
  for (let i: usize = 0; i < n << 2; i += 16) {
    const R = load(r + i);
    store(p + i, add(mul(R, load(p + i)), mul(sub(ONE, R), load(old + i))));
  }
}
