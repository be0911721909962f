// The twin of assembly/optimizers/adagrad.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function adagrad(heap: Heap): Kernels["adagrad"] {
  return (p, g, s, n, rate, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    s >>>= 2;
    rate = f(rate);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const S = f((x[s + i] as number) + f(G * G));
      x[s + i] = S;
      x[p + i] = P - f(f(rate * G) / f(f(Math.sqrt(S)) + epsilon));
    }
  };
}

export function adagradInside(heap: Heap): Kernels["adagradInside"] {
  return (p, g, s, n, rate, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    s >>>= 2;
    rate = f(rate);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const S = f((x[s + i] as number) + f(G * G));
      x[s + i] = S;
      x[p + i] = P - f(f(rate * G) / f(Math.sqrt(f(S + epsilon))));
    }
  };
}
