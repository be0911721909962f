// The twin of assembly/optimizers/laprop.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function laprop(heap: Heap): Kernels["laprop"] {
  return (p, g, m, v, n, rate, b1, fresh, b2, a2, k, epsilon, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    fresh = f(fresh);
    b2 = f(b2);
    a2 = f(a2);
    k = f(k);
    epsilon = f(epsilon);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      const M = f(f(b1 * (x[m + i] as number)) + f(f(fresh * G) / f(f(Math.sqrt(f(k * V))) + epsilon)));
      x[m + i] = M;
      x[v + i] = V;
      x[p + i] = P - f(f(shrink * P) + f(rate * M));
    }
  };
}
