// The twin of assembly/optimizers/lion.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";
import { tanh } from "../math.js";

export function lion(heap: Heap): Kernels["lion"] {
  return (p, g, m, n, rate, b1, a1, b2, a2, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const M = x[m + i] as number;
      const C = f(f(b1 * M) + f(a1 * G));
      x[m + i] = f(b2 * M) + f(a2 * G);
      x[p + i] = P - f(f(shrink * P) + f(rate * Math.sign(C)));
    }
  };
}

export function lionSmooth(heap: Heap): Kernels["lionSmooth"] {
  return (p, g, m, n, rate, b1, a1, b2, a2, sharpness, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    sharpness = f(sharpness);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const M = x[m + i] as number;
      const C = f(f(b1 * M) + f(a1 * G));
      x[m + i] = f(b2 * M) + f(a2 * G);
      x[p + i] = P - f(f(shrink * P) + f(rate * tanh(f(sharpness * C))));
    }
  };
}

export function lionRefined(heap: Heap): Kernels["lionRefined"] {
  return (p, g, m, n, rate, b1, a1, b2, a2, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const M = x[m + i] as number;
      const C = f(f(b1 * M) + f(a1 * G));
      x[m + i] = f(b2 * M) + f(a2 * G);
      x[p + i] = P - f(f(shrink * P) + f(rate * (C > 1 ? 1 : C < -1 ? -1 : C)));
    }
  };
}
