// Self-attention between the dense layers at its two ends.
//
// Queries, keys and values of a step lie side by side in `joint` [rows × steps × 3 width], each `heads` times `head` numbers wide; what the heads put
// out in `mixed` [rows × steps × width]; the shares of the steps in one another in `shares` [rows × heads × steps × steps]. `spare` has room for
// (2 head + 8 + steps / 8) steps numbers a row, so that rows can be split over threads.
//
// Causal products are made in groups of steps, each over the steps up to its last one: what is left out are products with shares of 0, which add
// nothing to a sum that begins at 0. Shares within a group that lie behind their step are 0, those behind the group are neither written nor read.
// Groups are of 8 steps, or an eighth of many, so that products stay large.
import { transpose } from "../linalg/dense";
import { product } from "../linalg/product";
import { copyColumns } from "../linalg/rows";
import { FORWARD, TINY } from "../limits";
import { add, and, first, flushed, loadLeft, mul, pmax, select, splat, storeLeft, sub } from "../lanes";
import { expNegative } from "../math";

/** Of each head, mixed = softmax(scale q k^T) v; before, where there are cosines [steps × head / 2], queries and keys are turned in place. */
export function attend(
  joint: usize, cosines: usize, sines: usize, shares: usize, mixed: usize, spare: usize, rows: usize, steps: usize, heads: usize, head: usize,
  scale: f32, causal: i32,
): void {
  const wide = head << 2, width = heads * wide, pitch = width * 3, line = steps << 2, together = causal ? groupOf(steps) : steps;
  const other = spare + steps * wide;
  for (let r: usize = 0; r < rows; r++, joint += steps * pitch, mixed += steps * width) {
    for (let at: usize = 0; at < width; at += wide, shares += steps * line) {
      const q = joint + at, k = q + width, v = k + width;
      if (cosines) for (let x = q; x <= k; x += width) turn(x, pitch, cosines, sines, steps, head >> 1, 1);
      take(k, pitch, spare, steps, head);
      transpose(spare, other, steps, head);
      take(v, pitch, spare, steps, head);
      for (let i: usize = 0; i < steps; i += together) {
        const count = min(together, steps - i), end = causal ? i + count : steps, p = shares + i * line;
        product(q + i * pitch, pitch, 4, other, line, p, line, count, head, end, 0, 0, 0, FORWARD);
        for (let j: usize = 0; j < count; j++) softmax(p + j * line, causal ? i + j + 1 : steps, end, scale);
        product(p, line, 4, spare, wide, mixed + at + i * width, width, count, end, head, 0, 0, 0, FORWARD);
      }
    }
  }
}

/** The gradient of attend: that of mixed stands in its place; those of queries, keys, values and of what shares were made of take theirs. */
export function attendGradient(
  joint: usize, cosines: usize, sines: usize, shares: usize, mixed: usize, spare: usize, rows: usize, steps: usize, heads: usize, head: usize,
  scale: f32, causal: i32,
): void {
  const wide = head << 2, width = heads * wide, pitch = width * 3, line = steps << 2, together = causal ? groupOf(steps) : steps;
  const other = spare + steps * wide, slopes = other + steps * wide, group = groupOf(steps);
  for (let r: usize = 0; r < rows; r++, joint += steps * pitch, mixed += steps * width) {
    for (let at: usize = 0; at < width; at += wide, shares += steps * line) {
      const q = joint + at, k = q + width, v = k + width;
      take(v, pitch, spare, steps, head);
      transpose(spare, other, steps, head);
      take(mixed + at, width, spare, steps, head);
      transposed(shares, line, spare, wide, v, pitch, together, steps, head, causal);
      for (let i: usize = 0; i < steps; i += group) {
        const count = min(group, steps - i), p = shares + i * line;
        product(spare + i * wide, wide, 4, other, line, slopes, line, count, head, causal ? i + count : steps, 0, 0, 0, FORWARD);
        for (let j: usize = 0; j < count; j++) softmaxGradient(p + j * line, slopes + j * line, causal ? i + j + 1 : steps, scale);
      }
      take(k, pitch, other, steps, head);
      take(q, pitch, spare, steps, head);
      for (let i: usize = 0; i < steps; i += together) {
        const count = min(together, steps - i), end = causal ? i + count : steps;
        product(shares + i * line, line, 4, other, wide, q + i * pitch, pitch, count, end, head, 0, 0, 0, FORWARD);
      }
      transposed(shares, line, spare, wide, k, pitch, together, steps, head, causal);
      if (cosines) for (let x = q; x <= k; x += width) turn(x, pitch, cosines, sines, steps, head >> 1, -1);
    }
  }
}

