// Mechanic (Cutkosky, Defazio and Mehta 2023): d sums up the steps of another optimizer, which has just moved p from old:
//   d = keep d + (old - p);  p = x0 - size d
import { add, load, mul, splat, store, sub } from "../lanes";

@inline
function mechanicVector(p: usize, old: usize, d: usize, x0: usize, KEEP: v128, SIZE: v128): void {
  const X0 = load(x0), D = add(mul(KEEP, load(d)), sub(load(old), load(p)));
  store(d, D);
  store(p, sub(X0, mul(SIZE, D)));
}

export function mechanic(p: usize, old: usize, d: usize, x0: usize, n: usize, keep: f32, size: f32): void {
  const KEEP = splat(keep), SIZE = splat(size);
  const end = n << 2;
  let i: usize = 0;
  if (end > 16) do {
    mechanicVector(p + i, old + i, d + i, x0 + i, KEEP, SIZE);
    mechanicVector(p + i + 16, old + i + 16, d + i + 16, x0 + i + 16, KEEP, SIZE);
  } while ((i += 32) + 16 < end);
  if (i < end) mechanicVector(p + i, old + i, d + i, x0 + i, KEEP, SIZE);
}
