// The twin of assembly/optimizers/mechanic.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function mechanic(heap: Heap): Kernels["mechanic"] {
  return (p, old, d, x0, n, keep, size) => {
    const x = heap.f32;
    p >>>= 2;
    old >>>= 2;
    d >>>= 2;
    x0 >>>= 2;
    keep = f(keep);
    size = f(size);
    for (let i = 0; i < n; i++) {
      const D = f(f(keep * (x[d + i] as number)) + f((x[old + i] as number) - (x[p + i] as number)));
      x[d + i] = D;
      x[p + i] = (x[x0 + i] as number) - f(size * D);
    }
  };
}
