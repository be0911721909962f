// The twin of assembly/nn/attention.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, flushed, type Heap, TINY } from "../heap.js";
import { exp } from "../math.js";

export function softmaxRows(heap: Heap): Kernels["softmaxRows"] {
  return (x, rows, columns, scale, causal) => {
    const v = heap.f32;
    x >>>= 2;
    scale = f(scale);
    for (let r = 0; r < rows; r++, x += columns) {
      const count = causal ? Math.min(r + 1, columns) : columns;
      let max = -Infinity;
      for (let j = 0; j < count; j++) if (max < (v[x + j] as number)) max = v[x + j] as number;
      const s: [number, number, number, number] = [0, 0, 0, 0];
      for (let j = 0; j < count; j++) {
        const e = exp(f(scale * f((v[x + j] as number) - max)));
        s[j & 3] = f((s[j & 3] as number) + e);
        v[x + j] = e;
      }
      const share = f(1 / f(f(s[0] + s[2]) + f(s[1] + s[3])));
      for (let j = 0; j < count; j++) v[x + j] = flushed(f((v[x + j] as number) * share), TINY);
      for (let j = count; j < columns; j++) v[x + j] = 0;
    }
  };
}

export function softmaxRowsGradient(heap: Heap): Kernels["softmaxRowsGradient"] {
  return (p, g, rows, columns, scale) => {
    const v = heap.f32;
    p >>>= 2;
    g >>>= 2;
    scale = f(scale);
    for (let r = 0; r < rows; r++, p += columns, g += columns) {
      const s: [number, number, number, number] = [0, 0, 0, 0];
      for (let j = 0; j < columns; j++) s[j & 3] = f((s[j & 3] as number) + f((v[p + j] as number) * (v[g + j] as number)));
      const sum = f(f(s[0] + s[2]) + f(s[1] + s[3]));
      for (let j = 0; j < columns; j++) v[g + j] = flushed(f(scale * f((v[p + j] as number) * f((v[g + j] as number) - sum))), TINY);
    }
  };
}

export function rotateRows(heap: Heap): Kernels["rotateRows"] {
  return (x, cosines, sines, rows, half, direction) => {
    const v = heap.f32;
    x >>>= 2;
    cosines >>>= 2;
    sines >>>= 2;
    direction = f(direction);
    for (let r = 0; r < rows; r++, x += 2 * half, cosines += half, sines += half) {
      for (let j = 0; j < half; j++) {
        const [a, b] = [v[x + j] as number, v[x + half + j] as number];
        const c = v[cosines + j] as number;
        const s = f(direction * (v[sines + j] as number));
        v[x + j] = f(a * c) - f(b * s);
        v[x + half + j] = f(b * c) + f(a * s);
      }
    }
  };
}
