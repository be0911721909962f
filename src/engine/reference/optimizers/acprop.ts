// The twin of assembly/optimizers/acprop.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function acprop(heap: Heap): Kernels["acprop"] {
  return (p, g, m, s, n, rate, b1, a1, b2, a2, k, root, epsilon, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    s >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    k = f(k);
    root = f(root);
    epsilon = f(epsilon);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const M = x[m + i] as number;
      const S = x[s + i] as number;
      const D = f(G - M);
      x[p + i] = P - f(f(shrink * P) + f(f(rate * G) / f(f(Math.sqrt(f(f(k * S) + root))) + epsilon)));
      x[s + i] = f(b2 * S) + f(a2 * f(D * D));
      x[m + i] = f(b1 * M) + f(a1 * G);
    }
  };
}
