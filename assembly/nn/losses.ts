// Losses over a batch. Each returns the sum of the losses in float64 and writes the gradient with respect to z, times scale (1 / rows for a
// mean over rows), into dz. Gradients no larger than TINY are zero (limits.ts).
// Order of the sums: elements i mod 4 in rising i, then (0 + 2) + (1 + 3); rows one after the other.
import { TINY } from "../limits";
import { abs, add, and, clamp, first, flushed, gt, load, loadFirst, lt, mul, neg, or, pmax, select, splat, store, storeFirst, sub } from "../lanes";
import { expNegative, log, log1p, sigmoid } from "../math";

/** Softmax cross-entropy of logits z[rows × columns] with class indices t (u32): ln(sum of e^z) - z[t]. dz = (softmax - onehot) scale. */
export function crossEntropy(z: usize, t: usize, dz: usize, rows: usize, columns: usize, scale: f32): f64 {
  let total: f64 = 0;
  const step = columns << 2;
  for (let r: usize = 0; r < rows; r += 4) {
    // the logarithms of four rows at once: 16 % less with ten columns, 26 % with three
    let SUMS = splat(1), SHARES = splat(0);
    const left = min(rows - r, 4);
    for (let i: usize = 0; i < 4; i++) {
      const X = i < left ? crossEntropyRow(z, t, dz, columns, scale) : splat(1);
      SUMS = i32x4.shuffle(SUMS, X, 1, 2, 3, 4);
      SHARES = i32x4.shuffle(SHARES, X, 1, 2, 3, 5);
      z += step;
      dz += step;
      t += 4;
    }
    const LOSSES = sub(log(SUMS), SHARES);
    total += <f64>f32x4.extract_lane(LOSSES, 0);
    if (left > 1) total += <f64>f32x4.extract_lane(LOSSES, 1);
    if (left > 2) total += <f64>f32x4.extract_lane(LOSSES, 2);
    if (left > 3) total += <f64>f32x4.extract_lane(LOSSES, 3);
  }
  return total;
}

/** The gradient of one row. Returns, in the first two lanes, the sum of e^(z - max z), and z[t] - max z. */
function crossEntropyRow(z: usize, t: usize, dz: usize, columns: usize, scale: f32): v128 {
  const max = exponentials(z, dz, columns);
  const sum = sumRow(dz, columns);
  normalize(dz, columns, sum, scale);
  const target = <u32>i32.load(t) << 2;
  f32.store(dz + target, f32.load(dz + target) - scale);
  return f32x4(sum, f32.load(z + target) - max, 0, 0);
}

/** y = e^(z - max z) over one row; returns the maximum. */
@inline
function exponentials(z: usize, y: usize, columns: usize): f32 {
  const whole = (columns << 2) & ~15, rest = columns & 3;
  let MAX = splat(-Infinity);
  for (let i: usize = 0; i < whole; i += 16) MAX = pmax(MAX, load(z + i));
  if (rest) MAX = pmax(MAX, select(loadFirst(z + whole, rest), splat(-Infinity), first(rest)));
  MAX = pmax(MAX, i32x4.shuffle(MAX, MAX, 2, 3, 0, 1));
  MAX = pmax(MAX, i32x4.shuffle(MAX, MAX, 1, 0, 3, 2));
  for (let i: usize = 0; i < whole; i += 16) store(y + i, expNegative(sub(load(z + i), MAX)));
  if (rest) storeFirst(y + whole, expNegative(sub(loadFirst(z + whole, rest), MAX)), rest);
  return f32x4.extract_lane(MAX, 0);
}

@inline
function sumRow(y: usize, columns: usize): f32 {
  const whole = (columns << 2) & ~15, rest = columns & 3;
  let SUM = splat(0);
  for (let i: usize = 0; i < whole; i += 16) SUM = add(SUM, load(y + i));
  if (rest) SUM = add(SUM, loadFirst(y + whole, rest));
  SUM = add(SUM, i32x4.shuffle(SUM, SUM, 2, 3, 0, 1));
  return f32x4.extract_lane(SUM, 0) + f32x4.extract_lane(SUM, 1);
}

@inline
function normalize(y: usize, columns: usize, sum: f32, scale: f32): void {
  const whole = (columns << 2) & ~15, rest = columns & 3;
  const FACTOR = splat(scale / sum), TINY4 = splat(TINY);
  for (let i: usize = 0; i < whole; i += 16) store(y + i, flushed(mul(load(y + i), FACTOR), TINY4));
  if (rest) storeFirst(y + whole, flushed(mul(loadFirst(y + whole, rest), FACTOR), TINY4), rest);
}

// The elementwise losses share one loop shape: a function of (Z, T) gives the loss, another the gradient; a last, partial vector is masked.

