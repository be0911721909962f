// The twin of assembly/linalg/bfloat16.ts.
import type { Kernels } from "../../../generated/kernels.js";
import { f, type Heap } from "../heap.js";

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

export function fromBfloat16(half: number): number {
  bits[0] = half << 16;
  return float[0] as number;
}

export function flushBfloat16(heap: Heap): Kernels["flushBfloat16"] {
  return (x, n, limit) => {
    const half = heap.u16;
    x >>>= 1;
    limit = f(limit);
    for (let i = 0; i < n; i++) if (Math.abs(fromBfloat16(half[x + i] as number)) <= limit) half[x + i] = 0;
  };
}

export function finiteBfloat16(heap: Heap): Kernels["finiteBfloat16"] {
  return (x, n) => {
    const half = heap.u16;
    x >>>= 1;
    for (let i = 0; i < n; i++) if (((half[x + i] as number) & 0x7f80) === 0x7f80) return 0;
    return 1;
  };
}
