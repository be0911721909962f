// The product of two matrices.
//
// Order of summation: every element of a result is start + a0 b0 + a1 b1 + ..., one after the other in rising k, each product and each
// sum rounded to f32. Lanes, tiles and blocks hold different elements of the result or sums that are not yet whole, never parts of one sum
// side by side, so that they cannot change a bit. Results no larger than a limit are zero (limits.ts).
//
// Wide results are made by `blocks` in tiles of 4 rows by 8 columns; what they leave, and narrow ones, by `rows` in tiles of 4 rows by 8, 4 or, with
// rows for lanes, up to 3 columns, or, of a last row alone, 1 by 16. At an edge such a tile is moved back to overlap its neighbour, which writes
// the same values again: no masks, no reads outside, no slow path.
import { add, and, andnot, gather, gt, le, load, loadSplat, mul, scatter, splat, store } from "../lanes";

/** Where a thread keeps what it spreads and packs, PACKED bytes below the arena (src/engine/memory.ts). */
export let scratch: usize = 1024;
/** From so many bytes of columns on, four rows of a are spread: each number into all lanes, which saves its address in every turn. */
const WIDE: usize = 512;
/** From so many rows and bytes of b on, it is packed in panels of eight columns; then fewer bytes of columns are wide. */
const ROWS: usize = 64;
const BYTES: usize = 65536;
const WIDE_PACKED: usize = 256;
/** Blocks are so deep, and packed ones so many bytes of columns wide. */
const DEPTH: usize = 256;
const PANELS: usize = 512;

/**
 * c[m × n] = a[m × k] b[k × n] + start; with relu 0 for what is below 0; 0 where gate, as wide as c, is not above 0. No start and no gate
 * is 0. Rows lie so many bytes apart, columns of a aStep: swapped with aRow, it transposes a.
 */
export function product(
  a: usize, aRow: usize, aStep: usize, b: usize, bStep: usize, c: usize, cStep: usize, m: usize, k: usize, n: usize,
  start: usize, relu: i32, gate: usize, limit: f32,
): void {
  const toGate = gate ? gate - c : 0;
  let width = n << 2;
  const packs = m >= ROWS && k * width > BYTES;
  // a last row is cheaper by itself
  const fours = (m & 3) == 1 ? m - 1 : m;
  if (fours && width >= (packs ? WIDE_PACKED : WIDE)) {
    const whole = width & ~31;
    blocks(a, aRow, aStep, b, bStep, c, cStep, fours, k, whole, packs, start, relu, toGate, limit);
    if (fours < m) rows(a + fours * aRow, aRow, aStep, b, bStep, c + fours * cStep, cStep, 1, k, whole, start, relu, toGate, limit);
    width -= whole;
    b += whole;
    c += whole;
    if (start) start += whole;
  }
  if (width) rows(a, aRow, aStep, b, bStep, c, cStep, m, k, width, start, relu, toGate, limit);
}

/**
 * All rows of whole tiles, in blocks that stay in the cache. Between blocks, sums wait in c: no tile may overlap another then, which would go on
 * with sums that have already gone on.
 */
function blocks(
  a: usize, aRow: usize, aStep: usize, b: usize, bStep: usize, c: usize, cStep: usize, m: usize, k: usize, width: usize, packs: bool,
  start: usize, relu: i32, toGate: usize, limit: f32,
): void {
  const most = packs ? PANELS : width;
  for (let j: usize = 0; j < width; j += most) {
    const wide = min(width - j, most);
    for (let from: usize = 0; from < k; from += DEPTH) {
      const depth = min(k - from, DEPTH), last = from + depth == k;
      let B = b + from * bStep + j, step = bStep, next: usize = 32;
      if (packs) {
        const panels = scratch + (DEPTH << 6);
        pack(B, bStep, panels, depth, wide);
        B = panels;
        step = 32;
        next = depth << 5;
      }
      let A = a + from * aStep, C = c + j;
      for (let i: usize = 0; i < m; i += 4, A += aRow << 2, C += cStep << 2) {
        const r1: usize = m - i > 1 ? 1 : 0, r2: usize = m - i > 2 ? 2 : r1, r3: usize = m - i > 3 ? 3 : r2;
        spread(A, r1 * aRow, r2 * aRow, r3 * aRow, aStep, depth);
        tiles(
          B, step, next, C, C + r1 * cStep, C + r2 * cStep, C + r3 * cStep, depth, wide,
          start ? start + j : 0, from > 0, last ? limit : -1, last ? relu : 0, last ? toGate : 0,
        );
      }
    }
  }
}

/** Panels of eight columns, one after the other. */
function pack(b: usize, bStep: usize, to: usize, depth: usize, width: usize): void {
  for (const end = b + width; b < end; b += 32) {
    for (let p = b, last = p + depth * bStep; p < last; p += bStep, to += 32) {
      store(to, load(p));
      store(to + 16, load(p + 16));
    }
  }
}

