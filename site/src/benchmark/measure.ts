import type { Engine } from "stepsize";
import type { Case, Way } from "./cases.js";

export interface Timing {
  /** In the unit of the case. */
  readonly min: number;
  readonly median: number;
}

export interface Row {
  readonly group: string;
  readonly name: string;
  readonly unit: string;
  readonly times: Readonly<Record<string, Timing>>;
  /** Whether all engines gave the same bits. */
  readonly equal: boolean;
  /** The largest difference of the plain loop, relative to the values: it rounds otherwise. */
  readonly difference: number | null;
  /** What the fastest engine moved, in GB/s, and computed, in GF/s. */
  readonly gigabytes: number | null;
  readonly gigaflops: number | null;
}

/** Milliseconds that a sample takes at the least: some browsers' clocks tick once a millisecond. */
const SAMPLE = 12;
const ROUNDS = 7;
/** Runs before bits are compared. */
const STEPS = 3;
/** The name of the way that somebody would write by hand. */
export const PLAIN = "plain JavaScript";

/** Times a case on every engine in turns: equality first. */
export function measure(one: Case, engines: Readonly<Record<string, Engine>>): Row {
  const ways: Record<string, Way> = Object.fromEntries(Object.entries(engines).map(([name, engine]) => [name, one.on(engine)]));
  const hand = one.plain?.();
  const everyone = { ...ways, ...(hand && { [PLAIN]: hand }) };
  try {
    for (const way of Object.values(everyone)) for (let i = 0; i < STEPS; i++) way.run();
    const [first, ...rest] = Object.values(ways).map((way) => way.values());
    const equal = rest.every((values) => values.every((value, i) => Object.is(value, first?.[i])));
    const difference = hand === undefined ? null : largest(hand.values(), first as Float32Array);
    const times = timed(everyone, one.per);
    const best = Math.min(...Object.keys(ways).map((name) => times[name]?.min ?? Number.POSITIVE_INFINITY)) * one.per;
    return {
      group: one.group,
      name: one.name,
      unit: one.unit,
      times,
      equal,
      difference,
      gigabytes: one.bytes === undefined ? null : one.bytes / best,
      gigaflops: one.operations === undefined ? null : one.operations / best,
    };
  } finally {
    for (const way of Object.values(everyone)) way.dispose();
  }
}

/** Nanoseconds divided by `per`, of samples taken in turns. */
function timed(ways: Readonly<Record<string, Way>>, per: number): Record<string, Timing> {
  const counts = new Map(Object.entries(ways).map(([name, way]) => [name, enough(way)]));
  const samples = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const count = counts.get(name) as number;
      const start = performance.now();
      for (let i = 0; i < count; i++) way.run();
      samples.get(name)?.push(((performance.now() - start) * 1e6) / count / per);
    }
  }
  return Object.fromEntries(
    [...samples].map(([name, own]) => {
      own.sort((a, b) => a - b);
      return [name, { min: own[0] as number, median: own[own.length >> 1] as number }];
    }),
  );
}

/** How many runs take as long as a sample. */
function enough(way: Way): number {
  for (let count = 1; ; count *= 2) {
    const start = performance.now();
    for (let i = 0; i < count; i++) way.run();
    const took = performance.now() - start;
    if (took >= SAMPLE / 2) return Math.max(1, Math.round((count * SAMPLE) / took));
  }
}

function largest(values: Float32Array, others: Float32Array): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    difference = Math.max(difference, Math.abs((values[i] as number) - (others[i] as number)));
    size = Math.max(size, Math.abs(others[i] as number));
  }
  return size === 0 ? difference : difference / size;
}

/** GB/s that a copy of so many megabytes reads and writes: what memory allows. */
export function copySpeed(megabytes: number): number {
  const from = new Float32Array((megabytes * 1e6) / 4).fill(1);
  const to = new Float32Array(from.length);
  const way: Way = { run: () => to.set(from), values: () => to, dispose: () => {} };
  return (2 * from.byteLength) / (timed({ copy: way }, 1)["copy"] as Timing).min;
}
