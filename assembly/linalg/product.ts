// Matrix products for dense layers. Matrices are row-major without padding between rows.
//
// Order of summation: every element of a result is start + a0 b0 + a1 b1 + ..., one after the other in rising k, each product and each
// sum rounded to f32. Lanes and tiles hold different elements of the result, never parts of one sum, so that tiling cannot change a bit.
// Results no larger than TINY are zero (limits.ts).
//
// `stride` is the number of floats from one row to the next of what is as wide as the result, or in the weight gradient of x: more than the
// number of columns where the call computes a part of a larger product (src/threads/split.ts).
//
// A tile is 4 rows by 8, 4 or 1 columns, or, of the last row alone, 1 by 16. At an edge it is moved back to overlap its neighbour, which
// writes the same values again: no masks, no reads outside, no slow path.
import { TINY } from "../limits";
import { add, and, flushed, gt, load, loadSplat, mul, pmax, splat, store } from "../lanes";

/** y[rows × outputs] = x[rows × inputs] w[inputs × outputs] + b, then relu (0 for what is below 0) if asked. */
export function dense(
  x: usize, w: usize, b: usize, y: usize, rows: usize, inputs: usize, outputs: usize, relu: i32, stride: usize,
): void {
  product(x, inputs << 2, 4, w, stride << 2, y, stride << 2, rows, inputs, outputs, b, relu, 0);
}

/** dw[inputs × outputs] = x^T dy, summed over rows. */
export function denseWeightGradient(x: usize, dy: usize, dw: usize, rows: usize, inputs: usize, outputs: usize, stride: usize): void {
  if (outputs == 1) product(dy, 4, 4, x, stride << 2, dw, 0, 1, rows, inputs, 0, 0, 0); // as a row, which is as good as a column
  else product(x, 4, stride << 2, dy, outputs << 2, dw, outputs << 2, inputs, rows, outputs, 0, 0, 0);
}

/** dx[rows × inputs] = dy w^T, with wt the transposed weights [outputs × inputs]; 0 where gate (y of a relu layer before, or 0 for none) is not above 0. */
export function denseInputGradient(
  dy: usize, wt: usize, dx: usize, rows: usize, inputs: usize, outputs: usize, gate: usize, stride: usize,
): void {
  product(dy, outputs << 2, 4, wt, stride << 2, dx, stride << 2, rows, outputs, inputs, 0, 0, gate);
}

/** db[columns] = the sums of the columns of dy[rows × columns], in rising row. */
export function denseBiasGradient(dy: usize, db: usize, rows: usize, columns: usize): void {
  const TINY4 = splat(TINY);
  const step = columns << 2, end = dy + rows * step;
  let j: usize = 0;
  for (; j + 16 <= step; j += 16) {
    let S = splat(0);
    for (let p = dy + j; p < end; p += step) S = add(S, load(p));
    store(db + j, flushed(S, TINY4));
  }
  for (; j < step; j += 4) {
    let s: f32 = 0;
    for (let p = dy + j; p < end; p += step) s += f32.load(p);
    f32.store(db + j, flushed1(s));
  }
}

/** y[columns × rows] = x[rows × columns] transposed. */
export function transpose(x: usize, y: usize, rows: usize, columns: usize): void {
  const xStep = columns << 2, yStep = rows << 2;
  let i: usize = 0;
  for (; i + 4 <= rows; i += 4) {
    let from = x + i * xStep, to = y + (i << 2), j: usize = 0;
    for (; j + 4 <= columns; j += 4, from += 16, to += yStep << 2) {
      const A = load(from), B = load(from + xStep), C = load(from + 2 * xStep), D = load(from + 3 * xStep);
      const AB = i32x4.shuffle(A, B, 0, 4, 1, 5), AB2 = i32x4.shuffle(A, B, 2, 6, 3, 7);
      const CD = i32x4.shuffle(C, D, 0, 4, 1, 5), CD2 = i32x4.shuffle(C, D, 2, 6, 3, 7);
      store(to, i64x2.shuffle(AB, CD, 0, 2));
      store(to + yStep, i64x2.shuffle(AB, CD, 1, 3));
      store(to + 2 * yStep, i64x2.shuffle(AB2, CD2, 0, 2));
      store(to + 3 * yStep, i64x2.shuffle(AB2, CD2, 1, 3));
    }
    for (; j < columns; j++, from += 4, to += yStep) {
      for (let r: usize = 0; r < 4; r++) f32.store(to + (r << 2), f32.load(from + r * xStep));
    }
  }
  for (; i < rows; i++) {
    for (let j: usize = 0; j < columns; j++) f32.store(y + j * yStep + (i << 2), f32.load(x + i * xStep + (j << 2)));
  }
}

