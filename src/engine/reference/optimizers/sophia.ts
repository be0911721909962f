// The twin of assembly/optimizers/sophia.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function sophia(heap: Heap): Kernels["sophia"] {
  return (p, g, m, h, n, rate, b1, a1, k, gamma, epsilon, clip, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    h >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    k = f(k);
    gamma = f(gamma);
    epsilon = f(epsilon);
    clip = f(clip);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const H = f(gamma * (x[h + i] as number));
      const U = f(f(k * M) / (H < epsilon ? epsilon : H));
      const high = clip < U ? clip : U;
      x[m + i] = M;
      x[p + i] = P - f(f(shrink * P) + f(rate * (high < -clip ? -clip : high)));
    }
  };
}

export function sophiaSquares(heap: Heap): Kernels["sophiaSquares"] {
  return (h, g, n, b2, a2, scale) => {
    const x = heap.f32;
    h >>>= 2;
    g >>>= 2;
    b2 = f(b2);
    a2 = f(a2);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(scale * (x[g + i] as number));
      x[h + i] = f(b2 * (x[h + i] as number)) + f(a2 * f(G * G));
    }
  };
}
