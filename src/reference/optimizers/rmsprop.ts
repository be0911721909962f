// The twin of assembly/optimizers/rmsprop.ts.
import type { Kernels } from "../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function rmsprop(heap: Heap): Kernels["rmsprop"] {
  return (p, g, v, n, rate, alpha, fresh, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    v >>>= 2;
    rate = f(rate);
    alpha = f(alpha);
    fresh = f(fresh);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const V = f(f(alpha * (x[v + i] as number)) + f(fresh * f(G * G)));
      x[v + i] = V;
      x[p + i] = (x[p + i] as number) - f(rate * f(G / f(f(Math.sqrt(V)) + epsilon)));
    }
  };
}

export function rmspropMomentum(heap: Heap): Kernels["rmspropMomentum"] {
  return (p, g, v, b, n, rate, alpha, fresh, epsilon, momentum, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    v >>>= 2;
    b >>>= 2;
    rate = f(rate);
    alpha = f(alpha);
    fresh = f(fresh);
    epsilon = f(epsilon);
    momentum = f(momentum);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const V = f(f(alpha * (x[v + i] as number)) + f(fresh * f(G * G)));
      const B = f(f(momentum * (x[b + i] as number)) + f(G / f(f(Math.sqrt(V)) + epsilon)));
      x[v + i] = V;
      x[b + i] = B;
      x[p + i] = (x[p + i] as number) - f(rate * B);
    }
  };
}

export function rmspropCentered(heap: Heap): Kernels["rmspropCentered"] {
  return (p, g, v, a, n, rate, alpha, fresh, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    v >>>= 2;
    a >>>= 2;
    rate = f(rate);
    alpha = f(alpha);
    fresh = f(fresh);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const V = f(f(alpha * (x[v + i] as number)) + f(fresh * f(G * G)));
      const A = f(f(alpha * (x[a + i] as number)) + f(fresh * G));
      x[v + i] = V;
      x[a + i] = A;
      x[p + i] = (x[p + i] as number) - f(rate * f(G / f(f(Math.sqrt(Math.max(f(V - f(A * A)), 0))) + epsilon)));
    }
  };
}

export function rmspropCenteredMomentum(heap: Heap): Kernels["rmspropCenteredMomentum"] {
  return (p, g, v, a, b, n, rate, alpha, fresh, epsilon, momentum, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    v >>>= 2;
    a >>>= 2;
    b >>>= 2;
    rate = f(rate);
    alpha = f(alpha);
    fresh = f(fresh);
    epsilon = f(epsilon);
    momentum = f(momentum);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const V = f(f(alpha * (x[v + i] as number)) + f(fresh * f(G * G)));
      const A = f(f(alpha * (x[a + i] as number)) + f(fresh * G));
      const B = f(f(momentum * (x[b + i] as number)) + f(G / f(f(Math.sqrt(Math.max(f(V - f(A * A)), 0))) + epsilon)));
      x[v + i] = V;
      x[a + i] = A;
      x[b + i] = B;
      x[p + i] = (x[p + i] as number) - f(rate * B);
    }
  };
}
