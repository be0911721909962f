// The twin of assembly/linalg/vectors.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, flushed, type Heap } from "../heap.js";

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

export function scale(heap: Heap): Kernels["scale"] {
  return (x, n, a) => {
    const v = heap.f32;
    x >>>= 2;
    a = f(a);
    for (let i = 0; i < n; i++) v[x + i] = a * (v[x + i] as number);
  };
}

export function axpy(heap: Heap): Kernels["axpy"] {
  return (x, y, n, a) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    a = f(a);
    for (let i = 0; i < n; i++) v[y + i] = (v[y + i] as number) + f(a * (v[x + i] as number));
  };
}

export function axpby(heap: Heap): Kernels["axpby"] {
  return (x, y, n, a, b) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    a = f(a);
    b = f(b);
    for (let i = 0; i < n; i++) v[y + i] = f(a * (v[x + i] as number)) + f(b * (v[y + i] as number));
  };
}

export function clamp(heap: Heap): Kernels["clamp"] {
  return (x, n, limit) => {
    const v = heap.f32;
    x >>>= 2;
    limit = f(limit);
    for (let i = 0; i < n; i++) v[x + i] = Math.max(Math.min(v[x + i] as number, limit), -limit);
  };
}

export function flush(heap: Heap): Kernels["flush"] {
  return (x, n, limit) => {
    const v = heap.f32;
    x >>>= 2;
    limit = f(limit);
    for (let i = 0; i < n; i++) v[x + i] = flushed(v[x + i] as number, limit);
  };
}

export function blend(heap: Heap): Kernels["blend"] {
  return (p, old, r, n) => {
    const v = heap.f32;
    p >>>= 2;
    old >>>= 2;
    r >>>= 2;
    for (let i = 0; i < n; i++) {
      const R = v[r + i] as number;
      v[p + i] = f(R * (v[p + i] as number)) + f(f(1 - R) * (v[old + i] as number));
    }
  };
}
