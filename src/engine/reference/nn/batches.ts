// The twin of assembly/nn/batches.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

const RANGE = 0x1_0000_0000;

export function gather(heap: Heap): Kernels["gather"] {
  return (x, index, y, rows, columns) => {
    const v = heap.u32;
    x >>>= 2;
    y >>>= 2;
    for (let r = 0; r < rows; r++) {
      const from = x + (v[(index >>> 2) + r] as number) * columns;
      v.copyWithin(y + r * columns, from, from + columns);
    }
  };
}

export function shuffle(heap: Heap): Kernels["shuffle"] {
  return (index, n, a, b, c, counter) => {
    const v = heap.u32;
    index >>>= 2;
    for (let i = 0; i < n; i++) v[index + i] = i;
    for (let bound = n; bound > 1; bound--) {
      let bits: number;
      do {
        bits = (a + b + counter++) >>> 0;
        a = b ^ (b >>> 9);
        b = c + (c << 3);
        c = ((c << 21) | (c >>> 11)) + bits;
      } while (bits >= RANGE - (RANGE % bound));
      const last = index + bound - 1;
      const other = index + (bits % bound);
      const item = v[last] as number;
      v[last] = v[other] as number;
      v[other] = item;
    }
  };
}

export function dropout(heap: Heap): Kernels["dropout"] {
  return (x, y, n, key, threshold, scale) => {
    const v = heap.f32;
    x >>>= 2;
    y >>>= 2;
    threshold >>>= 0;
    scale = f(scale);
    for (let i = 0; i < n; i++) {
      let h = (key + i) | 0;
      h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
      h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
      h = (h ^ (h >>> 16)) >>> 0;
      v[y + i] = h >= threshold ? (v[x + i] as number) * scale : 0;
    }
  };
}
