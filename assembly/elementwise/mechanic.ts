// Mechanic (Cutkosky, Defazio and Mehta 2023): d sums up the steps of another optimizer, which has just moved p from old:
//   d = keep d + (old - p);  p = x0 - size d
import { add, load, mul, store, sub } from "../lanes";

/** @vectors 2 */
export function mechanic(p: usize, old: usize, d: usize, x0: usize, KEEP: v128, SIZE: v128): void {
  const X0 = load(x0), D = add(mul(KEEP, load(d)), sub(load(old), load(p)));
  store(d, D);
  store(p, sub(X0, mul(SIZE, D)));
}
