// The twin of assembly/optimizers/adadelta.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function adadelta(heap: Heap): Kernels["adadelta"] {
  return (p, g, v, u, n, rate, rho, fresh, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    v >>>= 2;
    u >>>= 2;
    rate = f(rate);
    rho = f(rho);
    fresh = f(fresh);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const U = x[u + i] as number;
      const V = f(f(rho * (x[v + i] as number)) + f(fresh * f(G * G)));
      const D = f(f(f(Math.sqrt(f(U + epsilon))) / f(Math.sqrt(f(V + epsilon)))) * G);
      x[v + i] = V;
      x[u + i] = f(rho * U) + f(fresh * f(D * D));
      x[p + i] = (x[p + i] as number) - f(rate * D);
    }
  };
}
