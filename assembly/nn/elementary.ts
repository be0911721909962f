// exp and log over a vector: what the tests measure the functions of math.ts by.
import { load, loadFirst, store, storeFirst } from "../lanes";
import { exp as exp4, log as log4 } from "../math";

/** y = e^x */
export function exp(x: usize, y: usize, n: usize): void {
  const whole = (n << 2) & ~15, rest = n & 3;
  for (let i: usize = 0; i < whole; i += 16) store(y + i, exp4(load(x + i)));
  if (rest) storeFirst(y + whole, exp4(loadFirst(x + whole, rest)), rest);
}

/** y = ln x */
export function log(x: usize, y: usize, n: usize): void {
  const whole = (n << 2) & ~15, rest = n & 3;
  for (let i: usize = 0; i < whole; i += 16) store(y + i, log4(load(x + i)));
  if (rest) storeFirst(y + whole, log4(loadFirst(x + whole, rest)), rest);
}
