// The twin of assembly/optimizers/ademamix.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function ademamix(heap: Heap): Kernels["ademamix"] {
  return (p, g, m, l, v, n, near, far, b1, a1, b2, a2, b3, a3, k, root, epsilon, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    l >>>= 2;
    v >>>= 2;
    near = f(near);
    far = f(far);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    b3 = f(b3);
    a3 = f(a3);
    k = f(k);
    root = f(root);
    epsilon = f(epsilon);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const L = f(f(b3 * (x[l + i] as number)) + f(a3 * G));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      x[m + i] = M;
      x[l + i] = L;
      x[v + i] = V;
      x[p + i] = P - f(f(shrink * P) + f(f(f(near * M) + f(far * L)) / f(f(Math.sqrt(f(f(k * V) + root))) + epsilon)));
    }
  };
}
