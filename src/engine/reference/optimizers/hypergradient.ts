// The twin of assembly/optimizers/hypergradient.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function sgdHypergradient(heap: Heap): Kernels["sgdHypergradient"] {
  return (p, g, b, u, n, rate, momentum, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    b >>>= 2;
    u >>>= 2;
    rate = f(rate);
    momentum = f(momentum);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const B = f(f(momentum * (x[b + i] as number)) + G);
      const U = f(G + f(momentum * B));
      x[b + i] = B;
      x[u + i] = U;
      x[p + i] = (x[p + i] as number) - f(rate * U);
    }
  };
}

export function adamHypergradient(heap: Heap): Kernels["adamHypergradient"] {
  return (p, g, m, v, u, n, rate, b1, a1, b2, a2, c1, c2, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    u >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    c1 = f(c1);
    c2 = f(c2);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      const U = f(f(c1 * M) / f(f(f(Math.sqrt(V)) * c2) + epsilon));
      x[m + i] = M;
      x[v + i] = V;
      x[u + i] = U;
      x[p + i] = (x[p + i] as number) - f(rate * U);
    }
  };
}
