// Rows of matrices, copied and added wherever they lie.
import { add, load, store } from "../lanes";

/** y[rows × columns] = x, with so many floats from one row to the next of each. */
export function copyColumns(x: usize, y: usize, rows: i32, columns: i32, xStride: i32, yStride: i32): void {
  for (; rows > 0; rows--, x += <usize>xStride << 2, y += <usize>yStride << 2) copyBytes(x, y, <usize>columns << 2);
}

/** y[index[r]] += x[r], row by row; rows are so many columns wide. */
export function addRows(x: usize, index: usize, y: usize, rows: usize, columns: usize): void {
  const step = columns << 2;
  for (let r: usize = 0; r < rows; r++, x += step) addBytes(x, y + <usize>i32.load(index + (r << 2)) * step, step);
}

export function copyBytes(from: usize, to: usize, bytes: usize): void {
  const whole = bytes & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) store(to + i, load(from + i));
  for (; i < bytes; i += 4) i32.store(to + i, i32.load(from + i));
}

export function addBytes(from: usize, to: usize, bytes: usize): void {
  const whole = bytes & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) store(to + i, add(load(to + i), load(from + i)));
  for (; i < bytes; i += 4) f32.store(to + i, f32.load(to + i) + f32.load(from + i));
}
