import { OptionError } from "../../options/errors.js";
import { type Field, integer, list, number, optional, show } from "../../options/options.js";

/** A rate, asked for: not negative. */
export const rate: Field<number> = number(undefined, { min: 0 });

/** The rate a decay ends at. */
export const end: Field<number> = number(0, { min: 0 });

/** The rate a decay ends at, where it need not end. */
export const optionalEnd: Field<number | undefined> = optional(number(undefined, { min: 0 }));

/** How many steps a period lasts, asked for. */
export const steps: Field<number> = integer(undefined, { min: 1 });

/** How many steps something takes that may take none, asked for. */
export const length: Field<number> = integer(undefined, { min: 0 });

/** How many steps are one unit of a decay. */
export const unit: Field<number> = integer(1, { min: 1 });

/** Steps at which something changes, none before the one ahead of it in the list. */
export function boundaries(least: number): Field<readonly number[]> {
  const entries = list(undefined, integer(undefined, { min: 0 }), least);
  return {
    ...entries,
    read(value, path) {
      const result = entries.read(value, path);
      for (let i = 1; i < result.length; i++) {
        const [before, here] = [result[i - 1] as number, result[i] as number];
        if (here < before) {
          throw new OptionError(`${path}[${i}]`, here, `must not be less than the one before it, got ${here} after ${before}`);
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

/** A function of the step. */
export const stepFunction: Field<(step: number) => number> = {
  fallback: undefined,
  read(value, path) {
    if (typeof value !== "function") throw new OptionError(path, value, `must be a function of the step, got ${show(value)}`);
    return value as (step: number) => number;
  },
};
