// The twin of assembly/optimizers/adabelief.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function adabelief(heap: Heap): Kernels["adabelief"] {
  return (p, g, m, s, n, near, look, b1, a1, b2, a2, k, root, epsilon, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    s >>>= 2;
    near = f(near);
    look = f(look);
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
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const D = f(G - M);
      const S = f(f(b2 * (x[s + i] as number)) + f(a2 * f(D * D)));
      x[m + i] = M;
      x[s + i] = S;
      x[p + i] = P - f(f(shrink * P) + f(f(f(near * M) + f(look * G)) / f(f(Math.sqrt(f(f(k * S) + root))) + epsilon)));
    }
  };
}
