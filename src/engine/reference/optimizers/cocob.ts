// The twin of assembly/optimizers/cocob.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function cocob(heap: Heap): Kernels["cocob"] {
  return (p, g, c, l, a, r, x0, n, alpha, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    c >>>= 2;
    l >>>= 2;
    a >>>= 2;
    r >>>= 2;
    x0 >>>= 2;
    alpha = f(alpha);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const size = Math.abs(G);
      const LARGEST = (x[l + i] as number) < size ? size : (x[l + i] as number);
      const A = f((x[a + i] as number) + size);
      const R = f((x[r + i] as number) - f(G * f((x[p + i] as number) - (x[x0 + i] as number))));
      const GAINED = R < 0 ? 0 : R;
      const C = f((x[c + i] as number) - G);
      x[l + i] = LARGEST;
      x[a + i] = A;
      x[r + i] = GAINED;
      x[c + i] = C;
      const L = LARGEST < epsilon ? epsilon : LARGEST;
      const SEEN = f(A + L);
      const LEAST = f(alpha * L);
      x[p + i] = (x[x0 + i] as number) + f(f(C / f(L * (SEEN < LEAST ? LEAST : SEEN))) * f(L + GAINED));
    }
  };
}
