// Passes over vectors that JavaScript has faster functions for, or that touch single numbers.
import { load, splat, store } from "../lanes";

/** x = value in the first n floats, and only there: padding stays zero. */
export function fill(x: usize, n: usize, value: f32): void {
  const VALUE = splat(value);
  const end = n << 2, whole = end & ~15;
  for (let i: usize = 0; i < whole; i += 16) store(x + i, VALUE);
  for (let i = whole; i < end; i += 4) f32.store(x + i, value);
}

/** y = x */
export function copy(x: usize, y: usize, n: usize): void {
  for (let i: usize = 0; i < n << 2; i += 16) store(y + i, load(x + i));
}

/** y = the first column of the matrix x */
export function firstColumn(x: usize, y: usize, rows: usize, columns: usize): void {
  for (let i: usize = 0; i < rows; i++) f32.store(y + (i << 2), f32.load(x + ((i * columns) << 2)));
}
