// The twin of assembly/optimizers/sm3.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function sm3Matrix(heap: Heap): Kernels["sm3Matrix"] {
  return (p, g, m, row, column, next, rows, columns, rate, b1, a1, b2, gain, epsilon, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    row >>>= 2;
    column >>>= 2;
    next >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    gain = f(gain);
    epsilon = f(epsilon);
    shrink = f(shrink);
    scale = f(scale);
    x.fill(0, next, next + columns);
    for (let i = 0; i < rows; i++, p += columns, g += columns, m += columns) {
      const ROW = x[row + i] as number;
      let max = 0;
      for (let j = 0; j < columns; j++) {
        const P = x[p + j] as number;
        const G = f(scale * (x[g + j] as number));
        const C = x[column + j] as number;
        const A = f(f(gain * f(G * G)) + f(b2 * (C < ROW ? C : ROW)));
        const M = f(f(b1 * (x[m + j] as number)) + f(a1 * f(G / f(Math.sqrt(f(A + epsilon))))));
        if (A > max) max = A;
        if (A > (x[next + j] as number)) x[next + j] = A;
        x[m + j] = M;
        x[p + j] = P - f(f(shrink * P) + f(rate * M));
      }
      x[row + i] = max;
    }
    x.copyWithin(column, next, next + columns);
  };
}
