import { OptionError } from "./errors.js";
import { demand, type Field, optional, show } from "./options.js";

/** A function that is told something. */
export function listener<F extends (...told: never[]) => unknown>(): Field<F | undefined> {
  return optional({
    fallback: undefined,
    read(value, path) {
      demand(typeof value === "function", path, value, "a function");
      return value as F;
    },
  });
}

/** What stops something between two steps. */
export const signal: Field<AbortSignal | undefined> = optional({
  fallback: undefined,
  read(value, path) {
    if (typeof (value as Partial<AbortSignal> | null)?.throwIfAborted !== "function")
      throw new OptionError(path, value, `must be an AbortSignal, got ${show(value)}`);
    return value as AbortSignal;
  },
});

/** What is read elsewhere. */
export const given: Field<unknown> = optional({ fallback: undefined, read: (value: unknown) => value });
