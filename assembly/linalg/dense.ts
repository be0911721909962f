// The products of a dense layer (product.ts), and what goes with them. Matrices are row-major without padding between rows.
//
// `stride` is the number of floats from one row to the next of what is as wide as the result, or in the weight gradient of x: more than the
// number of columns where the call computes a part of a larger product (src/engine/threads/split.ts).
import { FORWARD, TINY } from "../limits";
import { add, flushed, load, splat, store } from "../lanes";
import { product } from "./product";

/** y[rows × outputs] = x[rows × inputs] w[inputs × outputs] + b, then relu (0 for what is below 0) if asked. */
export function dense(
  x: usize, w: usize, b: usize, y: usize, rows: usize, inputs: usize, outputs: usize, relu: i32, stride: usize,
): void {
  product(x, inputs << 2, 4, w, stride << 2, y, stride << 2, rows, inputs, outputs, b, relu, 0, FORWARD);
}

/** dw[inputs × outputs] = x^T dy, summed over rows. */
export function denseWeightGradient(x: usize, dy: usize, dw: usize, rows: usize, inputs: usize, outputs: usize, stride: usize): void {
  if (outputs == 1) product(dy, 4, 4, x, stride << 2, dw, 0, 1, rows, inputs, 0, 0, 0, TINY); // as a row, which is as good as a column
  else product(x, 4, stride << 2, dy, outputs << 2, dw, outputs << 2, inputs, rows, outputs, 0, 0, 0, TINY);
}

/** dx[rows × inputs] = dy w^T, with wt the transposed weights [outputs × inputs]; 0 where gate (y of a relu layer before, or 0 for none) is not above 0. */
export function denseInputGradient(
  dy: usize, wt: usize, dx: usize, rows: usize, inputs: usize, outputs: usize, gate: usize, stride: usize,
): void {
  product(dy, outputs << 2, 4, wt, stride << 2, dx, stride << 2, rows, outputs, inputs, 0, 0, gate, TINY);
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
    f32.store(db + j, Mathf.abs(s) <= TINY ? 0 : s);
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
