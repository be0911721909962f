// Reductions, in float64: squares of floats are exact there and cannot overflow, and the norm of a hundred million parameters
// loses nothing. The order is fixed: element i goes to sum i mod 8, in rising i; the eight sums are added as a tree. Update rules that sum
// on the way (optimizers/) have four sums: element i goes to sum i mod 4. Nothing behind the last element counts, which may be NaN where a run
// has exploded.
import { abs, largest, load, loadLeft, lower, lowerProduct, pmax, splat, sub, total, upper, upperProduct } from "../lanes";

/** The sum of x[i]^2. */
export function sumSquares(x: usize, n: usize): f64 {
  return dot(x, x, n);
}

/** The sum of x[i] y[i]. */
export function dot(x: usize, y: usize, n: usize): f64 {
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  const end = n << 2, pairs = end & ~31;
  for (let i: usize = 0; i < pairs; i += 32) {
    s0 = f64x2.add(s0, low(x + i, y + i));
    s1 = f64x2.add(s1, low(x + i + 8, y + i + 8));
    s2 = f64x2.add(s2, low(x + i + 16, y + i + 16));
    s3 = f64x2.add(s3, low(x + i + 24, y + i + 24));
  }
  // at most seven floats are left: one vector, then perhaps a second
  const left = n & 7;
  if (left) {
    const X = loadLeft(x + pairs, left), Y = loadLeft(y + pairs, left);
    s0 = f64x2.add(s0, lowerProduct(X, Y));
    s1 = f64x2.add(s1, upperProduct(X, Y));
  }
  if (left > 4) {
    const X = loadLeft(x + pairs + 16, left - 4), Y = loadLeft(y + pairs + 16, left - 4);
    s2 = f64x2.add(s2, lowerProduct(X, Y));
    s3 = f64x2.add(s3, upperProduct(X, Y));
  }
  return total(f64x2.add(s0, s2), f64x2.add(s1, s3));
}

/** The products of two floats at x and two at y, in float64, where they are exact. */
@inline
function low(x: usize, y: usize): v128 {
  return f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(x)), f64x2.promote_low_f32x4(v128.load64_zero(y)));
}

/** 1 when every x[i] is finite, otherwise 0. */
export function finite(x: usize, n: usize): i32 {
  // x - x is 0, all its bits, for what is finite, and else NaN: bits are gathered, and looked at once
  let bits = i32x4.splat(0);
  const end = n << 2, eights = end & ~127;
  for (let i: usize = 0; i < eights; i += 128) {
    bits = v128.or(bits, v128.or(
      v128.or(v128.or(rest(x + i, 4), rest(x + i + 16, 4)), v128.or(rest(x + i + 32, 4), rest(x + i + 48, 4))),
      v128.or(v128.or(rest(x + i + 64, 4), rest(x + i + 80, 4)), v128.or(rest(x + i + 96, 4), rest(x + i + 112, 4)))));
  }
  let left = n - (eights >> 2);
  for (let i = eights; i < end; i += 16, left -= 4) bits = v128.or(bits, rest(x + i, left));
  return i32(!v128.any_true(bits));
}

// @ts-ignore: decorator
@inline
function rest(x: usize, left: usize): v128 {
  const X = loadLeft(x, left);
  return sub(X, X);
}

/** The sum of |x[i]|. */
export function sumAbs(x: usize, n: usize): f64 {
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  for (let i: usize = 0, left = n; left > 0; i += 32, left -= min(left, 8)) {
    let X = abs(loadLeft(x + i, left));
    s0 = f64x2.add(s0, lower(X));
    s1 = f64x2.add(s1, upper(X));
    if (left > 4) {
      X = abs(loadLeft(x + i + 16, left - 4));
      s2 = f64x2.add(s2, lower(X));
      s3 = f64x2.add(s3, upper(X));
    }
  }
  return total(f64x2.add(s0, s2), f64x2.add(s1, s3));
}

/** The largest |x[i]|; NaN counts as nothing. */
export function maxAbs(x: usize, n: usize): f32 {
  let MAX = splat(0), more = splat(0);
  const end = n << 2, pairs = end & ~31;
  for (let i: usize = 0; i < pairs; i += 32) {
    MAX = pmax(MAX, abs(load(x + i)));
    more = pmax(more, abs(load(x + i + 16)));
  }
  let left = n - (pairs >> 2);
  for (let i = pairs; i < end; i += 16, left -= 4) MAX = pmax(MAX, abs(loadLeft(x + i, left)));
  return largest(pmax(MAX, more));
}
