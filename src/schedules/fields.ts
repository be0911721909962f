import { OptionError } from "../options/errors.js";
import { type Field, integer, list, number, optional } from "../options/options.js";

/** A rate, asked for: not negative. */
export const rate: Field<number> = number(undefined, { min: 0 });

/** The rate a decay ends at. */
export const end: Field<number> = number(0, { min: 0 });

/** The rate a decay ends at, where it need not end. */
export const optionalEnd: Field<number | undefined> = optional(number(undefined, { min: 0 }));

/** How many steps something takes, asked for. */
export const steps: Field<number> = integer(undefined, { min: 1 });

/** What decays in one unit: by default a step. */
export const unit: Field<number> = integer(1, { min: 1 });

/** Steps at which something changes, each after the one before. */
export function boundaries(least: number): Field<readonly number[]> {
  const entries = list(undefined, integer(undefined, { min: 0 }), least);
  return {
    fallback: undefined,
    read(value, path) {
      const result = entries.read(value, path);
      for (let i = 1; i < result.length; i++) {
        const [before, here] = [result[i - 1] as number, result[i] as number];
        if (here <= before) {
          throw new OptionError(`${path}[${i}]`, here, `must be greater than the one before it, got ${here} after ${before}`);
        }
      }
      return result;
    },
  };
}

/** Refuses two lists whose lengths do not fit each other. */
export function checkLength(path: string, given: readonly unknown[], expected: number, why: string): void {
  if (given.length !== expected) throw new OptionError(path, given, `must have ${expected} entries, ${why}, got ${given.length}`);
}

/** How many of the ascending `boundaries` are at or before `step`. */
export function passed(boundaries: readonly number[], step: number): number {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((boundaries[middle] as number) <= step) low = middle + 1;
    else high = middle;
  }
  return low;
}
