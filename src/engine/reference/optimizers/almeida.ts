// The twin of assembly/optimizers/almeida.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function almeida(heap: Heap): Kernels["almeida"] {
  return (p, g, h, v, r, n, rate, meta, b, a, lowest, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    h >>>= 2;
    v >>>= 2;
    r >>>= 2;
    rate = f(rate);
    meta = f(meta);
    b = f(b);
    a = f(a);
    lowest = f(lowest);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const V = f(f(b * (x[v + i] as number)) + f(a * f(G * G)));
      const GROWTH = f(1 + f(f(meta * f(G * (x[h + i] as number))) / f(V + epsilon)));
      const R = f((x[r + i] as number) * (GROWTH < lowest ? lowest : GROWTH));
      x[h + i] = G;
      x[v + i] = V;
      x[r + i] = R;
      x[p + i] = (x[p + i] as number) - f(f(rate * R) * G);
    }
  };
}