/** Where panels of b are packed, PANEL bytes below the arena that no other thread writes to (panelOf in src/memory.ts). */
export let scratch: usize = 1024;
const PANEL: usize = 32768;
const PACKED_ROWS: usize = 64;

/** c[m × n] = a[m × k] b[k × n] + start. Rows lie so many bytes apart, columns of a aStep: swapped with aRow, it transposes a. */
function product(
  a: usize, aRow: usize, aStep: usize, b: usize, bStep: usize, c: usize, cStep: usize, m: usize, k: usize, n: usize,
  start: usize, relu: i32, gate: usize,
): void {
  const width = n << 2;
  const toGate = gate ? gate - c : 0;
  let j: usize = 0;
  if (m >= PACKED_ROWS && k * width > PANEL && k << 5 <= PANEL) {
    // b does not stay in the first level of cache, and so many rows use it that eight columns are better copied there
    for (; j + 32 <= width; j += 32) {
      for (let p = b + j, to = scratch, end = p + k * bStep; p < end; p += bStep, to += 32) {
        store(to, load(p));
        store(to + 16, load(p + 16));
      }
      rows(a, aRow, aStep, scratch, 32, c + j, cStep, m, k, 32, start ? start + j : 0, relu, toGate);
    }
  }
  if (j < width) rows(a, aRow, aStep, b + j, bStep, c + j, cStep, m, k, width - j, start ? start + j : 0, relu, toGate);
}

/** All rows of so many bytes of columns. The gate for the element at p lies at p + toGate; 0 for none. */
function rows(
  a: usize, aRow: usize, aStep: usize, b: usize, bStep: usize, c: usize, cStep: usize, m: usize, k: usize, width: usize,
  start: usize, relu: i32, toGate: usize,
): void {
  for (let i: usize = 0; i < m; i += 4, a += aRow << 2, c += cStep << 2) {
    // rows that are not there repeat the last one
    const r1: usize = m - i > 1 ? 1 : 0, r2: usize = m - i > 2 ? 2 : r1, r3: usize = m - i > 3 ? 3 : r2;
    let j: usize = 0;
    if (r1 == 0) for (; j + 64 <= width; j += 64) row16(a, aStep, b + j, bStep, c + j, k, start ? start + j : 0, relu, toGate);
    const c1 = c + r1 * cStep, c2 = c + r2 * cStep, c3 = c + r3 * cStep;
    if (j < width) strip(a, a + r1 * aRow, a + r2 * aRow, a + r3 * aRow, aStep, b, bStep, c, c1, c2, c3, k, j, width, start, relu, toGate);
  }
}

