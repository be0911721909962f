// The twin of assembly/optimizers/opposing.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function opposing(heap: Heap): Kernels["opposing"] {
  return (d, g, n, scale) => {
    const x = heap.f32;
    d >>>= 2;
    g >>>= 2;
    scale = f(scale);
    let count = 0;
    for (let i = 0; i < n; i++) if (opposes(x[d + i] as number, f(scale * (x[g + i] as number)))) count++;
    return count;
  };
}

function opposes(d: number, g: number): boolean {
  return (d < 0 && g > 0) || (d > 0 && g < 0);
}
