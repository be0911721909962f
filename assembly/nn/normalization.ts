// What normalising layers are made of. Matrices are row-major without padding between rows; pointer 0 is "none".
// Sums over a row: columns mod 4 in rising column, then (0 + 2) + (1 + 3). Sums over a column: in rising row.
import { TINY } from "../limits";
import { add, and, first, flushed, load, loadFirst, loadLeft, mul, splat, store, storeLeft, sub } from "../lanes";

/**
 * y = (x - mean) / sqrt(mean of (x - mean)^2 + epsilon) over each row, with 0 in place of the mean unless centered; the factor on each row goes
 * to `factors`.
 */
export function normalizeRows(x: usize, y: usize, factors: usize, rows: usize, columns: usize, centered: i32, epsilon: f32): void {
  const step = columns << 2, whole = step & ~15, rest = columns & 3;
  const count = <f32>columns;
  for (let r: usize = 0; r < rows; r++, x += step, y += step) {
    let MEAN = splat(0);
    if (centered) {
      let S = splat(0);
      for (let i: usize = 0; i < whole; i += 16) S = add(S, load(x + i));
      if (rest) S = add(S, loadFirst(x + whole, rest));
      MEAN = splat(across(S) / count);
    }
    let Q = splat(0);
    for (let i: usize = 0; i < whole; i += 16) {
      const D = sub(load(x + i), MEAN);
      Q = add(Q, mul(D, D));
    }
    if (rest) {
      const D = and(sub(loadFirst(x + whole, rest), MEAN), first(rest));
      Q = add(Q, mul(D, D));
    }
    const factor: f32 = <f32>1 / Mathf.sqrt(across(Q) / count + epsilon);
    f32.store(factors + (r << 2), factor);
    const FACTOR = splat(factor);
    for (let j: usize = 0; j < columns; j += 4) {
      const left = columns - j, at = j << 2;
      storeLeft(y + at, flushed(mul(sub(loadLeft(x + at, left), MEAN), FACTOR), splat(TINY)), left);
    }
  }
}

/** dx = factor (g - mean of g - y mean of g y) over each row, without the mean of g unless centered; dx may be g. */
export function normalizeRowsGradient(
  y: usize, factors: usize, g: usize, dx: usize, rows: usize, columns: usize, centered: i32,
): void {
  const step = columns << 2, whole = step & ~15, rest = columns & 3;
  const count = <f32>columns;
  for (let r: usize = 0; r < rows; r++, y += step, g += step, dx += step) {
    let S = splat(0), Q = splat(0);
    for (let i: usize = 0; i < whole; i += 16) {
      const G = load(g + i);
      S = add(S, G);
      Q = add(Q, mul(G, load(y + i)));
    }
    if (rest) {
      const G = loadFirst(g + whole, rest);
      S = add(S, G);
      Q = add(Q, mul(G, loadFirst(y + whole, rest)));
    }
    const A = splat(centered ? across(S) / count : 0), B = splat(across(Q) / count);
    const FACTOR = splat(f32.load(factors + (r << 2)));
    for (let j: usize = 0; j < columns; j += 4) {
      const left = columns - j, at = j << 2;
      const D = mul(FACTOR, sub(sub(loadLeft(g + at, left), A), mul(loadLeft(y + at, left), B)));
      storeLeft(dx + at, flushed(D, splat(TINY)), left);
    }
  }
}

/** y = (x - center) scale + shift, with numbers of their own for each column; y may be x. */
export function affineColumns(x: usize, y: usize, center: usize, scale: usize, shift: usize, rows: usize, columns: usize): void {
  for (let r: usize = 0; r < rows; r++, x += columns << 2, y += columns << 2) {
    for (let j: usize = 0; j < columns; j += 4) {
      const left = columns - j, at = j << 2;
      let X = loadLeft(x + at, left);
      if (center) X = sub(X, loadLeft(center + at, left));
      if (scale) X = mul(X, loadLeft(scale + at, left));
      if (shift) X = add(X, loadLeft(shift + at, left));
      storeLeft(y + at, flushed(X, splat(TINY)), left);
    }
  }
}

/** The dot products of the columns of x[rows × columns] with those of y. */
export function columnDots(x: usize, y: usize, dots: usize, rows: usize, columns: usize): void {
  const step = columns << 2;
  let j: usize = 0;
  // a line of the cache at once
  for (; j + 16 <= columns; j += 16) {
    let S0 = splat(0), S1 = S0, S2 = S0, S3 = S0;
    for (let p = x + (j << 2), q = y + (j << 2), end = p + rows * step; p < end; p += step, q += step) {
      S0 = add(S0, mul(load(p), load(q)));
      S1 = add(S1, mul(load(p + 16), load(q + 16)));
      S2 = add(S2, mul(load(p + 32), load(q + 32)));
      S3 = add(S3, mul(load(p + 48), load(q + 48)));
    }
    const to = dots + (j << 2);
    store(to, flushed(S0, splat(TINY)));
    store(to + 16, flushed(S1, splat(TINY)));
    store(to + 32, flushed(S2, splat(TINY)));
    store(to + 48, flushed(S3, splat(TINY)));
  }
  for (; j < columns; j += 4) {
    const left = columns - j;
    let S = splat(0);
    for (let p = x + (j << 2), q = y + (j << 2), end = p + rows * step; p < end; p += step, q += step)
      S = add(S, mul(loadLeft(p, left), loadLeft(q, left)));
    storeLeft(dots + (j << 2), flushed(S, splat(TINY)), left);
  }
}

/** (0 + 2) + (1 + 3) */
@inline
function across(S: v128): f32 {
  S = add(S, i32x4.shuffle(S, S, 2, 3, 0, 1));
  return f32x4.extract_lane(S, 0) + f32x4.extract_lane(S, 1);
}
