// The twin of assembly/optimizers/cautious.ts.
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

export function cautious(heap: Heap): Kernels["cautious"] {
  return (p, g, d, n, gain, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    d >>>= 2;
    gain = f(gain);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const D = x[d + i] as number;
      const U = opposes(D, f(scale * (x[g + i] as number))) ? f(gain * D) : 0;
      x[p + i] = P + f(U - f(shrink * P));
    }
  };
}

function opposes(d: number, g: number): boolean {
  return (d < 0 && g > 0) || (d > 0 && g < 0);
}
