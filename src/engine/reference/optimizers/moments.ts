// The twin of assembly/optimizers/moments.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function moments(heap: Heap): Kernels["moments"] {
  return (p, g, m, v, n, near, look, b1, a1, b2, a2, k, root, epsilon, decay, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    near = f(near);
    look = f(look);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    k = f(k);
    root = f(root);
    epsilon = f(epsilon);
    decay = f(decay);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      x[m + i] = M;
      x[v + i] = V;
      x[p + i] = P - f(f(shrink * P) + f(f(f(near * M) + f(look * G)) / f(f(Math.sqrt(f(f(k * V) + root))) + epsilon)));
    }
  };
}

export function momentsLargest(heap: Heap): Kernels["momentsLargest"] {
  return (p, g, m, v, h, n, near, look, b1, a1, b2, a2, fresh, k, root, epsilon, decay, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    h >>>= 2;
    near = f(near);
    look = f(look);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    fresh = f(fresh);
    k = f(k);
    root = f(root);
    epsilon = f(epsilon);
    decay = f(decay);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      const old = x[h + i] as number;
      const corrected = f(fresh * V);
      const H = old < corrected ? corrected : old;
      x[m + i] = M;
      x[v + i] = V;
      x[h + i] = H;
      x[p + i] = P - f(f(shrink * P) + f(f(f(near * M) + f(look * G)) / f(f(Math.sqrt(f(f(k * H) + root))) + epsilon)));
    }
  };
}
