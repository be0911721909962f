// The twin of assembly/linalg/estimates.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap, tree } from "../heap.js";

export function squaredDistance(heap: Heap): Kernels["squaredDistance"] {
  const s = new Float64Array(8);
  return (x, y, n) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    s.fill(0);
    for (let i = 0; i < n; i++) {
      const D = f((v[x + i] as number) - (v[y + i] as number));
      s[i & 7] = (s[i & 7] as number) + D * D;
    }
    return tree(s);
  };
}

export function sumSquaresDecayed(heap: Heap): Kernels["sumSquaresDecayed"] {
  const s = new Float64Array(8);
  return (p, g, n, decay, scale) => {
    const v = heap.f32;
    p >>>= 2;
    g >>>= 2;
    decay = f(decay);
    scale = f(scale);
    s.fill(0);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (v[g + i] as number)) + f(decay * (v[p + i] as number)));
      s[i & 7] = (s[i & 7] as number) + G * G;
    }
    return tree(s);
  };
}

export function dotDecayed(heap: Heap): Kernels["dotDecayed"] {
  const s = new Float64Array(8);
  return (p, g, u, n, decay, scale) => {
    const v = heap.f32;
    p >>>= 2;
    g >>>= 2;
    u >>>= 2;
    decay = f(decay);
    scale = f(scale);
    s.fill(0);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (v[g + i] as number)) + f(decay * (v[p + i] as number)));
      s[i & 7] = (s[i & 7] as number) + G * (v[u + i] as number);
    }
    return tree(s);
  };
}
