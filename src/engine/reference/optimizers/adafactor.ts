// The twin of assembly/optimizers/adafactor.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";
import { rowSum } from "../linalg/units.js";

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
