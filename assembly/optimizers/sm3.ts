// SM3 (Anil et al. 2019) of a matrix, with momentum and decoupled decay, G = scale g:
//   A = gain G^2 + b2 (the accumulator that stands for the element);  m = b1 m + a1 G / sqrt(A + epsilon);  p -= shrink p + rate m
// Each row and each column has an accumulator: the smaller stands for the element; they become the largest A of their row and column.
// shrink = learning rate x weight decay.
import { add, div, largest, load, loadLeft, mul, pmax, pmin, splat, sqrt, store, storeLeft, sub } from "../lanes";

/** `next` is memory for a column of accumulators. */
export function sm3Matrix(
  p: usize, g: usize, m: usize, row: usize, column: usize, next: usize, rows: usize, columns: usize,
  rate: f32, b1: f32, a1: f32, b2: f32, gain: f32, epsilon: f32, shrink: f32, scale: f32,
): void {
  const RATE = splat(rate), B1 = splat(b1), A1 = splat(a1), B2 = splat(b2), GAIN = splat(gain), EPSILON = splat(epsilon);
  const SHRINK = splat(shrink), SCALE = splat(scale), step = columns << 2;
  for (let at: usize = 0; at < step; at += 16) store(next + at, splat(0));
  for (let i: usize = 0; i < rows; i++, p += step, g += step, m += step) {
    const ROW = splat(f32.load(row + (i << 2)));
    let MAX = splat(0);
    for (let j: usize = 0; j < columns; j += 4) {
      const at = j << 2, left = columns - j;
      const P = loadLeft(p + at, left);
      const G = mul(SCALE, loadLeft(g + at, left));
      const A = add(mul(GAIN, mul(G, G)), mul(B2, pmin(ROW, load(column + at))));
      const M = add(mul(B1, loadLeft(m + at, left)), mul(A1, div(G, sqrt(add(A, EPSILON)))));
      // A beyond the row's end comes from zeros: it is 0
      MAX = pmax(MAX, A);
      store(next + at, pmax(load(next + at), A));
      storeLeft(m + at, M, left);
      storeLeft(p + at, sub(P, add(mul(SHRINK, P), mul(RATE, M))), left);
    }
    f32.store(row + (i << 2), largest(MAX));
  }
  for (let at: usize = 0; at < step; at += 16) store(column + at, load(next + at));
}
