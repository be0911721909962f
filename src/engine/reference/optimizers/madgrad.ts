// The twin of assembly/optimizers/madgrad.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";
import { cbrt } from "../math.js";

export function madgrad(heap: Heap): Kernels["madgrad"] {
  return (p, g, start, v, s, n, weight, momentum, fresh, epsilon, decay, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    start >>>= 2;
    v >>>= 2;
    s >>>= 2;
    weight = f(weight);
    momentum = f(momentum);
    fresh = f(fresh);
    epsilon = f(epsilon);
    decay = f(decay);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const V = f((x[v + i] as number) + f(weight * f(G * G)));
      const S = f((x[s + i] as number) + f(weight * G));
      const Z = f((x[start + i] as number) - f(S / f(cbrt(V) + epsilon)));
      x[v + i] = V;
      x[s + i] = S;
      x[p + i] = f(fresh * Z) + f(momentum * f(P - f(shrink * P)));
    }
  };
}
