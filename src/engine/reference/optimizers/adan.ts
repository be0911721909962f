// The twin of assembly/optimizers/adan.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function adan(heap: Heap): Kernels["adan"] {
  return (p, g, m, v, s, before, n, near, far, b1, a1, b2, a2, b3, a3, weight, k, root, epsilon, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    s >>>= 2;
    before >>>= 2;
    near = f(near);
    far = f(far);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    b3 = f(b3);
    a3 = f(a3);
    weight = f(weight);
    k = f(k);
    root = f(root);
    epsilon = f(epsilon);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const D = f(G - (x[before + i] as number));
      const E = f(G + f(weight * D));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * D));
      const S = f(f(b3 * (x[s + i] as number)) + f(a3 * f(E * E)));
      x[m + i] = M;
      x[v + i] = V;
      x[s + i] = S;
      x[before + i] = G;
      x[p + i] = P - f(f(shrink * P) + f(f(f(near * M) + f(far * V)) / f(f(Math.sqrt(f(f(k * S) + root))) + epsilon)));
    }
  };
}
