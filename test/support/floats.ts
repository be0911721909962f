import { Random } from "../../src/numerics/random.js";

const bits32 = new Uint32Array(1);
const float32 = new Float32Array(bits32.buffer);

export function fromBits(bits: number): number {
  bits32[0] = bits;
  return float32[0] as number;
}

function toBits(value: number): number {
  float32[0] = value;
  return bits32[0] as number;
}

/** A float's neighbour, `steps` representable numbers further from 0. */
export function beyond(value: number, steps: number): number {
  return fromBits(toBits(value) + steps);
}

/** Whether the bits of floats say NaN: comparing by class is all that WebAssembly promises. */
function isNaNBits(bits: number): boolean {
  return (bits & 0x7fffffff) > 0x7f800000;
}

/** Equal bits, or both NaN. Of whole views, as fast as memory compares. */
export function sameBits(a: Float32Array, b: Float32Array): boolean {
  return firstDifference(asBits(a), asBits(b)) < 0;
}

/** The first index where bits differ and not both are NaN; -1 where there is none. */
export function firstDifference(a: Uint32Array, b: Uint32Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  if (Buffer.compare(asBytes(a), asBytes(b)) === 0) return -1;
  return a.findIndex((bits, i) => bits !== b[i] && !(isNaNBits(bits) && isNaNBits(b[i] as number)));
}

export function asBits(view: Float32Array): Uint32Array {
  return new Uint32Array(view.buffer, view.byteOffset, view.length);
}

function asBytes(view: Uint32Array): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

export function isDenormal(value: number): boolean {
  return value !== 0 && Math.abs(value) < 2 ** -126;
}

/** A float of either sign whose size is 10^from to 10^to. */
export function magnitude(random: Random, from: number, to: number): number {
  return sign(random) * Math.fround(10 ** (from + random.uniform() * (to - from)));
}

function sign(random: Random): number {
  return random.bits() & 1 ? 1 : -1;
}

function pick(random: Random, values: readonly number[]): number {
  return values[random.below(values.length)] as number;
}

/** Where kernels change branch: limits of exp, tanh, TINY, the flush, and the ends of the format, each with its neighbours. */
const EDGES = [0.5, 0.625, 1, 2, 83, 87.3, 88.376, 88.72284, 89, 2 ** -50, 2 ** -100, 2 ** -126, 3.4e38, Math.SQRT1_2, Math.SQRT2]
  .flatMap((edge) => [-2, -1, 0, 1, 2].map((steps) => beyond(edge, steps)))
  .flatMap((edge) => [edge, -edge]);

const SPECIAL = [
  [0x7fc00000, 0xffc00000, 0x7fc00001, 0xffc00001, 0x7fffffff, 0x7fc00fff, 0x7fd55555], // NaN, with payloads
  [0x7f800000, 0xff800000], // infinities
].flat();

const plain: Readonly<Record<string, (random: Random) => number>> = {
  ordinary: (random) => toBits((random.uniform() - 0.5) * pick(random, [1, 2, 10, 200])),
  scattered: (random) => toBits(magnitude(random, -12, 12)),
  zeros: (random) => pick(random, [0, 0x80000000, 0, 0x80000000, 0, 0x80000000, toBits(1.5), toBits(-0.75)]),
  denormals: (random) => ((random.bits() & 0x80000000) | (random.bits() & pick(random, [0xffffff, 0x7fffff, 0xff]))) >>> 0,
  tiny: (random) => toBits(magnitude(random, -38, -14)),
  huge: (random) => toBits(magnitude(random, 37, 38.5)),
  edges: (random) => toBits(pick(random, EDGES)),
  nonfinite: (random) => (random.bits() % 3 === 0 ? pick(random, SPECIAL) : toBits(magnitude(random, -1, 1))),
  anything: (random) => random.bits(),
};

const draws = Object.values(plain);

/** Where operands are drawn from: each gives the bits of one float. */
export const pools = { ...plain, mixture: (random: Random) => (draws[random.below(draws.length)] as (random: Random) => number)(random) };

const LENGTH = 1 << 17;

/** A long table of draws from a pool, to copy operands out of. */
export function drawTable(pool: string, seed: number): Uint32Array {
  const random = new Random(seed, "pool", pool);
  const draw = (pools as typeof plain)[pool] as (random: Random) => number;
  return Uint32Array.from({ length: LENGTH }, () => draw(random));
}
