// Reductions, in float64: squares of floats are exact there and cannot overflow, and the norm of a hundred million parameters
// loses nothing. The order is fixed: element i goes to sum i mod 8, in rising i; the eight sums are added as a tree. Update rules that sum
// on the way (optimizers/) have four sums: element i goes to sum i mod 4.
import { abs, add, largest, load, lower, lowerProduct, lt, mul, pmax, splat, sub, total, upper, upperProduct } from "../lanes";

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
      v128.or(v128.or(rest(x + i), rest(x + i + 16)), v128.or(rest(x + i + 32), rest(x + i + 48))),
      v128.or(v128.or(rest(x + i + 64), rest(x + i + 80)), v128.or(rest(x + i + 96), rest(x + i + 112)))));
  }
  for (let i = eights; i < end; i += 16) bits = v128.or(bits, rest(x + i));
  return i32(!v128.any_true(bits));
}

// @ts-ignore: decorator
@inline
function rest(x: usize): v128 {
  const X = load(x);
  return sub(X, X);
}

/** The sum of |x[i]|. */
export function sumAbs(x: usize, n: usize): f64 {
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  for (let i: usize = 0, end = n << 2; i < end; i += 32) {
    let X = abs(load(x + i));
    s0 = f64x2.add(s0, lower(X));
    s1 = f64x2.add(s1, upper(X));
    if (i + 16 < end) {
      X = abs(load(x + i + 16));
      s2 = f64x2.add(s2, lower(X));
      s3 = f64x2.add(s3, upper(X));
    }
  }
  return total(f64x2.add(s0, s2), f64x2.add(s1, s3));
}

/** The sum of (x[i] - y[i])^2, the differences rounded to f32. */
export function squaredDistance(x: usize, y: usize, n: usize): f64 {
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  for (let i: usize = 0, end = n << 2; i < end; i += 32) {
    let D = sub(load(x + i), load(y + i));
    s0 = f64x2.add(s0, lowerProduct(D, D));
    s1 = f64x2.add(s1, upperProduct(D, D));
    if (i + 16 < end) {
      D = sub(load(x + i + 16), load(y + i + 16));
      s2 = f64x2.add(s2, lowerProduct(D, D));
      s3 = f64x2.add(s3, upperProduct(D, D));
    }
  }
  return total(f64x2.add(s0, s2), f64x2.add(s1, s3));
}

/** The sum of G^2 with G = scale g + decay p, the gradient that an update with coupled weight decay takes. */
export function sumSquaresDecayed(p: usize, g: usize, n: usize, decay: f32, scale: f32): f64 {
  const DECAY = splat(decay), SCALE = splat(scale);
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  for (let i: usize = 0, end = n << 2; i < end; i += 32) {
    let G = add(mul(SCALE, load(g + i)), mul(DECAY, load(p + i)));
    s0 = f64x2.add(s0, lowerProduct(G, G));
    s1 = f64x2.add(s1, upperProduct(G, G));
    if (i + 16 < end) {
      G = add(mul(SCALE, load(g + i + 16)), mul(DECAY, load(p + i + 16)));
      s2 = f64x2.add(s2, lowerProduct(G, G));
      s3 = f64x2.add(s3, upperProduct(G, G));
    }
  }
  return total(f64x2.add(s0, s2), f64x2.add(s1, s3));
}

/** The sum of G u[i] with G = scale g + decay p. */
export function dotDecayed(p: usize, g: usize, u: usize, n: usize, decay: f32, scale: f32): f64 {
  const DECAY = splat(decay), SCALE = splat(scale);
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  for (let i: usize = 0, end = n << 2; i < end; i += 32) {
    let G = add(mul(SCALE, load(g + i)), mul(DECAY, load(p + i)));
    let U = load(u + i);
    s0 = f64x2.add(s0, lowerProduct(G, U));
    s1 = f64x2.add(s1, upperProduct(G, U));
    if (i + 16 < end) {
      G = add(mul(SCALE, load(g + i + 16)), mul(DECAY, load(p + i + 16)));
      U = load(u + i + 16);
      s2 = f64x2.add(s2, lowerProduct(G, U));
      s3 = f64x2.add(s3, upperProduct(G, U));
    }
  }
  return total(f64x2.add(s0, s2), f64x2.add(s1, s3));
}

/** The largest |x[i]|; NaN counts as nothing. */
export function maxAbs(x: usize, n: usize): f32 {
  let MAX = splat(0);
  for (let i: usize = 0; i < n << 2; i += 16) MAX = pmax(MAX, abs(load(x + i)));
  return largest(MAX);
}
