import { log } from "./math.js";

const RANGE = 0x1_0000_0000;

/** Where a stream stands: a, b, c and the counter of sfc32. */
type RandomState = readonly [a: number, b: number, c: number, counter: number];

/**
 * Seeded random numbers: the same in every engine, because only 32-bit integer operations are used.
 *
 * The generator is sfc32 (Chris Doty-Humphrey's Small Fast Counting, from PractRand), its state filled by hashing the seed and a
 * list of labels: `new Random(seed, "shuffle", 3)` is the stream that shuffles epoch 3, whatever was drawn before. A run that is
 * resumed thus needs no stored generator.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, ...labels: readonly (string | number)[]) {
    this.#a = hash(0x9e3779b9, seed, labels);
    this.#b = hash(0x243f6a88, seed, labels);
    this.#c = hash(0xb7e15162, seed, labels);
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** @internal For what draws on elsewhere, such as the kernel `shuffle`. */
  get state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#counter];
  }

  /** The next 32 random bits, as an integer from 0 to 2^32 - 1. */
  bits(): number {
    const b = this.#b;
    const c = this.#c;
    const sum = (this.#a + b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = b ^ (b >>> 9);
    this.#b = (c + (c << 3)) | 0;
    this.#c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1), of 32 random bits. */
  uniform(): number {
    return this.bits() / RANGE;
  }

  /** A number of the standard normal distribution (Marsaglia's polar method): two uniform numbers or more are drawn for it. */
  normal(): number {
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * log(square)) / square);
    }
  }

  /** An integer from 0 to `bound - 1`, every one as likely as the others. */
  below(bound: number): number {
    for (;;) {
      const bits = this.bits();
      // beyond the last multiple of the bound, which would make small numbers likelier; only near the end of the range need it be known
      if (bits < RANGE - bound || bits < RANGE - (RANGE % bound)) return bits % bound;
    }
  }

  /** Shuffles in place (Fisher and Yates). */
  shuffle<T extends { length: number; [index: number]: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const item = items[i] as number;
      items[i] = items[j] as number;
      items[j] = item;
    }
    return items;
  }
}

/** 32 well mixed bits of a seed and labels: what streams, dropout keys and fingerprints start from. */
export function hash(basis: number, seed: number, labels: readonly (string | number)[]): number {
  let h = mix(basis ^ (seed | 0));
  h = mix(h ^ Math.floor(seed / RANGE));
  for (const label of labels) {
    if (typeof label === "number") h = mix(h ^ label);
    else for (let i = 0; i < label.length; i++) h = mix(h ^ label.charCodeAt(i));
    h = mix(h + 0x9e3779b9);
  }
  return h;
}

/** The finalizer of MurmurHash3: each bit of the input moves about half of the output's. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
