// The twin of assembly/nn/elementary.ts.
import type { Kernels } from "../../../generated/kernels.js";
import type { Heap } from "../heap.js";
import { exp as exp1, log as log1 } from "../math.js";

export function exp(heap: Heap): Kernels["exp"] {
  return (x, y, n) => {
    const v = heap.f32;
    for (let i = 0; i < n; i++) v[(y >>> 2) + i] = exp1(v[(x >>> 2) + i] as number);
  };
}

export function log(heap: Heap): Kernels["log"] {
  return (x, y, n) => {
    const v = heap.f32;
    for (let i = 0; i < n; i++) v[(y >>> 2) + i] = log1(v[(x >>> 2) + i] as number);
  };
}
