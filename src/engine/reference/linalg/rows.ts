// The twin of assembly/linalg/rows.ts.
import type { Kernels } from "../../../generated/kernels.js";
import type { Heap } from "../heap.js";

export function copyColumns(heap: Heap): Kernels["copyColumns"] {
  return (x, y, rows, columns, xStride, yStride) => {
    const v = heap.u32;
    for (let r = 0; r < rows; r++) {
      const from = (x >>> 2) + r * xStride;
      v.copyWithin((y >>> 2) + r * yStride, from, from + columns);
    }
  };
}

export function addRows(heap: Heap): Kernels["addRows"] {
  return (x, index, y, rows, columns) => {
    const v = heap.f32;
    x >>>= 2;
    for (let r = 0; r < rows; r++, x += columns) {
      const to = (y >>> 2) + (heap.u32[(index >>> 2) + r] as number) * columns;
      for (let j = 0; j < columns; j++) v[to + j] = (v[to + j] as number) + (v[x + j] as number);
    }
  };
}