@inline
function groupOf(steps: usize): usize { return max<usize>(8, steps >> 6 << 3); }

/** y[steps × head] = x. */
@inline
function take(x: usize, xStep: usize, y: usize, steps: usize, head: usize): void {
  copyColumns(x, y, <i32>steps, <i32>head, <i32>(xStep >> 2), <i32>head);
}

/** c = a^T b, with a [steps × steps], in which numbers stand up to the end of a step's group if it is causal. */
function transposed(
  a: usize, line: usize, b: usize, bStep: usize, c: usize, cStep: usize, together: usize, steps: usize, head: usize, causal: i32,
): void {
  for (let i: usize = 0; i < steps; i += together) {
    const count = min(together, steps - i), from = causal ? i : 0;
    product(a + from * line + (i << 2), 4, line, b + from * bStep, bStep, c + i * cStep, cStep, count, steps - from, head, 0, 0, 0, TINY);
  }
}

/**
 * Softmax of scale x over `count` numbers in place, scale > 0, and 0 behind them up to `end`. Sums: columns mod 4 in rising column, then
 * (0 + 2) + (1 + 3).
 */
function softmax(x: usize, count: usize, end: usize, scale: f32): void {
  const SCALE = splat(scale);
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
  const SHARE = splat(<f32>1 / across(S));
  for (let j: usize = 0; j < count; j += 4) {
    const left = count - j, at = x + (j << 2);
    storeLeft(at, flushed(mul(loadLeft(at, left), SHARE), splat(TINY)), left);
  }
  for (; count < end; count++) f32.store(x + (count << 2), 0);
}

/** p = scale p (g - sum of p g) over `count` numbers, with p what softmax gave: its gradient. */
function softmaxGradient(p: usize, g: usize, count: usize, scale: f32): void {
  const SCALE = splat(scale);
  let S = splat(0);
  for (let j: usize = 0; j < count; j += 4) S = add(S, mul(loadLeft(p + (j << 2), count - j), loadLeft(g + (j << 2), count - j)));
  const SUM = splat(across(S));
  for (let j: usize = 0; j < count; j += 4) {
    const left = count - j, at = j << 2;
    const D = mul(SCALE, mul(loadLeft(p + at, left), sub(loadLeft(g + at, left), SUM)));
    storeLeft(p + at, flushed(D, splat(TINY)), left);
  }
}

/** (0 + 2) + (1 + 3) */
@inline
function across(S: v128): f32 {
  S = add(S, i32x4.shuffle(S, S, 2, 3, 0, 1));
  return f32x4.extract_lane(S, 0) + f32x4.extract_lane(S, 1);
}

/**
 * Turns pairs of numbers in place, number j of a row with number j + half: (a, b) to (a cos - b sin, b cos + a sin), with the sines times
 * `direction`. Rows of x lie xStep bytes apart, cosines and sines are half wide.
 */
function turn(x: usize, xStep: usize, cosines: usize, sines: usize, rows: usize, half: usize, direction: f32): void {
  const step = half << 2, DIRECTION = splat(direction);
  for (let r: usize = 0; r < rows; r++, x += xStep, cosines += step, sines += step) {
    for (let j: usize = 0; j < half; j += 4) {
      const left = half - j, at = x + (j << 2);
      const A = loadLeft(at, left), B = loadLeft(at + step, left);
      const C = loadLeft(cosines + (j << 2), left), S = mul(DIRECTION, loadLeft(sines + (j << 2), left));
      storeLeft(at, sub(mul(A, C), mul(B, S)), left);
      storeLeft(at + step, add(mul(B, C), mul(A, S)), left);
    }
  }
}
