// The twin of assembly/optimizers/momo.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap, tree } from "../heap.js";

export function momo(heap: Heap): Kernels["momo"] {
  const s4 = new Float64Array(4);
  return (g, m, n, b, a, scale) => {
    const x = heap.f32;
    g >>>= 2;
    m >>>= 2;
    b = f(b);
    a = f(a);
    scale = f(scale);
    s4.fill(0);
    for (let i = 0; i < n; i++) {
      const M = f(f(b * (x[m + i] as number)) + f(a * f(scale * (x[g + i] as number))));
      x[m + i] = M;
      s4[i & 3] = (s4[i & 3] as number) + M * M;
    }
    return tree(s4);
  };
}

export function momoAdam(heap: Heap): Kernels["momoAdam"] {
  const s4 = new Float64Array(4);
  return (g, m, v, n, b1, a1, b2, a2, c2, epsilon, scale) => {
    const x = heap.f32;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    c2 = f(c2);
    epsilon = f(epsilon);
    scale = f(scale);
    s4.fill(0);
    for (let i = 0; i < n; i++) {
      const G = f(scale * (x[g + i] as number));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      x[m + i] = M;
      x[v + i] = V;
      s4[i & 3] = (s4[i & 3] as number) + M * f(M / f(f(f(Math.sqrt(V)) * c2) + epsilon));
    }
    return tree(s4);
  };
}
