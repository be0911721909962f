// The twin of assembly/optimizers/asgd.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function asgd(heap: Heap): Kernels["asgd"] {
  return (p, g, average, n, rate, shrink, keep, fresh, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    average >>>= 2;
    rate = f(rate);
    shrink = f(shrink);
    keep = f(keep);
    fresh = f(fresh);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const X = f(P - f(f(shrink * P) + f(rate * G)));
      x[p + i] = X;
      x[average + i] = f(keep * (x[average + i] as number)) + f(fresh * X);
    }
  };
}