/** Four rows, from column j / 4 on. */
function strip(
  A0: usize, A1: usize, A2: usize, A3: usize, aStep: usize, b: usize, bStep: usize,
  c0: usize, c1: usize, c2: usize, c3: usize, k: usize, j: usize, width: usize, start: usize, relu: i32, toGate: usize,
): void {
  const FLOOR = relu ? splat(0) : splat(-Infinity);
  const height = k * bStep;
  if (j + 32 <= width) for (;;) {
    let a0 = A0, a1 = A1, a2 = A2, a3 = A3;
    let s00 = splat(0), s01 = splat(0);
    if (start) {
      s00 = load(start + j);
      s01 = load(start + j + 16);
    }
    let s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
    for (let p = b + j, end = p + height; p < end; p += bStep) {
      const B0 = load(p), B1 = load(p + 16);
      let A = loadSplat(a0);
      s00 = add(s00, mul(A, B0));
      s01 = add(s01, mul(A, B1));
      A = loadSplat(a1);
      s10 = add(s10, mul(A, B0));
      s11 = add(s11, mul(A, B1));
      A = loadSplat(a2);
      s20 = add(s20, mul(A, B0));
      s21 = add(s21, mul(A, B1));
      A = loadSplat(a3);
      s30 = add(s30, mul(A, B0));
      s31 = add(s31, mul(A, B1));
      a0 += aStep;
      a1 += aStep;
      a2 += aStep;
      a3 += aStep;
    }
    finish(c0 + j, s00, FLOOR, toGate);
    finish(c0 + j + 16, s01, FLOOR, toGate);
    finish(c1 + j, s10, FLOOR, toGate);
    finish(c1 + j + 16, s11, FLOOR, toGate);
    finish(c2 + j, s20, FLOOR, toGate);
    finish(c2 + j + 16, s21, FLOOR, toGate);
    finish(c3 + j, s30, FLOOR, toGate);
    finish(c3 + j + 16, s31, FLOOR, toGate);
    j += 32;
    if (j + 16 >= width) break;
    if (j + 32 > width) j = width - 32;
  }
  if (width >= 16) for (; j < width; j += 16) {
    if (j + 16 > width) j = width - 16;
    let a0 = A0, a1 = A1, a2 = A2, a3 = A3;
    let s0 = splat(0);
    if (start) s0 = load(start + j);
    let s1 = s0, s2 = s0, s3 = s0;
    for (let p = b + j, end = p + height; p < end; p += bStep) {
      const B = load(p);
      s0 = add(s0, mul(loadSplat(a0), B));
      s1 = add(s1, mul(loadSplat(a1), B));
      s2 = add(s2, mul(loadSplat(a2), B));
      s3 = add(s3, mul(loadSplat(a3), B));
      a0 += aStep;
      a1 += aStep;
      a2 += aStep;
      a3 += aStep;
    }
    finish(c0 + j, s0, FLOOR, toGate);
    finish(c1 + j, s1, FLOOR, toGate);
    finish(c2 + j, s2, FLOOR, toGate);
    finish(c3 + j, s3, FLOOR, toGate);
  }
  else for (; j < width; j += 4) {
    let a0 = A0, a1 = A1, a2 = A2, a3 = A3;
    let s0: f32 = 0;
    if (start) s0 = f32.load(start + j);
    let s1 = s0, s2 = s0, s3 = s0;
    for (let p = b + j, end = p + height; p < end; p += bStep) {
      const B = f32.load(p);
      s0 += f32.load(a0) * B;
      s1 += f32.load(a1) * B;
      s2 += f32.load(a2) * B;
      s3 += f32.load(a3) * B;
      a0 += aStep;
      a1 += aStep;
      a2 += aStep;
      a3 += aStep;
    }
    finish1(c0 + j, s0, relu, toGate);
    finish1(c1 + j, s1, relu, toGate);
    finish1(c2 + j, s2, relu, toGate);
    finish1(c3 + j, s3, relu, toGate);
  }
}

function row16(a: usize, aStep: usize, b: usize, bStep: usize, c: usize, k: usize, start: usize, relu: i32, toGate: usize): void {
  let s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
  if (start) {
    s0 = load(start);
    s1 = load(start + 16);
    s2 = load(start + 32);
    s3 = load(start + 48);
  }
  for (const end = b + k * bStep; b < end; b += bStep) {
    const A = loadSplat(a);
    s0 = add(s0, mul(A, load(b)));
    s1 = add(s1, mul(A, load(b + 16)));
    s2 = add(s2, mul(A, load(b + 32)));
    s3 = add(s3, mul(A, load(b + 48)));
    a += aStep;
  }
  const FLOOR = relu ? splat(0) : splat(-Infinity);
  finish(c, s0, FLOOR, toGate);
  finish(c + 16, s1, FLOOR, toGate);
  finish(c + 32, s2, FLOOR, toGate);
  finish(c + 48, s3, FLOOR, toGate);
}

/** pmax keeps NaN, and with a floor of -Infinity everything. */
@inline
function finish(c: usize, s: v128, FLOOR: v128, toGate: usize): void {
  s = pmax(flushed(s, splat(TINY)), FLOOR);
  if (toGate) s = and(s, gt(load(c + toGate), splat(0)));
  store(c, s);
}

@inline
function finish1(c: usize, s: f32, relu: i32, toGate: usize): void {
  s = flushed1(s);
  if (relu && s < 0) s = 0;
  if (toGate && !(f32.load(c + toGate) > 0)) s = 0;
  f32.store(c, s);
}

@inline
function flushed1(s: f32): f32 {
  return Mathf.abs(s) <= TINY ? 0 : s;
}
