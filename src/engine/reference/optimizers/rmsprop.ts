// The twin of assembly/optimizers/rmsprop.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function rmsprop(heap: Heap): Kernels["rmsprop"] {
  return (p, g, v, n, rate, rho, fresh, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    v >>>= 2;
    rate = f(rate);
    rho = f(rho);
    fresh = f(fresh);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const V = f(f(rho * (x[v + i] as number)) + f(fresh * f(G * G)));
      x[v + i] = V;
      x[p + i] = (x[p + i] as number) - f(rate * f(G / f(f(Math.sqrt(V)) + epsilon)));
    }
  };
}

export function rmspropMomentum(heap: Heap): Kernels["rmspropMomentum"] {
  return (p, g, v, b, n, rate, rho, fresh, epsilon, momentum, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    v >>>= 2;
    b >>>= 2;
    rate = f(rate);
    rho = f(rho);
    fresh = f(fresh);
    epsilon = f(epsilon);
    momentum = f(momentum);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const V = f(f(rho * (x[v + i] as number)) + f(fresh * f(G * G)));
      const B = f(f(momentum * (x[b + i] as number)) + f(G / f(f(Math.sqrt(V)) + epsilon)));
      x[v + i] = V;
      x[b + i] = B;
      x[p + i] = (x[p + i] as number) - f(rate * B);
    }
  };
}

export function rmspropCentered(heap: Heap): Kernels["rmspropCentered"] {
  return (p, g, v, a, n, rate, rho, fresh, epsilon, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    v >>>= 2;
    a >>>= 2;
    rate = f(rate);
    rho = f(rho);
    fresh = f(fresh);
    epsilon = f(epsilon);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const V = f(f(rho * (x[v + i] as number)) + f(fresh * f(G * G)));
      const A = f(f(rho * (x[a + i] as number)) + f(fresh * G));
      x[v + i] = V;
      x[a + i] = A;
      x[p + i] = (x[p + i] as number) - f(rate * f(G / f(f(Math.sqrt(Math.max(f(V - f(A * A)), 0))) + epsilon)));
    }
  };
}

export function rmspropCenteredMomentum(heap: Heap): Kernels["rmspropCenteredMomentum"] {
  return (p, g, v, a, b, n, rate, rho, fresh, epsilon, momentum, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    v >>>= 2;
    a >>>= 2;
    b >>>= 2;
    rate = f(rate);
    rho = f(rho);
    fresh = f(fresh);
    epsilon = f(epsilon);
    momentum = f(momentum);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const G = f(f(scale * (x[g + i] as number)) + f(decay * (x[p + i] as number)));
      const V = f(f(rho * (x[v + i] as number)) + f(fresh * f(G * G)));
      const A = f(f(rho * (x[a + i] as number)) + f(fresh * G));
      const B = f(f(momentum * (x[b + i] as number)) + f(G / f(f(Math.sqrt(Math.max(f(V - f(A * A)), 0))) + epsilon)));
      x[v + i] = V;
      x[a + i] = A;
      x[b + i] = B;
      x[p + i] = (x[p + i] as number) - f(rate * B);
    }
  };
}

export function rmspropVariant(heap: Heap): Kernels["rmspropVariant"] {
  return (p, g, v, a, b, n, near, look, rho, fresh, k, center, root, epsilon, momentum, inside, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    v >>>= 2;
    a >>>= 2;
    b >>>= 2;
    near = f(near);
    look = f(look);
    rho = f(rho);
    fresh = f(fresh);
    k = f(k);
    center = f(center);
    root = f(root);
    epsilon = f(epsilon);
    momentum = f(momentum);
    inside = f(inside);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const V = f(f(rho * (x[v + i] as number)) + f(fresh * f(G * G)));
      const A = f(f(rho * (x[a + i] as number)) + f(fresh * G));
      const S = Math.max(f(f(k * V) - f(center * f(A * A))), 0);
      const D = f(G / f(f(Math.sqrt(f(S + root))) + epsilon));
      const B = f(f(momentum * (x[b + i] as number)) + f(inside * D));
      x[v + i] = V;
      x[a + i] = A;
      x[b + i] = B;
      x[p + i] = P - f(f(near * B) + f(look * D));
    }
  };
}
