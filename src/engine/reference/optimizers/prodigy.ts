// The twin of assembly/optimizers/prodigy.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap, tree } from "../heap.js";

export function prodigy(heap: Heap): Kernels["prodigy"] {
  const s4 = new Float64Array(4);
  return (p, g, m, v, s, x0, n, b1, a1, b2, a2, b3, a3, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    s >>>= 2;
    x0 >>>= 2;
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    b3 = f(b3);
    a3 = f(a3);
    decay = f(decay);
    scale = f(scale);
    s4.fill(0);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      s4[i & 3] = (s4[i & 3] as number) + G * f((x[x0 + i] as number) - (x[p + i] as number));
      x[m + i] = f(b1 * (x[m + i] as number)) + f(a1 * G);
      x[v + i] = f(b2 * (x[v + i] as number)) + f(a2 * f(G * G));
      x[s + i] = f(b3 * (x[s + i] as number)) + f(a3 * G);
    }
    return tree(s4);
  };
}

export function dadaptAdam(heap: Heap): Kernels["dadaptAdam"] {
  const s4 = new Float64Array(4);
  return (p, g, m, v, s, n, b1, a1, b2, a2, b3, a3, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    m >>>= 2;
    v >>>= 2;
    s >>>= 2;
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    b3 = f(b3);
    a3 = f(a3);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    s4.fill(0);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      s4[i & 3] = (s4[i & 3] as number) + G * f((x[s + i] as number) / f(f(Math.sqrt(x[v + i] as number)) + epsilon));
      x[m + i] = f(b1 * (x[m + i] as number)) + f(a1 * G);
      x[v + i] = f(b2 * (x[v + i] as number)) + f(a2 * f(G * G));
      x[s + i] = f(b3 * (x[s + i] as number)) + f(a3 * G);
    }
    return tree(s4);
  };
}

export function dadaptSgd(heap: Heap): Kernels["dadaptSgd"] {
  const s4 = new Float64Array(4);
  return (p, g, s, n, rate, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    s >>>= 2;
    rate = f(rate);
    decay = f(decay);
    scale = f(scale);
    s4.fill(0);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      s4[i & 3] = (s4[i & 3] as number) + G * (x[s + i] as number);
      x[s + i] = (x[s + i] as number) + f(rate * G);
    }
    return tree(s4);
  };
}
