// The twin of assembly/optimizers/yogi.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function yogi(heap: Heap): Kernels["yogi"] {
  return (p, g, m, v, n, rate, b1, a1, a2, k, root, epsilon, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    a2 = f(a2);
    k = f(k);
    root = f(root);
    epsilon = f(epsilon);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const Q = f(G * G);
      const old = x[v + i] as number;
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const V = f(old - f(a2 * (old === Q ? 0 : old < Q ? -Q : Q)));
      x[m + i] = M;
      x[v + i] = V;
      x[p + i] = P - f(f(shrink * P) + f(f(rate * M) / f(f(Math.sqrt(f(f(k * V) + root))) + epsilon)));
    }
  };
}
