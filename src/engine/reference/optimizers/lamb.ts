// The twin of assembly/optimizers/lamb.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function lamb(heap: Heap): Kernels["lamb"] {
  return (p, g, m, v, u, n, b1, a1, b2, a2, c1, c2, root, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    u >>>= 2;
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    c1 = f(c1);
    c2 = f(c2);
    root = f(root);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(scale * (x[g + i] as number));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      x[m + i] = M;
      x[v + i] = V;
      x[u + i] = f(f(c1 * M) / f(f(Math.sqrt(f(f(c2 * V) + root))) + epsilon)) + f(decay * (x[p + i] as number));
    }
  };
}
