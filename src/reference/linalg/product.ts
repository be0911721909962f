// The twin of assembly/linalg/product.ts: the same order of summation without tiles.
import type { Kernels } from "../../generated/kernels.js";
import { f, flushed, type Heap, TINY } from "../heap.js";

export function dense(heap: Heap): Kernels["dense"] {
  return (x, w, b, y, rows, inputs, outputs, relu, stride) =>
    product(heap, x, inputs, 1, w, stride, y, stride, rows, inputs, outputs, b, relu, 0);
}

export function denseWeightGradient(heap: Heap): Kernels["denseWeightGradient"] {
  return (x, dy, dw, rows, inputs, outputs, stride) =>
    product(heap, x, 1, stride, dy, outputs, dw, outputs, inputs, rows, outputs, 0, 0, 0);
}

export function denseInputGradient(heap: Heap): Kernels["denseInputGradient"] {
  return (dy, wt, dx, rows, inputs, outputs, gate, stride) =>
    product(heap, dy, outputs, 1, wt, stride, dx, stride, rows, outputs, inputs, 0, 0, gate);
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

/** c[m × n] = a[m × k] b[k × n] + start; rows lie so many floats apart, columns of a aStep. */
function product(
  heap: Heap,
  a: number,
  aRow: number,
  aStep: number,
  b: number,
  bStep: number,
  c: number,
  cStep: number,
  m: number,
  k: number,
  n: number,
  start: number,
  relu: number,
  gate: number,
): void {
  const v = heap.f32;
  a >>>= 2;
  b >>>= 2;
  c >>>= 2;
  const bias = start >>> 2;
  const open = gate >>> 2;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let s = start ? (v[bias + j] as number) : 0;
      for (let r = 0; r < k; r++) s = f(s + f((v[a + i * aRow + r * aStep] as number) * (v[b + r * bStep + j] as number)));
      s = flushed(s, TINY);
      if (relu && s < 0) s = 0;
      if (gate && !((v[open + i * cStep + j] as number) > 0)) s = 0;
      v[c + i * cStep + j] = s;
    }
  }
}
