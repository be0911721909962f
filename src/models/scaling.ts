import type { Kernels } from "../engine/load.js";
import { padded } from "../engine/memory.js";

/** Gradients whose largest is under 2^-26 are scaled: what is lost of them under 2^-50 is then no more than a rounding of the largest. */
const SMALL = 1.4901161193847656e-8;
/** The factor 2^64 by which the gradient of a loss is computed anew where it is small. */
const FIRST = 64;
/** Scaled back, gradients no larger than 2^-100 are zero. */
const LEAST = -100;
/** So far gradients are scaled: the factor back is a normal number then. */
const MOST = 120;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * Scales gradients on their way back through a network by powers of two, which changes no digit of theirs, where they are so small that
 * products would end in denormals or be cut off. The size of a loss or of its targets thus does not matter to what is learnt.
 */
export class GradientScale {
  readonly #kernels: Kernels;
  /** The gradients that are under way are 2^exponent times their true size. */
  exponent = 0;
  /** Whether gradients of the last batch were small. */
  scaled = false;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  /** Begins a way back with the gradient of a loss, n numbers. Where it is small, it is to be computed anew times the factor that comes back, for `enlarge`; otherwise that is 1. */
  begin(dz: number, n: number): number {
    this.exponent = 0;
    this.scaled = false;
    return this.#largestOf(dz, n) >= SMALL ? 1 : power(FIRST);
  }

  /** Brings a gradient that was computed times the factor of `begin` to a size to work with. */
  enlarge(dz: number, n: number): void {
    const largest = this.#largestOf(dz, n);
    if (largest === 0) return;
    this.exponent = FIRST;
    this.#multiply(dz, n, Math.min(-exponentOf(largest), MOST - FIRST));
  }

  /** Brings gradients that have become small on the way to a size to work with. */
  lift(g: number, n: number): void {
    const largest = this.#largestOf(g, n);
    if (largest > 0 && largest < SMALL) this.#multiply(g, n, Math.min(-exponentOf(largest), MOST - this.exponent));
  }

  /** Brings the gradient of a tensor to its true size. */
  lower(g: number, n: number): void {
    // first what would be less than that afterwards
    if (this.exponent + LEAST > -50) this.#kernels.flush(g, n, power(this.exponent + LEAST));
    this.#kernels.scale(g, n, power(-this.exponent));
  }

  #multiply(g: number, n: number, exponent: number): void {
    if (exponent !== 0) this.#kernels.scale(g, n, power(exponent));
    this.exponent += exponent;
    if (this.exponent > 0) this.scaled = true;
  }

  #largestOf(g: number, n: number): number {
    // what an earlier, larger batch left behind the last number does not count
    if (n % 4 !== 0) this.#kernels.fill(g + n * 4, padded(n) - n, 0);
    return this.#kernels.maxAbs(g, n);
  }
}

/** e with x from 2^(e - 1) to 2^e, for a normal number above 0. */
function exponentOf(x: number): number {
  float[0] = x;
  return ((bits[0] as number) >>> 23) - 126;
}

/** 2^e, e from -126 to 127. */
function power(e: number): number {
  bits[0] = (e + 127) << 23;
  return float[0] as number;
}
