// The twin of assembly/nn/normalization.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, flushed, type Heap, sumOf, TINY } from "../heap.js";

export function normalizeRows(heap: Heap): Kernels["normalizeRows"] {
  return (x, y, factors, rows, columns, centered, epsilon) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    factors >>>= 2;
    epsilon = f(epsilon);
    for (let r = 0; r < rows; r++, x += columns, y += columns) {
      const mean = centered ? f(sumOf(columns, (j) => v[x + j] as number) / columns) : 0;
      const square = sumOf(columns, (j) => {
        const d = f((v[x + j] as number) - mean);
        return f(d * d);
      });
      const factor = f(1 / f(Math.sqrt(f(f(square / columns) + epsilon))));
      v[factors + r] = factor;
      for (let j = 0; j < columns; j++) v[y + j] = flushed(f(f((v[x + j] as number) - mean) * factor), TINY);
    }
  };
}

export function normalizeRowsGradient(heap: Heap): Kernels["normalizeRowsGradient"] {
  return (y, factors, g, dx, rows, columns, centered) => {
    const v = heap.f32;
    y >>>= 2;
    factors >>>= 2;
    g >>>= 2;
    dx >>>= 2;
    for (let r = 0; r < rows; r++, y += columns, g += columns, dx += columns) {
      const a = centered ? f(sumOf(columns, (j) => v[g + j] as number) / columns) : 0;
      const b = f(sumOf(columns, (j) => f((v[g + j] as number) * (v[y + j] as number))) / columns);
      const factor = v[factors + r] as number;
      for (let j = 0; j < columns; j++) v[dx + j] = flushed(f(factor * f(f((v[g + j] as number) - a) - f((v[y + j] as number) * b))), TINY);
    }
  };
}

export function affineColumns(heap: Heap): Kernels["affineColumns"] {
  return (x, y, center, scale, shift, rows, columns) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    for (let r = 0; r < rows; r++, x += columns, y += columns) {
      for (let j = 0; j < columns; j++) {
        let s = v[x + j] as number;
        if (center) s = f(s - (v[(center >>> 2) + j] as number));
        if (scale) s = f(s * (v[(scale >>> 2) + j] as number));
        if (shift) s = f(s + (v[(shift >>> 2) + j] as number));
        v[y + j] = flushed(s, TINY);
      }
    }
  };
}

export function columnDots(heap: Heap): Kernels["columnDots"] {
  return (x, y, dots, rows, columns) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    dots >>>= 2;
    for (let j = 0; j < columns; j++) {
      let s = 0;
      for (let i = j; i < rows * columns; i += columns) s = f(s + f((v[x + i] as number) * (v[y + i] as number)));
      v[dots + j] = flushed(s, TINY);
    }
  };
}
