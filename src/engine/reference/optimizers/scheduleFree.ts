// The twin of assembly/optimizers/scheduleFree.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function scheduleFreeSgd(heap: Heap): Kernels["scheduleFreeSgd"] {
  return (p, g, z, n, rate, keep, fresh, look, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    z >>>= 2;
    rate = f(rate);
    keep = f(keep);
    fresh = f(fresh);
    look = f(look);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const Z = x[z + i] as number;
      const U = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      x[z + i] = Z - f(rate * U);
      x[p + i] = f(f(keep * (x[p + i] as number)) + f(fresh * Z)) + f(look * U);
    }
  };
}

export function scheduleFreeAdamw(heap: Heap): Kernels["scheduleFreeAdamw"] {
  return (p, g, z, v, n, rate, keep, fresh, look, b2, a2, c2, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    z >>>= 2;
    v >>>= 2;
    rate = f(rate);
    keep = f(keep);
    fresh = f(fresh);
    look = f(look);
    b2 = f(b2);
    a2 = f(a2);
    c2 = f(c2);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const Z = x[z + i] as number;
      const G = f(scale * (x[g + i] as number));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      const U = f(f(G / f(f(f(Math.sqrt(V)) * c2) + epsilon)) + f(decay * (x[p + i] as number)));
      x[v + i] = V;
      x[z + i] = Z - f(rate * U);
      x[p + i] = f(f(keep * (x[p + i] as number)) + f(fresh * Z)) + f(look * U);
    }
  };
}
