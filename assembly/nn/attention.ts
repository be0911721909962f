// What attention is made of, beside products.
import { TINY } from "../limits";
import { add, and, first, flushed, loadLeft, mul, pmax, select, splat, storeLeft, sub } from "../lanes";
import { expNegative } from "../math";

/**
 * Softmax of scale x over each row, in place, scale > 0; with causal 1, over the first number of row 0, two of row 1 and so on, and 0 behind them.
 * Sums: columns mod 4 in rising column, then (0 + 2) + (1 + 3).
 */
export function softmaxRows(x: usize, rows: usize, columns: usize, scale: f32, causal: i32): void {
  const SCALE = splat(scale);
  for (let r: usize = 0; r < rows; r++, x += columns << 2) {
    const count = causal ? min(r + 1, columns) : columns;
    let MAX = splat(-Infinity);
    for (let j: usize = 0; j < count; j += 4) {
      const X = loadLeft(x + (j << 2), count - j);
      MAX = pmax(MAX, count - j < 4 ? select(X, splat(-Infinity), first(count - j)) : X);
    }
    MAX = pmax(MAX, i32x4.shuffle(MAX, MAX, 2, 3, 0, 1));
    MAX = pmax(MAX, i32x4.shuffle(MAX, MAX, 1, 0, 3, 2));
    let S = splat(0);
    for (let j: usize = 0; j < count; j += 4) {
      const left = count - j, at = x + (j << 2);
      let E = expNegative(mul(SCALE, sub(loadLeft(at, left), MAX)));
      if (left < 4) E = and(E, first(left));
      S = add(S, E);
      storeLeft(at, E, left);
    }
    S = add(S, i32x4.shuffle(S, S, 2, 3, 0, 1));
    const SHARE = splat(<f32>1 / (f32x4.extract_lane(S, 0) + f32x4.extract_lane(S, 1)));
    for (let j: usize = 0; j < count; j += 4) {
      const left = count - j, at = x + (j << 2);
      storeLeft(at, flushed(mul(loadLeft(at, left), SHARE), splat(TINY)), left);
    }
    for (let j = count; j < columns; j++) f32.store(x + (j << 2), 0);
  }
}

/** g = scale p (g - sum of p g) over each row, with p what softmaxRows gave: its gradient, in place. */
export function softmaxRowsGradient(p: usize, g: usize, rows: usize, columns: usize, scale: f32): void {
  const SCALE = splat(scale);
  for (let r: usize = 0; r < rows; r++, p += columns << 2, g += columns << 2) {
    let S = splat(0);
    for (let j: usize = 0; j < columns; j += 4) S = add(S, mul(loadLeft(p + (j << 2), columns - j), loadLeft(g + (j << 2), columns - j)));
    S = add(S, i32x4.shuffle(S, S, 2, 3, 0, 1));
    const SUM = splat(f32x4.extract_lane(S, 0) + f32x4.extract_lane(S, 1));
    for (let j: usize = 0; j < columns; j += 4) {
      const left = columns - j, at = j << 2;
      const D = mul(SCALE, mul(loadLeft(p + at, left), sub(loadLeft(g + at, left), SUM)));
      storeLeft(g + at, flushed(D, splat(TINY)), left);
    }
  }
}

/**
 * Turns pairs of numbers in place, number j of a row with number j + half: (a, b) to (a cos - b sin, b cos + a sin), with the sines times
 * `direction`. Rows are 2 half wide, cosines and sines half.
 */
export function rotateRows(x: usize, cosines: usize, sines: usize, rows: usize, half: usize, direction: f32): void {
  const step = half << 2, DIRECTION = splat(direction);
  for (let r: usize = 0; r < rows; r++, x += step << 1, cosines += step, sines += step) {
    for (let j: usize = 0; j < half; j += 4) {
      const left = half - j, at = x + (j << 2);
      const A = loadLeft(at, left), B = loadLeft(at + step, left);
      const C = loadLeft(cosines + (j << 2), left), S = mul(DIRECTION, loadLeft(sines + (j << 2), left));
      storeLeft(at, sub(mul(A, C), mul(B, S)), left);
      storeLeft(at + step, add(mul(B, C), mul(A, S)), left);
    }
  }
}
