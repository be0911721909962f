import { DataError, OptionError } from "../options/errors.js";
import { type Field, list, show } from "../options/options.js";

/** Any string that is not empty. */
export const text = (fallback?: string): Field<string> => ({
  fallback,
  read(value, path) {
    if (typeof value !== "string" || value === "") throw new OptionError(path, value, `must be a non-empty string, got ${show(value)}`);
    return value;
  },
});

/** Strings of which no two are equal. */
export const names = (fallback: readonly string[] | undefined, entry = text()): Field<readonly string[]> => {
  const strings = list<string>(undefined, entry);
  return {
    fallback: fallback && Object.freeze([...fallback]),
    read(value, path) {
      const words = strings.read(value, path);
      const seen = new Set<string>();
      for (const word of words) {
        if (seen.has(word)) throw new OptionError(path, value, `must not have ${show(word)} twice`);
        seen.add(word);
      }
      return words;
    },
  };
};

/** Any string, the empty one too. */
export const cellField: Field<string> = {
  fallback: undefined,
  read(value, path) {
    if (typeof value !== "string") throw new OptionError(path, value, `must be a string, got ${show(value)}`);
    return value;
  },
};

/** `value` as a 32-bit float. @throws DataError naming row (from 1) and column if it is not finite or beyond their range. */
export function toFloat32(value: unknown, row: number, column: string): number {
  if (typeof value !== "number") throw cellError(row, column, `must be a number, got ${show(value)}`);
  const rounded = Math.fround(value);
  if (Number.isFinite(rounded)) return rounded;
  throw cellError(
    row,
    column,
    Number.isFinite(value) ? `${value} is beyond the range of 32-bit floats (3.4e38)` : `${value} is not a finite number`,
  );
}

/** Words as an error lists them: the first twenty. */
export function listed(words: readonly string[]): string {
  return words.length > 20 ? `${words.slice(0, 20).join(", ")} and ${words.length - 20} more` : words.join(", ");
}

/** The error of one cell; `row` counts from 1. */
export function cellError(row: number, column: string, message: string): DataError {
  return new DataError(`row ${row}, column ${column}: ${message}`, row, column);
}
