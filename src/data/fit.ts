import { DataError, OptionError } from "../options/errors.js";
import { type Fields, oneOf, optional, readOptions, show } from "../options/options.js";
import {
  type Column,
  columnIndex,
  isFew,
  isNumeric,
  kindOf,
  missingFeature,
  missingTarget,
  numbersOf,
  readColumn,
  rowIndices,
} from "./cells.js";
import { cellField, names, text } from "./checks.js";
import { classesOf, sortLabels, type Task } from "./dataset.js";
import {
  type ClassTarget,
  type Encoder,
  MISSING_METHODS,
  type MissingMethod,
  type NumberColumn,
  type QuantityTarget,
  type TextColumn,
} from "./encoder.js";
import { moments } from "./standardize.js";
import type { Table } from "./table.js";

export interface EncoderOptions {
  /** The column to predict. */
  target: string;
  /**
   * What to predict: one of some classes, or a quantity. "auto" (the default): texts are classes; whole numbers are classes when at
   * most 20 different ones occur, each in ten rows on average, or at most 2; other numbers are quantities.
   */
  task?: "auto" | Task;
  /** The columns to predict from. Default: all but the target. */
  features?: readonly string[];
  /** Columns not to predict from. Default: none. */
  exclude?: readonly string[];
  /** Columns whose numbers are names (a post code, a number of cylinders): they become one-hot, as texts do. Default: none. */
  categorical?: readonly string[];
  /**
   * What to do about missing cells. "error" (the default) refuses them; "drop" leaves their rows out; "mean", "median" and "mode" (the
   * most frequent, the smallest of equals) fill a number from the training rows, and a text as `missingText` says. A missing target
   * is never filled: an error unless "drop".
   */
  missing?: MissingMethod;
  /** What fills a text: the most frequent one ("mode", the default), or, if the training rows have gaps, a category of its own. */
  missingText?: "mode" | "category";
  /** The cells that count as missing. Default: the empty cell, NA, N/A, NaN, nan, null, NULL, ? and a lone dot. */
  missingValues?: readonly string[];
}

export interface FitOptions extends EncoderOptions {
  /** The training rows, from 0. Default: all. */
  rows?: ArrayLike<number>;
}

export type EncoderSettings = Required<Omit<EncoderOptions, "features">> & Pick<EncoderOptions, "features">;

export const encoderFields: Fields<EncoderSettings> = {
  target: text(),
  task: oneOf("auto", ["auto", "classification", "regression"]),
  features: optional(names(undefined)),
  exclude: names([]),
  categorical: names([]),
  missing: oneOf("error", MISSING_METHODS),
  missingText: oneOf("mode", ["mode", "category"]),
  missingValues: names(["", "NA", "N/A", "NaN", "nan", "null", "NULL", "?", "."], cellField),
};

const MISSING_CATEGORY = "(missing)";
/** Values in the features of a data set: 2 GiB. */
const MOST_VALUES = 0x2000_0000;

/**
 * Learns from the training rows of a table how cells become numbers:
 * - a column of numbers becomes one feature, (x - mean) / scale as in `standardizer`;
 * - a column of texts becomes one feature for each text, 1 where it stands and else 0, in sorted order. They are not standardised: a
 *   rare text would become a huge number;
 * - the target becomes a class or, standardised too, a quantity.
 *
 * Give it the training rows only: what is learnt from rows held out makes their score too good.
 *
 * @throws DataError for a column that is not there or has no values, a missing cell, a cell that is no finite number, naming row (from 1)
 * and column; for a target with a single class. @throws OptionError for a wrong option.
 *
 * @example
 * const table = parseCSV(text);
 * const encoder = fitEncoder(table, { target: "species", missing: "mean" });
 * const data = encode(encoder, table);
 */
export function fitEncoder(table: Table, options: FitOptions): Encoder {
  const settings = readOptions<EncoderSettings & { rows: Uint32Array }>("encoder", options, { ...encoderFields, rows: rowIndices(table) });
  return fitRows(table, settings, usableRows(table, settings, settings.rows));
}

/** `fitEncoder` with options already read and, for `missing: "drop"`, rows already dropped. */
export function fitRows(table: Table, settings: EncoderSettings, rows: Uint32Array): Encoder {
  const { target, task, missing, missingValues } = settings;
  const sources = chosenColumns(table, settings).map((name) => readColumn(table, name, rows, missingValues));
  const columns = sources.map((source) => fitColumn(source, settings));
  checkSize(columns, rows.length);
  return Object.freeze({
    format: 1,
    missing,
    missingValues,
    columns: Object.freeze(columns),
    target: fitTarget(readColumn(table, target, rows, missingValues), task),
    notes: Object.freeze(notesOn(sources, columns)),
  });
}

/** The rows that stay: all, or with `missing: "drop"` those that miss neither the target nor a feature. */
export function usableRows(table: Table, settings: EncoderSettings, rows: Uint32Array): Uint32Array {
  const columns = [...chosenColumns(table, settings), settings.target];
  return settings.missing === "drop" ? completeRows(table, columns, rows, settings.missingValues) : rows;
}

export function completeRows(table: Table, columns: readonly string[], rows: Uint32Array, missingValues: readonly string[]): Uint32Array {
  const indices = columns.map((name) => columnIndex(table, name));
  const missing = new Set(missingValues);
  const complete = rows.filter((row) => indices.every((index) => !missing.has(table.rows[row]?.[index] ?? "")));
  if (complete.length === 0) throw new DataError("every row has a missing cell: exclude the columns with most of them, or fill them");
  return complete;
}