/** Four rows of a, three of them a1, a2 and a3 behind the first, side by side, each number in all lanes. */
function spread(a: usize, a1: usize, a2: usize, a3: usize, aStep: usize, depth: usize): void {
  for (let to = scratch, end = to + (depth << 6); to < end; to += 64, a += aStep) {
    store(to, loadSplat(a));
    store(to + 16, loadSplat(a + a1));
    store(to + 32, loadSplat(a + a2));
    store(to + 48, loadSplat(a + a3));
  }
}

/**
 * The spread rows times whole tiles; those of b lie `next` bytes apart. Sums begin with start, or onward with c, and are 0 if no larger than
 * limit.
 */
function tiles(
  b: usize, bStep: usize, next: usize, c0: usize, c1: usize, c2: usize, c3: usize, k: usize, width: usize,
  start: usize, onward: bool, limit: f32, relu: i32, toGate: usize,
): void {
  const LIMIT = splat(limit), MASK = maskOf(relu);
  const height = k * bStep;
  for (let j: usize = 0; j < width; j += 32, b += next) {
    let s00 = splat(0), s01 = splat(0);
    if (start) {
      s00 = load(start + j);
      s01 = load(start + j + 16);
    }
    let s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
    if (onward) {
      s00 = load(c0 + j);
      s01 = load(c0 + j + 16);
      s10 = load(c1 + j);
      s11 = load(c1 + j + 16);
      s20 = load(c2 + j);
      s21 = load(c2 + j + 16);
      s30 = load(c3 + j);
      s31 = load(c3 + j + 16);
    }
    let a = scratch;
    for (let p = b, end = p + height; p < end; p += bStep, a += 64) {
      const B0 = load(p), B1 = load(p + 16);
      const A0 = load(a), A1 = load(a + 16), A2 = load(a + 32), A3 = load(a + 48);
      s00 = add(s00, mul(A0, B0));
      s01 = add(s01, mul(A0, B1));
      s10 = add(s10, mul(A1, B0));
      s11 = add(s11, mul(A1, B1));
      s20 = add(s20, mul(A2, B0));
      s21 = add(s21, mul(A2, B1));
      s30 = add(s30, mul(A3, B0));
      s31 = add(s31, mul(A3, B1));
    }
    finishRow(c0 + j, s00, s01, LIMIT, MASK, toGate);
    finishRow(c1 + j, s10, s11, LIMIT, MASK, toGate);
    finishRow(c2 + j, s20, s21, LIMIT, MASK, toGate);
    finishRow(c3 + j, s30, s31, LIMIT, MASK, toGate);
  }
}

/** All rows of so many bytes of columns, whatever they are. The gate for the element at p lies at p + toGate. */
function rows(
  a: usize, aRow: usize, aStep: usize, b: usize, bStep: usize, c: usize, cStep: usize, m: usize, k: usize, width: usize,
  start: usize, relu: i32, toGate: usize, limit: f32,
): void {
  for (let i: usize = 0; i < m; i += 4, a += aRow << 2, c += cStep << 2) {
    // rows that are not there repeat the last one
    const r1: usize = m - i > 1 ? 1 : 0, r2: usize = m - i > 2 ? 2 : r1, r3: usize = m - i > 3 ? 3 : r2;
    const a1 = r1 * aRow, a2 = r2 * aRow, a3 = r3 * aRow, c1 = c + r1 * cStep, c2 = c + r2 * cStep, c3 = c + r3 * cStep;
    let j: usize = 0;
    if (r1 == 0) for (; j + 64 <= width; j += 64) row16(a, aStep, b + j, bStep, c + j, k, start ? start + j : 0, relu, toGate, limit);
    if (width < 16) columns(a, a1, a2, a3, aStep, b, bStep, c, c1, c2, c3, k, width, start, relu, toGate, limit);
    else if (j < width) strip(a, a1, a2, a3, aStep, b, bStep, c, c1, c2, c3, k, j, width, start, relu, toGate, limit);
  }
}

