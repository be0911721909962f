// The twin of assembly/optimizers/adopt.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function adopt(heap: Heap): Kernels["adopt"] {
  return (p, g, m, v, n, near, look, b1, a1, b2, a2, limit, epsilon, decay, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    near = f(near);
    look = f(look);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    limit = f(limit);
    epsilon = f(epsilon);
    decay = f(decay);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const V = x[v + i] as number;
      const root = f(Math.sqrt(V));
      const D = f(G / (root < epsilon ? epsilon : root));
      const high = limit < D ? limit : D;
      const C = high < -limit ? -limit : high;
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * C));
      x[m + i] = M;
      x[v + i] = f(b2 * V) + f(a2 * f(G * G));
      x[p + i] = P - f(f(shrink * P) + f(f(near * M) + f(look * C)));
    }
  };
}
