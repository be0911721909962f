// The twin of assembly/optimizers/adam.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function adam(heap: Heap): Kernels["adam"] {
  return (p, g, m, v, n, rate, b1, a1, b2, a2, c2, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    c2 = f(c2);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      x[m + i] = M;
      x[v + i] = V;
      x[p + i] = (x[p + i] as number) - f(f(rate * M) / f(f(f(Math.sqrt(V)) * c2) + epsilon));
    }
  };
}

export function adamw(heap: Heap): Kernels["adamw"] {
  return (p, g, m, v, n, rate, b1, a1, b2, a2, c2, epsilon, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    c2 = f(c2);
    epsilon = f(epsilon);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      x[m + i] = M;
      x[v + i] = V;
      x[p + i] = P - f(f(shrink * P) + f(f(rate * M) / f(f(f(Math.sqrt(V)) * c2) + epsilon)));
    }
  };
}

export function amsgrad(heap: Heap): Kernels["amsgrad"] {
  return (p, g, m, v, h, n, rate, b1, a1, b2, a2, c2, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    h >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    c2 = f(c2);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      x[m + i] = M;
      x[v + i] = V;
      const H = (x[h + i] as number) < V ? V : (x[h + i] as number);
      x[h + i] = H;
      x[p + i] = (x[p + i] as number) - f(f(rate * M) / f(f(f(Math.sqrt(H)) * c2) + epsilon));
    }
  };
}

export function amsgradw(heap: Heap): Kernels["amsgradw"] {
  return (p, g, m, v, h, n, rate, b1, a1, b2, a2, c2, epsilon, shrink, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    h >>>= 2;
    rate = f(rate);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    c2 = f(c2);
    epsilon = f(epsilon);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(scale * (x[g + i] as number));
      const M = f(f(b1 * (x[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * (x[v + i] as number)) + f(a2 * f(G * G)));
      x[m + i] = M;
      x[v + i] = V;
      const H = (x[h + i] as number) < V ? V : (x[h + i] as number);
      x[h + i] = H;
      x[p + i] = P - f(f(shrink * P) + f(f(rate * M) / f(f(f(Math.sqrt(H)) * c2) + epsilon)));
    }
  };
}

export function adamStep(heap: Heap): Kernels["adamStep"] {
  return (p, m, v, n, rate, c2, epsilon, shrink) => {
    const x = heap.f32;
    p >>>= 2;
    m >>>= 2;
    v >>>= 2;
    rate = f(rate);
    c2 = f(c2);
    epsilon = f(epsilon);
    shrink = f(shrink);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      x[p + i] = P - f(f(shrink * P) + f(f(rate * (x[m + i] as number)) / f(f(f(Math.sqrt(x[v + i] as number)) * c2) + epsilon)));
    }
  };
}