/** Binary cross-entropy of logits z with targets t from 0 to 1: max(z, 0) - z t + ln(1 + e^-|z|). dz = (sigmoid(z) - t) scale. */
export function binaryCrossEntropy(z: usize, t: usize, dz: usize, n: usize, scale: f32): f64 {
  const SCALE = splat(scale), TINY4 = splat(TINY);
  const whole = (n << 2) & ~15, rest = n & 3;
  let LOW = f64x2.splat(0), HIGH = f64x2.splat(0);
  for (let i: usize = 0; i < whole; i += 16) {
    const Z = load(z + i), T = load(t + i);
    const L = binaryLoss(Z, T);
    LOW = f64x2.add(LOW, lower(L));
    HIGH = f64x2.add(HIGH, upper(L));
    store(dz + i, flushed(mul(sub(sigmoid(Z), T), SCALE), TINY4));
  }
  if (rest) {
    const Z = loadFirst(z + whole, rest), T = loadFirst(t + whole, rest);
    const L = and(binaryLoss(Z, T), first(rest));
    LOW = f64x2.add(LOW, lower(L));
    HIGH = f64x2.add(HIGH, upper(L));
    storeFirst(dz + whole, flushed(mul(sub(sigmoid(Z), T), SCALE), TINY4), rest);
  }
  return total(LOW, HIGH);
}

@inline
function binaryLoss(Z: v128, T: v128): v128 {
  return add(sub(pmax(Z, splat(0)), mul(Z, T)), log1p(expNegative(neg(abs(Z)))));
}

/** Squared error (z - t)^2. dz = 2 (z - t) scale. */
export function meanSquared(z: usize, t: usize, dz: usize, n: usize, scale: f32): f64 {
  const TWICE = splat(2 * scale), TINY4 = splat(TINY);
  const whole = (n << 2) & ~15, rest = n & 3;
  let LOW = f64x2.splat(0), HIGH = f64x2.splat(0);
  for (let i: usize = 0; i < whole; i += 16) {
    const D = sub(load(z + i), load(t + i));
    const L = mul(D, D);
    LOW = f64x2.add(LOW, lower(L));
    HIGH = f64x2.add(HIGH, upper(L));
    store(dz + i, flushed(mul(D, TWICE), TINY4));
  }
  if (rest) {
    const D = sub(loadFirst(z + whole, rest), loadFirst(t + whole, rest));
    const L = mul(D, D);
    LOW = f64x2.add(LOW, lower(L));
    HIGH = f64x2.add(HIGH, upper(L));
    storeFirst(dz + whole, flushed(mul(D, TWICE), TINY4), rest);
  }
  return total(LOW, HIGH);
}

/** Absolute error |z - t|. dz = sign(z - t) scale, 0 where they are equal. */
export function meanAbsolute(z: usize, t: usize, dz: usize, n: usize, scale: f32): f64 {
  const SCALE = splat(scale), TINY4 = splat(TINY);
  const whole = (n << 2) & ~15, rest = n & 3;
  let LOW = f64x2.splat(0), HIGH = f64x2.splat(0);
  for (let i: usize = 0; i < whole; i += 16) {
    const D = sub(load(z + i), load(t + i));
    const L = abs(D);
    LOW = f64x2.add(LOW, lower(L));
    HIGH = f64x2.add(HIGH, upper(L));
    store(dz + i, flushed(mul(sign(D), SCALE), TINY4));
  }
  if (rest) {
    const D = sub(loadFirst(z + whole, rest), loadFirst(t + whole, rest));
    const L = abs(D);
    LOW = f64x2.add(LOW, lower(L));
    HIGH = f64x2.add(HIGH, upper(L));
    storeFirst(dz + whole, flushed(mul(sign(D), SCALE), TINY4), rest);
  }
  return total(LOW, HIGH);
}

/** Huber's loss with d = z - t: d^2 / 2 up to |d| = delta, then delta (|d| - delta / 2). dz = clamp(d, delta) scale. */
export function huber(z: usize, t: usize, dz: usize, n: usize, delta: f32, scale: f32): f64 {
  const DELTA = splat(delta), SCALE = splat(scale), TINY4 = splat(TINY);
  const whole = (n << 2) & ~15, rest = n & 3;
  let LOW = f64x2.splat(0), HIGH = f64x2.splat(0);
  for (let i: usize = 0; i < whole; i += 16) {
    const D = sub(load(z + i), load(t + i));
    const C = clamp(D, neg(DELTA), DELTA);
    const L = mul(C, sub(D, mul(splat(0.5), C)));
    LOW = f64x2.add(LOW, lower(L));
    HIGH = f64x2.add(HIGH, upper(L));
    store(dz + i, flushed(mul(C, SCALE), TINY4));
  }
  if (rest) {
    const D = sub(loadFirst(z + whole, rest), loadFirst(t + whole, rest));
    const C = clamp(D, neg(DELTA), DELTA);
    const L = mul(C, sub(D, mul(splat(0.5), C)));
    LOW = f64x2.add(LOW, lower(L));
    HIGH = f64x2.add(HIGH, upper(L));
    storeFirst(dz + whole, flushed(mul(C, SCALE), TINY4), rest);
  }
  return total(LOW, HIGH);
}

/** -1, 0 or 1; NaN stays NaN. */
@inline
function sign(D: v128): v128 {
  const ONE = or(splat(1), and(D, splat(-0.0)));
  return select(ONE, D, or(lt(D, splat(0)), gt(D, splat(0))));
}

@inline
function lower(L: v128): v128 {
  return f64x2.promote_low_f32x4(L);
}

@inline
function upper(L: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(L, L, 1, 0));
}

@inline
function total(LOW: v128, HIGH: v128): f64 {
  const SUM = f64x2.add(LOW, HIGH);
  return f64x2.extract_lane(SUM, 0) + f64x2.extract_lane(SUM, 1);
}
