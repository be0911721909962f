// The twin of assembly/optimizers/sgd.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

export function sgd(heap: Heap): Kernels["sgd"] {
  return (p, g, n, rate, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    rate = f(rate);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      x[p + i] = P - f(rate * G);
    }
  };
}

export function sgdMomentum(heap: Heap): Kernels["sgdMomentum"] {
  return (p, g, b, n, rate, momentum, gain, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    b >>>= 2;
    rate = f(rate);
    momentum = f(momentum);
    gain = f(gain);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const B = f(f(momentum * (x[b + i] as number)) + f(gain * G));
      x[b + i] = B;
      x[p + i] = P - f(rate * B);
    }
  };
}

export function sgdNesterov(heap: Heap): Kernels["sgdNesterov"] {
  return (p, g, b, n, near, look, momentum, gain, decay, scale) => {
    const x = heap.f32;
    p >>>= 2;
    g >>>= 2;
    b >>>= 2;
    near = f(near);
    look = f(look);
    momentum = f(momentum);
    gain = f(gain);
    decay = f(decay);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const B = f(f(momentum * (x[b + i] as number)) + f(gain * G));
      x[b + i] = B;
      x[p + i] = P - f(f(near * B) + f(look * G));
    }
  };
}
