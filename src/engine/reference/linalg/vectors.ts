// The twin of assembly/linalg/vectors.ts.
import type { Kernels } from "../../../generated/kernels.js";
import type { Heap } from "../heap.js";

export function fill(heap: Heap): Kernels["fill"] {
  return (x, n, value) => {
    heap.f32.fill(value, x >>> 2, (x >>> 2) + n);
  };
}

export function copy(heap: Heap): Kernels["copy"] {
  return (x, y, n) => {
    heap.f32.copyWithin(y >>> 2, x >>> 2, (x >>> 2) + n);
  };
}

export function firstColumn(heap: Heap): Kernels["firstColumn"] {
  return (x, y, rows, columns) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    for (let i = 0; i < rows; i++) v[y + i] = v[x + i * columns] as number;
  };
}
