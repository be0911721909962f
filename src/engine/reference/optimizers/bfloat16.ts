// The twin of assembly/optimizers/bfloat16.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";
import { fromBfloat16 } from "../linalg/bfloat16.js";

const STRIDE = 0xc13fa9a9;
const NAN = 0xffff;

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** x plus a dither, cut to bfloat16. */
function cut(x: number, dither: number): number {
  if (Number.isNaN(x)) return NAN;
  float[0] = x;
  return ((bits[0] as number) + dither) >>> 16;
}

export function momentsBfloat16(heap: Heap): Kernels["momentsBfloat16"] {
  return (p, g, m, v, n, first, turn, near, look, b1, a1, b2, a2, k, root, epsilon, decay, shrink, scale) => {
    const x = heap.f32;
    const half = heap.u16;
    p >>>= 2;
    g >>>= 2;
    m >>>= 1;
    v >>>= 1;
    near = f(near);
    look = f(look);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    k = f(k);
    root = f(root);
    epsilon = f(epsilon);
    decay = f(decay);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const D = (turn + Math.imul(first + i, STRIDE)) >>> 16;
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const M = f(f(b1 * fromBfloat16(half[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * fromBfloat16(half[v + i] as number)) + f(a2 * f(G * G)));
      x[p + i] = P - f(f(shrink * P) + f(f(f(near * M) + f(look * G)) / f(f(Math.sqrt(f(f(k * V) + root))) + epsilon)));
      half[m + i] = cut(M, D);
      half[v + i] = cut(V, D);
    }
  };
}

export function momentsLargestBfloat16(heap: Heap): Kernels["momentsLargestBfloat16"] {
  return (p, g, m, v, h, n, first, turn, near, look, b1, a1, b2, a2, fresh, k, root, epsilon, decay, shrink, scale) => {
    const x = heap.f32;
    const half = heap.u16;
    p >>>= 2;
    g >>>= 2;
    m >>>= 1;
    v >>>= 1;
    h >>>= 1;
    near = f(near);
    look = f(look);
    b1 = f(b1);
    a1 = f(a1);
    b2 = f(b2);
    a2 = f(a2);
    fresh = f(fresh);
    k = f(k);
    root = f(root);
    epsilon = f(epsilon);
    decay = f(decay);
    shrink = f(shrink);
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      const D = (turn + Math.imul(first + i, STRIDE)) >>> 16;
      const P = x[p + i] as number;
      const G = f(f(scale * (x[g + i] as number)) + f(decay * P));
      const M = f(f(b1 * fromBfloat16(half[m + i] as number)) + f(a1 * G));
      const V = f(f(b2 * fromBfloat16(half[v + i] as number)) + f(a2 * f(G * G)));
      const old = fromBfloat16(half[h + i] as number);
      const fromV = f(fresh * V);
      const H = old < fromV ? fromV : old;
      x[p + i] = P - f(f(shrink * P) + f(f(f(near * M) + f(look * G)) / f(f(Math.sqrt(f(f(k * H) + root))) + epsilon)));
      half[m + i] = cut(M, D);
      half[v + i] = cut(V, D);
      half[h + i] = cut(H, D);
    }
  };
}
