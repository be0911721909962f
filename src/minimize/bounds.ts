import { OptionError } from "../options/errors.js";
import { demand, type Field, show } from "../options/options.js";
import type { Bound, Vector } from "./types.js";

/** The box that variables stay in. */
export interface Box {
  readonly lower: Vector;
  readonly upper: Vector;
  /** Whether any variable has a limit. */
  readonly bounded: boolean;
}

/** Limits as they are given: `readBounds` checks them, once it is known of how many variables they are. */
export const boundsField: Field<readonly Bound[]> = { fallback: undefined, read: (value) => value as readonly Bound[] };

/** Reads limits for `n` variables; without any, the box is the whole space. */
export function readBounds(path: string, given: unknown, n: number): Box {
  const lower = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
  const upper = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  if (given === undefined) return { lower, upper, bounded: false };
  demand(Array.isArray(given) && given.length === n, path, given, `an array of ${n} pairs [lower, upper], one for each variable`);
  (given as unknown[]).forEach((pair, i) => {
    const isLimit = (value: unknown) => value === null || (typeof value === "number" && !Number.isNaN(value));
    const isPair = Array.isArray(pair) && pair.length === 2 && pair.every(isLimit);
    demand(isPair, `${path}[${i}]`, pair, "a pair [lower, upper] of numbers, null for no limit");
    const [low, high] = pair as unknown as Bound;
    lower[i] = low ?? Number.NEGATIVE_INFINITY;
    upper[i] = high ?? Number.POSITIVE_INFINITY;
    if (!((lower[i] as number) <= (upper[i] as number)) || lower[i] === Number.POSITIVE_INFINITY || upper[i] === Number.NEGATIVE_INFINITY)
      throw new OptionError(`${path}[${i}]`, pair, `must have a lower limit that is not above the upper one, got ${show(pair)}`);
  });
  return { lower, upper, bounded: lower.some(Number.isFinite) || upper.some(Number.isFinite) };
}

/** Moves what lies outside onto the box's side. */
export function clip(x: Vector, { lower, upper }: Box): Vector {
  for (let i = 0; i < x.length; i++) x[i] = Math.min(Math.max(x[i] as number, lower[i] as number), upper[i] as number);
  return x;
}

/** The largest element of the step to the box from x along the negative gradient: 0 at a minimum in the box, NaN with any NaN. */
export function projectedGradient(x: Vector, g: Vector, { lower, upper }: Box): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) {
    const [at, slope] = [x[i] as number, g[i] as number];
    const step = slope < 0 ? Math.max(at - (upper[i] as number), slope) : Math.min(at - (lower[i] as number), slope);
    largest = Math.max(largest, Math.abs(step));
  }
  return largest;
}
