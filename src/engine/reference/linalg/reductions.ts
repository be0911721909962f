// The twin of assembly/linalg/reductions.ts: float64 sums in the order stated there.
import type { Kernels } from "../../../generated/kernels.js";
import { type Heap, tree } from "../heap.js";

export function sumSquares(heap: Heap): Kernels["sumSquares"] {
  const product = dot(heap);
  return (x, n) => product(x, x, n);
}

export function dot(heap: Heap): Kernels["dot"] {
  const s = new Float64Array(8);
  return (x, y, n) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    s.fill(0);
    for (let i = 0; i < n; i++) s[i & 7] = (s[i & 7] as number) + (v[x + i] as number) * (v[y + i] as number);
    return tree(s);
  };
}

export function sumAbs(heap: Heap): Kernels["sumAbs"] {
  const s = new Float64Array(8);
  return (x, n) => {
    const v = heap.f32;
    x >>>= 2;
    s.fill(0);
    for (let i = 0; i < n; i++) s[i & 7] = (s[i & 7] as number) + Math.abs(v[x + i] as number);
    return tree(s);
  };
}

export function finite(heap: Heap): Kernels["finite"] {
  return (x, n) => {
    const v = heap.f32;
    x >>>= 2;
    for (let i = 0; i < n; i++) if (!Number.isFinite(v[x + i])) return 0;
    return 1;
  };
}

export function maxAbs(heap: Heap): Kernels["maxAbs"] {
  return (x, n) => {
    const v = heap.f32;
    x >>>= 2;
    let max = 0;
    for (let i = 0; i < n; i++) {
      const size = Math.abs(v[x + i] as number);
      if (size > max) max = size;
    }
    return max;
  };
}
