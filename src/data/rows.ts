import { OptionError } from "../options/errors.js";
import { type Field, show } from "../options/options.js";

/** `given` as row indices. @throws OptionError naming the first that is no row from 0 to `rows` - 1. */
export function checkRows(given: unknown, rows: number, path: string): Uint32Array {
  if (!Array.isArray(given) && !(ArrayBuffer.isView(given) && !(given instanceof DataView))) {
    throw new OptionError(path, given, `must be an array of row indices, got ${show(given)}`);
  }
  const indices = given as ArrayLike<unknown>;
  const result = new Uint32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const row = indices[i];
    if (!Number.isInteger(row) || (row as number) < 0 || (row as number) >= rows) {
      throw new OptionError(`${path}[${i}]`, row, `must be a row from 0 to ${rows - 1}, got ${show(row)}`);
    }
    result[i] = row as number;
  }
  return result;
}

/** Reads the option `rows`: indices from 0, by default of all rows. */
export function rowIndices(rows: number): Field<Uint32Array> {
  return {
    fallback: Uint32Array.from({ length: rows }, (_, row) => row),
    read(value, path) {
      const indices = checkRows(value, rows, path);
      if (indices.length === 0) throw new OptionError(path, value, "must be a non-empty array of row indices, got an array of 0");
      return indices;
    },
  };
}
