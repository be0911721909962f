// The twin of assembly/linalg/dense.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { FORWARD, f, flushed, type Heap, TINY } from "../heap.js";
import { product } from "./product.js";

export function dense(heap: Heap): Kernels["dense"] {
  return (x, w, b, y, rows, inputs, outputs, relu, stride) =>
    product(heap, x, inputs, 1, w, stride, y, stride, rows, inputs, outputs, b, relu, 0, FORWARD);
}

export function denseWeightGradient(heap: Heap): Kernels["denseWeightGradient"] {
  return (x, dy, dw, rows, inputs, outputs, stride) =>
    product(heap, x, 1, stride, dy, outputs, dw, outputs, inputs, rows, outputs, 0, 0, 0, TINY);
}

export function denseInputGradient(heap: Heap): Kernels["denseInputGradient"] {
  return (dy, wt, dx, rows, inputs, outputs, gate, stride) =>
    product(heap, dy, outputs, 1, wt, stride, dx, stride, rows, outputs, inputs, 0, 0, gate, TINY);
}

export function denseBiasGradient(heap: Heap): Kernels["denseBiasGradient"] {
  return (dy, db, rows, columns) => {
    const v = heap.f32;
    dy >>>= 2;
    db >>>= 2;
    for (let j = 0; j < columns; j++) {
      let s = 0;
      for (let r = 0; r < rows; r++) s = f(s + (v[dy + r * columns + j] as number));
      v[db + j] = flushed(s, TINY);
    }
  };
}

export function transpose(heap: Heap): Kernels["transpose"] {
  return (x, y, rows, columns) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) v[y + j * rows + i] = v[x + i * columns + j] as number;
  };
}
