// The twin of assembly/nn/activations.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, flushed, type Heap, TINY } from "../heap.js";
import { exp, log1p, sigmoid as sigmoid1, tanh as tanh1 } from "../math.js";

const GELU = f(1.59576912161);
const CUBE = f(0.044715);

/** y = value(x) */
function map(heap: Heap, x: number, y: number, n: number, value: (x: number) => number): void {
  const v = heap.f32;
  x >>>= 2;
  y >>>= 2;
  for (let i = 0; i < n; i++) v[y + i] = value(v[x + i] as number);
}

/** g = value(s, g) with s the stored x or y */
function chain(heap: Heap, s: number, g: number, n: number, value: (s: number, g: number) => number): void {
  const v = heap.f32;
  s >>>= 2;
  g >>>= 2;
  for (let i = 0; i < n; i++) v[g + i] = value(v[s + i] as number, v[g + i] as number);
}

export function relu(heap: Heap): Kernels["relu"] {
  return (x, y, n) => map(heap, x, y, n, (X) => (X < 0 ? 0 : X));
}

export function reluGradient(heap: Heap): Kernels["reluGradient"] {
  return (y, g, n) => chain(heap, y, g, n, (Y, G) => (Y > 0 ? G : 0));
}

export function leakyRelu(heap: Heap): Kernels["leakyRelu"] {
  return (x, y, n, slope) => map(heap, x, y, n, (X) => (X < 0 ? f(f(slope) * X) : X));
}

export function leakyReluGradient(heap: Heap): Kernels["leakyReluGradient"] {
  return (y, g, n, slope) => chain(heap, y, g, n, (Y, G) => flushed(Y > 0 ? G : f(f(slope) * G), TINY));
}

export function tanh(heap: Heap): Kernels["tanh"] {
  return (x, y, n) => map(heap, x, y, n, tanh1);
}

export function tanhGradient(heap: Heap): Kernels["tanhGradient"] {
  return (y, g, n) => chain(heap, y, g, n, (Y, G) => flushed(f(G * f(1 - f(Y * Y))), TINY));
}

export function sigmoid(heap: Heap): Kernels["sigmoid"] {
  return (x, y, n) => map(heap, x, y, n, (X) => flushed(sigmoid1(X), TINY));
}

export function sigmoidGradient(heap: Heap): Kernels["sigmoidGradient"] {
  return (y, g, n) => chain(heap, y, g, n, (Y, G) => flushed(f(G * f(Y * f(1 - Y))), TINY));
}

export function gelu(heap: Heap): Kernels["gelu"] {
  return (x, y, n) => map(heap, x, y, n, (X) => flushed(f(X * sigmoid1(geluInner(X))), TINY));
}

export function geluGradient(heap: Heap): Kernels["geluGradient"] {
  return (x, g, n) =>
    chain(heap, x, g, n, (X, G) => {
      const S = sigmoid1(geluInner(X));
      const slope = f(GELU * f(1 + f(f(3 * CUBE) * f(X * X))));
      const bend = f(f(X * f(S * f(1 - S))) * slope);
      return flushed(f(G * f(S + bend)), TINY);
    });
}

function geluInner(X: number): number {
  return f(f(GELU * X) * f(1 + f(CUBE * f(X * X))));
}

export function softplus(heap: Heap): Kernels["softplus"] {
  return (x, y, n) => map(heap, x, y, n, (X) => flushed(f((X < 0 ? 0 : X) + log1p(exp(-Math.abs(X)))), TINY));
}

export function softplusGradient(heap: Heap): Kernels["softplusGradient"] {
  return (x, g, n) => chain(heap, x, g, n, (X, G) => flushed(f(G * sigmoid1(X)), TINY));
}
