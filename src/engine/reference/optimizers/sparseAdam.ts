// The twin of assembly/optimizers/sparseAdam.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function sparseAdam(heap: Heap): Kernels["sparseAdam"] {
  return (p, g, m, v, index, rows, columns, rate, b1, a1, b2, a2, epsilon, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    epsilon = f(epsilon);
    scale = f(scale);
    for (let i = 0; i < rows; i++) {
      const row = (index ? (heap.u32[(index >>> 2) + i] as number) : i) * columns;
      if (x.subarray(g + row, g + row + columns).every((gradient) => gradient === 0)) continue;
      for (let j = row; j < row + columns; j++) {
        const G = f(scale * (x[g + j] as number));
        const M = f(f(b1 * (x[m + j] as number)) + f(a1 * G));
        const V = f(f(b2 * (x[v + j] as number)) + f(a2 * f(G * G)));
        x[m + j] = M;
        x[v + j] = V;
        x[p + j] = (x[p + j] as number) - f(f(rate * M) / f(f(Math.sqrt(V)) + epsilon));
      }
    }
  };
}