/** Four rows, three of them a1, a2 and a3 behind the first, from column j / 4 on. */
function strip(
  A0: usize, a1: usize, a2: usize, a3: usize, aStep: usize, b: usize, bStep: usize,
  c0: usize, c1: usize, c2: usize, c3: usize, k: usize, j: usize, width: usize, start: usize, relu: i32, toGate: usize, limit: f32,
): void {
  const LIMIT = splat(limit), MASK = maskOf(relu);
  const height = k * bStep;
  if (j + 32 <= width) for (;;) {
    let a = A0;
    let s00 = splat(0), s01 = splat(0);
    if (start) {
      s00 = load(start + j);
      s01 = load(start + j + 16);
    }
    let s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
    for (let p = b + j, end = p + height; p < end; p += bStep) {
      const B0 = load(p), B1 = load(p + 16);
      let A = loadSplat(a);
      s00 = add(s00, mul(A, B0));
      s01 = add(s01, mul(A, B1));
      A = loadSplat(a + a1);
      s10 = add(s10, mul(A, B0));
      s11 = add(s11, mul(A, B1));
      A = loadSplat(a + a2);
      s20 = add(s20, mul(A, B0));
      s21 = add(s21, mul(A, B1));
      A = loadSplat(a + a3);
      s30 = add(s30, mul(A, B0));
      s31 = add(s31, mul(A, B1));
      a += aStep;
    }
    finishRow(c0 + j, s00, s01, LIMIT, MASK, toGate);
    finishRow(c1 + j, s10, s11, LIMIT, MASK, toGate);
    finishRow(c2 + j, s20, s21, LIMIT, MASK, toGate);
    finishRow(c3 + j, s30, s31, LIMIT, MASK, toGate);
    j += 32;
    if (j + 16 >= width) break;
    if (j + 32 > width) j = width - 32;
  }
  for (; j < width; j += 16) {
    if (j + 16 > width) j = width - 16;
    let a = A0;
    let s0 = splat(0);
    if (start) s0 = load(start + j);
    let s1 = s0, s2 = s0, s3 = s0;
    for (let p = b + j, end = p + height; p < end; p += bStep) {
      const B = load(p);
      s0 = add(s0, mul(loadSplat(a), B));
      s1 = add(s1, mul(loadSplat(a + a1), B));
      s2 = add(s2, mul(loadSplat(a + a2), B));
      s3 = add(s3, mul(loadSplat(a + a3), B));
      a += aStep;
    }
    finish(c0 + j, s0, LIMIT, MASK, toGate);
    finish(c1 + j, s1, LIMIT, MASK, toGate);
    finish(c2 + j, s2, LIMIT, MASK, toGate);
    finish(c3 + j, s3, LIMIT, MASK, toGate);
  }
}

/** Four rows, which are the lanes, of one to three columns: those that are not there repeat the last one. */
function columns(
  a: usize, a1: usize, a2: usize, a3: usize, aStep: usize, b: usize, bStep: usize,
  c0: usize, c1: usize, c2: usize, c3: usize, k: usize, width: usize, start: usize, relu: i32, toGate: usize, limit: f32,
): void {
  const j1: usize = width > 4 ? 4 : 0, j2: usize = width > 8 ? 8 : j1;
  let s0 = splat(0), s1 = splat(0), s2 = splat(0);
  if (start) {
    s0 = loadSplat(start);
    s1 = loadSplat(start + j1);
    s2 = loadSplat(start + j2);
  }
  for (const end = b + k * bStep; b < end; b += bStep) {
    const A = gather(a, a + a1, a + a2, a + a3);
    s0 = add(s0, mul(A, loadSplat(b)));
    s1 = add(s1, mul(A, loadSplat(b + j1)));
    s2 = add(s2, mul(A, loadSplat(b + j2)));
    a += aStep;
  }
  const LIMIT = splat(limit), MASK = maskOf(relu);
  finishColumn(c0, c1, c2, c3, s0, LIMIT, MASK, toGate);
  if (j1) finishColumn(c0 + j1, c1 + j1, c2 + j1, c3 + j1, s1, LIMIT, MASK, toGate);
  if (j2 > j1) finishColumn(c0 + j2, c1 + j2, c2 + j2, c3 + j2, s2, LIMIT, MASK, toGate);
}

function row16(
  a: usize, aStep: usize, b: usize, bStep: usize, c: usize, k: usize, start: usize, relu: i32, toGate: usize, limit: f32,
): void {
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
  const LIMIT = splat(limit), MASK = maskOf(relu);
  finishRow(c, s0, s1, LIMIT, MASK, toGate);
  finishRow(c + 32, s2, s3, LIMIT, MASK, toGate);
}

/** The bits that are compared with the limit: without the sign, but with it for relu, since all that is below 0 becomes 0 as well. NaN stays. */
@inline
function maskOf(relu: i32): v128 { return i32x4.splat(relu ? -1 : i32.MAX_VALUE); }

@inline
function finish(c: usize, s: v128, LIMIT: v128, MASK: v128, toGate: usize): void {
  s = andnot(s, le(and(s, MASK), LIMIT));
  if (toGate) s = and(s, gt(load(c + toGate), splat(0)));
  store(c, s);
}

/** Eight columns of a row. */
@inline
function finishRow(c: usize, s0: v128, s1: v128, LIMIT: v128, MASK: v128, toGate: usize): void {
  finish(c, s0, LIMIT, MASK, toGate);
  finish(c + 16, s1, LIMIT, MASK, toGate);
}

@inline
function finishColumn(c0: usize, c1: usize, c2: usize, c3: usize, s: v128, LIMIT: v128, MASK: v128, toGate: usize): void {
  s = andnot(s, le(and(s, MASK), LIMIT));
  if (toGate) s = and(s, gt(gather(c0 + toGate, c1 + toGate, c2 + toGate, c3 + toGate), splat(0)));
  scatter(c0, c1, c2, c3, s);
}
