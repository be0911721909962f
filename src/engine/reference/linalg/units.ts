// The twin of assembly/linalg/units.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap, tree } from "../heap.js";

export function clipRows(heap: Heap): Kernels["clipRows"] {
  return (p, g, rows, columns, clipping, epsilon, scale) => {
    const v = heap.f32;
    p >>>= 2;
    g >>>= 2;
    scale = f(scale);
    for (let i = 0; i < rows; i++, p += columns, g += columns) {
      const factor = clipFactor(rowSquares(v, p, columns, 1), rowSquares(v, g, columns, scale), clipping, epsilon);
      for (let j = 0; j < columns; j++) v[g + j] = factor * (v[g + j] as number);
    }
  };
}

export function clipColumns(heap: Heap): Kernels["clipColumns"] {
  return (p, g, rows, columns, clipping, epsilon, scale) => {
    const v = heap.f32;
    p >>>= 2;
    g >>>= 2;
    scale = f(scale);
    for (let j = 0; j < columns; j++) {
      const factor = clipFactor(
        columnSquares(v, p + j, rows, columns, 1),
        columnSquares(v, g + j, rows, columns, scale),
        clipping,
        epsilon,
      );
      for (let i = 0; i < rows; i++) v[g + i * columns + j] = factor * (v[g + i * columns + j] as number);
    }
  };
}

export function centralizeRows(heap: Heap): Kernels["centralizeRows"] {
  return (g, rows, columns) => {
    const v = heap.f32;
    g >>>= 2;
    for (let i = 0; i < rows; i++, g += columns) {
      const mean = f(rowSum(v, g, columns) / columns);
      for (let j = 0; j < columns; j++) v[g + j] = (v[g + j] as number) - mean;
    }
  };
}

export function centralizeColumns(heap: Heap): Kernels["centralizeColumns"] {
  return (g, rows, columns) => {
    const v = heap.f32;
    g >>>= 2;
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += v[g + i * columns + j] as number;
      const mean = f(sum / rows);
      for (let i = 0; i < rows; i++) v[g + i * columns + j] = (v[g + i * columns + j] as number) - mean;
    }
  };
}

export function factorSquares(heap: Heap): Kernels["factorSquares"] {
  return (g, row, column, rows, columns, keep, rowGain, columnGain, scale) => {
    const v = heap.f32;
    g >>>= 2;
    row >>>= 2;
    column >>>= 2;
    scale = f(scale);
    for (let i = 0; i < rows; i++) v[row + i] = keep * (v[row + i] as number) + rowGain * rowSquares(v, g + i * columns, columns, scale);
    for (let j = 0; j < columns; j++)
      v[column + j] = keep * (v[column + j] as number) + columnGain * columnSquares(v, g + j, rows, columns, scale);
  };
}

const s = new Float64Array(4);

export function rowSum(v: Float32Array, x: number, n: number): number {
  s.fill(0);
  for (let j = 0; j < n; j++) s[j & 3] = (s[j & 3] as number) + (v[x + j] as number);
  return tree(s);
}

function rowSquares(v: Float32Array, x: number, n: number, scale: number): number {
  s.fill(0);
  for (let j = 0; j < n; j++) s[j & 3] = (s[j & 3] as number) + square(scale * (v[x + j] as number));
  return tree(s);
}

function columnSquares(v: Float32Array, x: number, rows: number, columns: number, scale: number): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += square(scale * (v[x + i * columns] as number));
  return sum;
}

/** The square of a float: exact in float64. */
function square(x: number): number {
  return f(x) * f(x);
}

function clipFactor(squares: number, gradientSquares: number, clipping: number, epsilon: number): number {
  const limit = clipping * Math.max(Math.sqrt(squares), epsilon);
  const length = Math.sqrt(gradientSquares);
  return length < limit ? 1 : f(limit / Math.max(length, 1e-6));
}
