// The twin of assembly/linalg/product.ts: the same order of summation without tiles.
import { f, flushed, type Heap } from "../heap.js";

/** c[m × n] = a[m × k] b[k × n] + start; rows lie so many floats apart, columns of a aStep. */
export function product(
  heap: Heap,
  a: number,
  aRow: number,
  aStep: number,
  b: number,
  bStep: number,
  c: number,
  cStep: number,
  m: number,
  k: number,
  n: number,
  start: number,
  relu: number,
  gate: number,
  limit: number,
): void {
  const v = heap.f32;
  a >>>= 2;
  b >>>= 2;
  c >>>= 2;
  const bias = start >>> 2;
  const open = gate >>> 2;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let s = start ? (v[bias + j] as number) : 0;
      for (let r = 0; r < k; r++) s = f(s + f((v[a + i * aRow + r * aStep] as number) * (v[b + r * bStep + j] as number)));
      s = flushed(s, limit);
      if (relu && s < 0) s = 0;
      if (gate && !((v[open + i * cStep + j] as number) > 0)) s = 0;
      v[c + i * cStep + j] = s;
    }
  }
}
