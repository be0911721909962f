// The second pass of D-Adaptation's SGD (Defazio and Mishchenko 2023; the first is dadaptSgd in optimizers/prodigy.ts):
//   p = keep p + fresh (x0 - s)
import { add, load, mul, store, sub } from "../lanes";

export function fromStart(p: usize, s: usize, x0: usize, KEEP: v128, FRESH: v128): void {
  store(p, add(mul(KEEP, load(p)), mul(FRESH, sub(load(x0), load(s)))));
}