/** Whether the target is classes or a quantity, as `EncoderOptions.task` says. */
export function taskOf(target: Column, task: "auto" | Task): Task {
  if (task !== "auto") return task;
  if (kindOf(target, 'pass task: "classification"') === "text") return "classification";
  const numbers = numbersOf(target, missingTarget);
  return numbers.every(Number.isInteger) && isFew(numbers) ? "classification" : "regression";
}

/** The label of each row. Numbers are written in one way, so that 1 and 1.0 are one class. */
export function labelsOf(target: Column): string[] {
  const cells = target.cells.map((cell, index) => cell ?? missingTarget(target, index));
  return cells.every(isNumeric) ? numbersOf(target, missingTarget).map(String) : cells;
}

function chosenColumns(table: Table, { target, features, exclude, categorical }: EncoderSettings): readonly string[] {
  for (const name of [target, ...(features ?? []), ...exclude, ...categorical]) columnIndex(table, name);
  if (features?.includes(target)) throw new OptionError("encoder.features", features, `must not have the target ${show(target)}`);
  const chosen = (features ?? table.columns).filter((name) => name !== target && !exclude.includes(name));
  if (chosen.length === 0) throw new DataError(`no column is left to predict ${show(target)} from`);
  return chosen;
}

function fitColumn(column: Column, settings: EncoderSettings): NumberColumn | TextColumn {
  if (column.cells.every((cell) => cell === undefined)) {
    throw new DataError(`column ${column.name}: every cell of the training rows is missing: exclude it`, undefined, column.name);
  }
  const gap = column.cells.indexOf(undefined);
  const { missing } = settings;
  const fills = missing === "mean" || missing === "median" || missing === "mode";
  if (gap >= 0 && !fills) missingFeature(column, gap);

  const isText = settings.categorical.includes(column.name) || kindOf(column, "name the column in categorical") === "text";
  if (!isText) return fitNumbers(column, fills ? FILLS[missing] : undefined);
  const ownCategory = gap >= 0 && settings.missingText === "category";
  return fitTexts(column, fills ? (ownCategory ? () => MISSING_CATEGORY : mostFrequent) : undefined);
}

function fitNumbers(column: Column, fillOf: ((sorted: readonly number[]) => number) | undefined): NumberColumn {
  const present = numbersOf(column, () => Number.NaN).filter((value) => !Number.isNaN(value));
  const fill = fillOf?.(present.sort((a, b) => a - b));
  const values = numbersOf(column, () => fill as number);
  return Object.freeze({ type: "number", name: column.name, ...(fill !== undefined && { fill }), ...moments(values) });
}

function fitTexts(column: Column, fillOf: ((sorted: readonly string[]) => string) | undefined): TextColumn {
  const present = column.cells.filter((cell) => cell !== undefined);
  const fill = fillOf?.(present.sort());
  const categories = sortLabels(fill === undefined ? present : [...present, fill]);
  return Object.freeze({ type: "text", name: column.name, ...(fill !== undefined && { fill }), categories });
}

function fitTarget(column: Column, wanted: "auto" | Task): ClassTarget | QuantityTarget {
  const { name } = column;
  const task = taskOf(column, wanted);
  if (task === "classification") return Object.freeze({ task, name, classes: classesOf(labelsOf(column), name) });
  const { mean, scale } = moments(numbersOf(column, missingTarget));
  return Object.freeze({ task, name, scaler: Object.freeze({ mean: Object.freeze([mean]), scale: Object.freeze([scale]) }) });
}

const FILLS = {
  mean: (sorted: readonly number[]) => moments(sorted).mean,
  median(sorted: readonly number[]) {
    const middle = sorted.length >> 1;
    const upper = sorted[middle] as number;
    return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  },
  mode: mostFrequent<number>,
};

/** Of equally frequent values the first. */
function mostFrequent<T>(sorted: readonly T[]): T {
  const counts = new Map<T, number>();
  for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

function checkSize(columns: readonly (NumberColumn | TextColumn)[], rows: number): void {
  const widthOf = (column: NumberColumn | TextColumn) => (column.type === "text" ? column.categories.length : 1);
  const width = columns.reduce((sum, column) => sum + widthOf(column), 0);
  if (width * rows <= MOST_VALUES) return;
  const widest = columns.reduce((best, column) => (widthOf(column) > widthOf(best) ? column : best));
  throw new DataError(
    `${rows} rows of ${width} features are too many: column ${widest.name} alone has ${widthOf(widest)} different texts: exclude it`,
    undefined,
    widest.name,
  );
}

function notesOn(sources: readonly Column[], columns: readonly (NumberColumn | TextColumn)[]): string[] {
  const notes: string[] = [];
  sources.forEach(({ name, cells }, index) => {
    const column = columns[index];
    const missing = cells.filter((cell) => cell === undefined).length;
    if (missing > 0) notes.push(`column ${name}: filled ${missing} missing of ${cells.length} training cells with ${shown(column?.fill)}`);
    const texts = column?.type === "text" ? column.categories.length : 0;
    if (texts > 20 && texts > cells.length / 2) {
      notes.push(`column ${name}: ${texts} different texts in ${cells.length} training rows can hardly help: exclude it?`);
    }
  });
  const constant = sources.filter(({ cells }) => new Set(cells).size === 1).map(({ name }) => name);
  if (constant.length > 0) notes.push(`constant in the training rows, so without use: ${constant.join(", ")}`);
  return notes;
}

function shown(fill: number | string | undefined): string {
  return typeof fill === "number" ? String(Number(fill.toPrecision(6))) : show(fill);
}
