// Mechanic (Cutkosky, Defazio and Mehta 2023): d sums up the steps of another optimizer, which has just moved p from old:
//   d = keep d + (old - p);  p = x0 - size d
import { add, load, mul, splat, store, sub } from "../lanes";

export function mechanic(p: usize, old: usize, d: usize, x0: usize, n: usize, keep: f32, size: f32): void {
  const KEEP = splat(keep), SIZE = splat(size);
  let i: usize = 0;
  if (n) do {
    const D = add(mul(KEEP, load(d + i)), sub(load(old + i), load(p + i)));
    store(d + i, D);
    store(p + i, sub(load(x0 + i), mul(SIZE, D)));
  } while ((i += 16) < n << 2);
}
