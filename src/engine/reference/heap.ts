import type { Memory } from "../memory.js";

/** Views of the whole memory, renewed when it has grown. Indices are pointers divided by four, those of u16 by two. */
export class Heap {
  readonly #memory: Memory;
  #f32: Float32Array = new Float32Array(0);
  #u32: Uint32Array = new Uint32Array(0);
  #u16: Uint16Array = new Uint16Array(0);

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  get f32(): Float32Array {
    if (this.#f32.buffer !== this.#memory.buffer) this.#f32 = new Float32Array(this.#memory.buffer);
    return this.#f32;
  }

  get u32(): Uint32Array {
    if (this.#u32.buffer !== this.#memory.buffer) this.#u32 = new Uint32Array(this.#memory.buffer);
    return this.#u32;
  }

  get u16(): Uint16Array {
    if (this.#u16.buffer !== this.#memory.buffer) this.#u16 = new Uint16Array(this.#memory.buffer);
    return this.#u16;
  }
}

/** Rounds to float32: applied to every sum, product, quotient and root, it gives the bits of wasm's f32. */
export const f = Math.fround;

/** The largest values that count as zero in what activations and gradients send on, and in what a dense layer gives (assembly/limits.ts). */
export const TINY = 8.8817841970012523e-16;
export const FORWARD = 1.3234889800848443e-23;

/** 0 where |x| <= limit; NaN stays. */
export function flushed(x: number, limit: number): number {
  return Math.abs(x) <= limit ? 0 : x;
}

/** The sum of four or eight running sums, in the order of total() in assembly/lanes.ts. */
export function tree(s: Float64Array): number {
  for (let half = s.length / 2; half >= 1; half /= 2) for (let i = 0; i < half; i++) s[i] = (s[i] as number) + (s[i + half] as number);
  return s[0] as number;
}

/** The sum of so many terms, in the order of four lanes. */
export function sumOf(count: number, term: (index: number) => number): number {
  const s: [number, number, number, number] = [0, 0, 0, 0];
  for (let j = 0; j < count; j++) s[j & 3] = f((s[j & 3] as number) + term(j));
  return f(f(s[0] + s[2]) + f(s[1] + s[3]));
}
