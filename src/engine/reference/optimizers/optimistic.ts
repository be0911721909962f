// The twin of assembly/optimizers/optimistic.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function optimisticGradientDescent(heap: Heap): Kernels["optimisticGradientDescent"] {
  return (p, g, before, n, near, past, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    before >>>= 2;
    near = f(near);
    past = f(past);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(scale * (x[g + i] as number));
      const U = f(f(near * G) - f(past * (x[before + i] as number)));
      x[before + i] = G;
      x[p + i] = (x[p + i] as number) - U;
    }
  };
}
