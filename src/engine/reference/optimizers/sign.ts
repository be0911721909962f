// The twin of assembly/optimizers/sign.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function signSgd(heap: Heap): Kernels["signSgd"] {
  return (p, g, n, rate, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    rate = f(rate);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      x[p + i] = P - f(f(shrink * P) + f(rate * Math.sign(G)));
    }
  };
}

export function signum(heap: Heap): Kernels["signum"] {
  return (p, g, m, n, rate, b1, a1, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      x[m + i] = M;
      x[p + i] = P - f(f(shrink * P) + f(rate * Math.sign(M)));
    }
  };
}
