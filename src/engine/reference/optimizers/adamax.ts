// The twin of assembly/optimizers/adamax.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function adamax(heap: Heap): Kernels["adamax"] {
  return (p, g, m, w, n, rate, b1, a1, b2, slack, epsilon, decay, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    w >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    slack = f(slack);
    epsilon = f(epsilon);
    decay = f(decay);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const A = Math.abs(G);
      const D = f(f(b2 * (x[w + i] as number)) - slack);
      const W = A < D ? D : A;
      x[m + i] = M;
      x[w + i] = W;
      x[p + i] = P - f(f(shrink * P) + f(f(rate * M) / f(W + epsilon)));
    }
  };
}
