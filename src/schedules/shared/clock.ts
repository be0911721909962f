import { OptionError } from "../../options/errors.js";
import type { Clock } from "../schedule.js";

// Inside, steps are epochs or parts of the run: the clock of the run would be wrong there.
export const NO_CLOCK: Clock = /* @__PURE__ */ Object.freeze({});

/** A length that the clock must know. */
export function known(clock: Clock, field: keyof Clock, kind: string): number {
  const value = clock[field];
  if (value === undefined || !(value > 0)) {
    throw new OptionError(
      `clock.${field}`,
      value,
      `must be known and positive where a schedule is ${kind} (and not inside another such): of a stream by rows or batches`,
    );
  }
  return value;
}
