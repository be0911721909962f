// Reductions, in float64: squares of floats are exact there and cannot overflow, and the norm of a hundred million parameters
// loses nothing. The order is fixed: element i goes to sum i mod 8, in rising i; the eight sums are added as a tree.
import { abs, load, lt, splat } from "../lanes";

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
  for (let i = pairs; i < end; i += 32) {
    // at most seven floats are left: one vector, then perhaps a second, padded with zeros
    s0 = f64x2.add(s0, low(x + i, y + i));
    s1 = f64x2.add(s1, low(x + i + 8, y + i + 8));
    if (end - i > 16) {
      s2 = f64x2.add(s2, low(x + i + 16, y + i + 16));
      s3 = f64x2.add(s3, low(x + i + 24, y + i + 24));
    }
  }
  const s = f64x2.add(f64x2.add(s0, s2), f64x2.add(s1, s3));
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/** The products of two floats at x and two at y, in float64, where they are exact. */
@inline
function low(x: usize, y: usize): v128 {
  return f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(x)), f64x2.promote_low_f32x4(v128.load64_zero(y)));
}

/** 1 when every x[i] is finite, otherwise 0. */
export function finite(x: usize, n: usize): i32 {
  const LIMIT = splat(Infinity);
  for (let i: usize = 0; i < n << 2; i += 16) {
    if (!i32x4.all_true(lt(abs(load(x + i)), LIMIT))) return 0;
  }
  return 1;
}
