// The twin of assembly/optimizers/adafactor.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";
import { rowSum } from "../linalg/units.js";

export function adafactor(heap: Heap): Kernels["adafactor"] {
  return (g, v, u, n, b2, a2, floor, scale) => {
    const x = heap.f32;
    g >>>= 2;
    v >>>= 2;
    u >>>= 2;
    b2 = f(b2);
    a2 = f(a2);
    floor = f(floor);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(scale * (x[g + i] as number));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      x[v + i] = V;
      x[u + i] = G / f(Math.sqrt(V < floor ? floor : V));
    }
  };
}

export function adafactorMatrix(heap: Heap): Kernels["adafactorMatrix"] {
  return (g, row, column, u, rows, columns, epsilon, floor, scale) => {
    const x = heap.f32;
    g >>>= 2;
    row >>>= 2;
    column >>>= 2;
    u >>>= 2;
    floor = f(floor);
    scale = f(scale);
    const mean = f(Math.max(rowSum(x, row, rows) / rows, epsilon));
    for (let i = 0; i < rows; i++, g += columns, u += columns) {
      const ROW = f((x[row + i] as number) / mean);
      for (let j = 0; j < columns; j++) {
        const V = f(ROW * (x[column + j] as number));
        x[u + j] = f(scale * (x[g + j] as number)) / f(Math.sqrt(V < floor ? floor : V));
      }
    }
  };
}
