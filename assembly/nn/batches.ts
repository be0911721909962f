// What feeds a batch: rows in a random order, rows picked by index, and dropout.
import { and, load, mul, splat, store } from "../lanes";

/** y[r] = x[index[r]] for rows of `columns` floats (or other four-byte numbers). */
export function gather(x: usize, index: usize, y: usize, rows: usize, columns: usize): void {
  const step = columns << 2, whole = step & ~15;
  for (let r: usize = 0; r < rows; r++, y += step) {
    const from = x + <usize>i32.load(index + (r << 2)) * step;
    for (let i: usize = 0; i < whole; i += 16) store(y + i, load(from + i));
    for (let i = whole; i < step; i += 4) i32.store(y + i, i32.load(from + i));
  }
}

/**
 * index = 0, 1, ... n - 1 in a random order (Fisher and Yates), drawn by sfc32 from its state (src/numerics/random.ts). A number beyond the last multiple of
 * what it is to be below, which would make small ones likelier, is drawn again.
 */
export function shuffle(index: usize, n: u32, a: u32, b: u32, c: u32, counter: u32): void {
  for (let i: u32 = 0; i < n; i++) i32.store(index + (i << 2), i);
  for (let bound = n; bound > 1; bound--) {
    const most: u32 = ~((0 - bound) % bound);
    let bits: u32;
    do {
      bits = a + b + counter++;
      a = b ^ (b >> 9);
      b = c + (c << 3);
      c = rotl(c, 21) + bits;
    } while (bits > most);
    const last = index + ((bound - 1) << 2), other = index + ((bits % bound) << 2);
    const item = i32.load(last);
    i32.store(last, i32.load(other));
    i32.store(other, item);
  }
}

/**
 * y = x scale where a hash of key and index is at least threshold, otherwise 0. The same key drops the same units again, so the
 * backward pass needs no mask: dropout(g, g, ...). The hash is C. Wellons's lowbias32.
 */
export function dropout(x: usize, y: usize, n: usize, key: u32, threshold: u32, scale: f32): void {
  const SCALE = splat(scale), THRESHOLD = i32x4.splat(<i32>threshold);
  let I = i32x4.add(i32x4.splat(<i32>key), i32x4(0, 1, 2, 3));
  let i: usize = 0;
  if (n) do {
    let H = v128.xor(I, i32x4.shr_u(I, 16));
    H = i32x4.mul(H, i32x4.splat(0x7feb352d));
    H = v128.xor(H, i32x4.shr_u(H, 15));
    H = i32x4.mul(H, i32x4.splat(<i32>0x846ca68b));
    H = v128.xor(H, i32x4.shr_u(H, 16));
    store(y + i, and(mul(load(x + i), SCALE), i32x4.ge_u(H, THRESHOLD)));
    I = i32x4.add(I, i32x4.splat(4));
  } while ((i += 16) < n << 2);
}
