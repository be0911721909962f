import { DataError, OptionError } from "../options/errors.js";
import { type Field, show, suggest } from "../options/options.js";
import { cellError, listed } from "./checks.js";
import type { Table } from "./table.js";

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/** The cells of one column in some rows of a table; a missing cell is undefined. */
export interface Column {
  readonly name: string;
  readonly cells: readonly (string | undefined)[];
  /** The row of each cell, from 1. */
  rowOf(index: number): number;
}

/** @throws DataError when the table has no such column. */
export function readColumn(table: Table, name: string, rows: ArrayLike<number>, missingValues: readonly string[]): Column {
  const index = columnIndex(table, name);
  const missing = new Set(missingValues);
  const cells = Array.from(rows, (row) => {
    const cell = table.rows[row]?.[index] ?? "";
    return missing.has(cell) ? undefined : cell;
  });
  return { name, cells, rowOf: (index) => (rows[index] as number) + 1 };
}

/** Reads the option `rows`: indices from 0, by default of all rows. */
export function rowIndices({ rows }: Table): Field<Uint32Array> {
  return {
    fallback: Uint32Array.from(rows.keys()),
    read(value, path) {
      const indices = Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : [];
      if (indices.length === 0) throw new OptionError(path, value, `must be a non-empty array of row indices, got ${show(value)}`);
      const wrong = indices.findIndex((row) => !Number.isInteger(row) || rows[row as number] === undefined);
      if (wrong >= 0) {
        const row = indices[wrong];
        throw new OptionError(`${path}[${wrong}]`, row, `must be a row from 0 to ${rows.length - 1}, got ${show(row)}`);
      }
      return Uint32Array.from(indices as number[]);
    },
  };
}

/** The place of a column. @throws DataError with the columns there are. */
export function columnIndex({ columns }: Table, name: string): number {
  const index = columns.indexOf(name);
  if (index >= 0) return index;
  const hint = columns.length === 1 ? "; is it another delimiter?" : "";
  throw new DataError(
    `there is no column ${show(name)}${suggest(name, columns)}; the columns are: ${listed(columns)}${hint}`,
    undefined,
    name,
  );
}

/** Whether a cell means a number, if perhaps not a finite one. */
export function isNumeric(cell: string): boolean {
  return NUMBER.test(cell) || NOT_FINITE.test(cell);
}

/** The number in a cell, in decimal notation and within the range of 32-bit floats. @throws DataError naming the cell. */
export function readNumber(cell: string, row: number, column: string): number {
  if (!NUMBER.test(cell)) {
    const kind = NOT_FINITE.test(cell) ? "finite number" : "number";
    throw cellError(row, column, `${show(cell)} is not a ${kind}; if it means a missing cell, add it to missingValues`);
  }
  const value = Number(cell);
  if (!Number.isFinite(Math.fround(value))) throw cellError(row, column, `${cell} is beyond the range of 32-bit floats (3.4e38)`);
  // JSON knows no -0.
  return value + 0;
}

/** The numbers of a column; `replace` gives those of missing cells, or throws. @throws DataError naming a cell that is no number. */
export function numbersOf(column: Column, replace: (column: Column, index: number) => number): number[] {
  return column.cells.map((cell, index) =>
    cell === undefined ? replace(column, index) : readNumber(cell, column.rowOf(index), column.name),
  );
}

export function missingFeature(column: Column, index: number): never {
  const advice =
    'fit with missing: "mean" ("median", "mode") to fill such cells or "drop" to leave their rows out (on the command line --missing mean)';
  throw cellError(column.rowOf(index), column.name, `the cell is missing: ${advice}`);
}

export function missingTarget(column: Column, index: number): never {
  const advice = 'fit with missing: "drop" to leave such rows out (on the command line --missing drop)';
  throw cellError(column.rowOf(index), column.name, `the target is missing: ${advice}`);
}

/**
 * Whether a column holds numbers or texts. It holds texts when some cell is no number and either few different values occur (2, 4, "5more")
 * or less than half of the cells are numbers.
 *
 * @throws DataError when a column of numbers has a cell that is none: one slip of the pen must not turn it into a thousand categories.
 * `remedy` says how to have it read as texts all the same.
 */
export function kindOf({ name, cells, rowOf }: Column, remedy: string): "number" | "text" {
  const present = cells.filter((cell) => cell !== undefined);
  const numbers = present.filter(isNumeric).length;
  if (numbers === present.length) return "number";
  if (numbers < present.length / 2 || isFew(present)) return "text";
  const index = cells.findIndex((cell) => cell !== undefined && !isNumeric(cell));
  const advice = `correct it, add it to missingValues, or ${remedy}`;
  throw cellError(rowOf(index), name, `${show(cells[index])} is not a number, as most of this column: ${advice}`);
}

/** Whether values are few enough to be labels: at most 2, or at most 20 and a tenth of the rows. */
export function isFew(values: readonly unknown[]): boolean {
  return new Set(values).size <= Math.max(2, Math.min(20, values.length / 10));
}
