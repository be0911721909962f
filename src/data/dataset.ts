import { DataError, OptionError, ShapeError } from "../options/errors.js";
import { demand, integer, isArrayLike, oneOf, optional, readOptions, show } from "../options/options.js";
import { cellError, listed, names, toFloat32 } from "./checks.js";
import { exactColumns, keepExact } from "./exact.js";
import { checkRows } from "./rows.js";

export type Task = "classification" | "regression";

/** Numbers a network reads: `features` holds rows × columns, row by row, every one of them finite. */
export interface Features {
  readonly features: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** One name a column. */
  readonly featureNames: readonly string[];
  /** How much each row counts in losses and metrics, at least 0; missing where all count alike. */
  readonly weights?: Float32Array;
}

/** Rows that each belong to one of several classes: `targets[row]` is an index into `classes`. */
export interface Classification extends Features {
  readonly task: "classification";
  readonly targets: Uint32Array;
  /** The number of classes: what a network for this data has as outputs. */
  readonly outputs: number;
  readonly classes: readonly string[];
}

/** Rows that each have one or more quantities to predict: `targets` holds rows × outputs, row by row. */
export interface Regression extends Features {
  readonly task: "regression";
  readonly targets: Float32Array;
  readonly outputs: number;
  readonly classes?: undefined;
}

/** A data set. The objects are frozen; the arrays are the data set's own, so treat them as read-only. */
export type Dataset = Classification | Regression;

export type Label = string | number | boolean;

export interface DatasetOptions {
  /** Asked for when the targets are plain numbers, which may be labels or quantities. */
  task?: Task;
  /** The names of the classes; targets that are numbers are then indices into it. By default the labels that occur, sorted: data sets of one run need the same. */
  classes?: readonly string[];
  /** Columns of `features` given as one flat array. */
  columns?: number;
  /** One name a column, for error messages. Default: x1, x2, ... */
  featureNames?: readonly string[];
  /** How much each row counts in losses and metrics: a number at least 0 for each. Default: all alike. */
  weights?: ArrayLike<number>;
}

/**
 * A data set from arrays. Everything is copied, and rounded to 32-bit floats once. Where rounding takes a good part of what tells the values
 * of a column apart (times in seconds, large offsets), the column is kept in 64 bits besides, and `standardize` scales before it rounds.
 *
 * `features` is an array of rows, or one flat array of rows × columns with the option `columns`.
 *
 * `targets` has one entry a row:
 * - strings or booleans are labels: classification, classes sorted (by value if all read as numbers, else by UTF-16 code unit, so
 *   neither row order nor locale matters);
 * - numbers are labels (`task: "classification"`), indices into the option `classes` if that is given, or quantities
 *   (`task: "regression"`);
 * - arrays of numbers are several quantities a row: regression.
 *
 * @throws DataError for a value that is not a finite number within the range of 32-bit floats, a label out of range or unknown, naming
 * the row (from 1) and the column; for data without rows; for labels that are all the same.
 * @throws ShapeError for ragged rows and for counts that do not match. @throws OptionError for a wrong option.
 *
 * @example
 * const flowers = dataset([[5.1, 3.5], [7.0, 3.2]], ["setosa", "versicolor"]);
 * const houses = dataset([[120, 3], [80, 2]], [350_000, 240_000], { task: "regression" });
 */
export function dataset(
  features: ArrayLike<number> | ArrayLike<ArrayLike<number>>,
  targets: ArrayLike<Label> | ArrayLike<ArrayLike<number>>,
  options: DatasetOptions = {},
): Dataset {
  const settings = readOptions<DatasetOptions>("dataset", options, {
    task: optional(oneOf(undefined, ["classification", "regression"])),
    classes: optional(names(undefined)),
    columns: optional(integer(undefined, { min: 1 })),
    featureNames: optional(names(undefined)),
    weights: optional<ArrayLike<number>>({ fallback: undefined, read: (value) => value as ArrayLike<number> }),
  });
  demand(isArrayLike(features), "dataset.features", features, "an array of rows or of numbers");
  demand(isArrayLike(targets), "dataset.targets", targets, "an array with one entry a row");
  const table = matrix("features", features, settings.columns, (column) => settings.featureNames?.[column] ?? `x${column + 1}`);
  const { rows, columns } = table;
  const featureNames = settings.featureNames ?? Object.freeze(Array.from({ length: columns }, (_, column) => `x${column + 1}`));
  if (featureNames.length !== columns) throw new ShapeError(`${featureNames.length} featureNames were given for ${columns} columns`);
  const weights = settings.weights === undefined ? {} : { weights: weightsOf(settings.weights, rows) };
  if (targets.length !== rows) throw new ShapeError(`there are ${rows} rows of features and ${targets.length} targets`);

  const base = { features: table.values, rows, columns, featureNames, ...weights };
  if (taskOf(targets, settings) === "regression") {
    const goal = matrix(
      "targets",
      targets as ArrayLike<number> | ArrayLike<ArrayLike<number>>,
      isNested(targets) ? undefined : 1,
      targetName,
    );
    return Object.freeze({ ...base, task: "regression", targets: goal.values, outputs: goal.columns });
  }
  const labels = targets as ArrayLike<Label>;
  const classes = settings.classes ?? classesOf(Array.from(labels, labelText));
  return Object.freeze({
    ...base,
    task: "classification",
    targets: classIndices(labels, classes, settings),
    outputs: classes.length,
    classes,
  });
}

/**
 * The data set of some rows, in the order given; an index counts from 0, and may be given twice.
 *
 * @throws OptionError for an index that is no row.
 */
export function takeRows(data: Dataset, rows: ArrayLike<number>): Dataset {
  checkDataset(data, "takeRows.data");
  const indices = checkRows(rows, data.rows, "takeRows.rows");
  const features = take(data.features, indices, data.columns, Float32Array);
  const weights = data.weights === undefined ? {} : { weights: take(data.weights, indices, 1, Float32Array) };
  const common = { rows: indices.length, features, ...weights };
  if (data.task === "classification") return Object.freeze({ ...data, ...common, targets: take(data.targets, indices, 1, Uint32Array) });
  return Object.freeze({ ...data, ...common, targets: take(data.targets, indices, data.outputs, Float32Array) });
}

/** @throws OptionError for what is no data set. */
export function checkDataset(data: Dataset, path: string): void {
  const { rows, columns, features, targets } = (data ?? {}) as Partial<Dataset>;
  const right = Number.isInteger(rows) && Number.isInteger(columns) && features instanceof Float32Array && ArrayBuffer.isView(targets);
  demand(right, path, data, "a data set, as dataset(...) makes it");
}

/** The labels that occur, each once and sorted. @throws DataError when there are fewer than two. */
export function classesOf(labels: Iterable<string>, column = "target"): readonly string[] {
  const classes = sortLabels(labels);
  if (classes.length > 1) return classes;
  throw new DataError(`column ${column}: every row has the label ${show(classes[0])}, so there is nothing to learn`, undefined, column);
}

/** Each label once, sorted by value when all read as numbers, else by UTF-16 code unit. */
export function sortLabels(labels: Iterable<string>): readonly string[] {
  const sorted = [...new Set(labels)].sort();
  if (sorted.every((label) => label !== "" && Number.isFinite(Number(label)))) sorted.sort((a, b) => Number(a) - Number(b));
  return Object.freeze(sorted);
}

function weightsOf(given: ArrayLike<number>, rows: number): Float32Array {
  demand(isArrayLike(given), "dataset.weights", given, "an array with a number for each row");
  if (given.length !== rows) throw new ShapeError(`there are ${rows} rows of features and ${given.length} weights`);
  return Float32Array.from(given, (value, row) => {
    const weight = toFloat32(value, row + 1, "weights");
    if (weight < 0) throw cellError(row + 1, "weights", `a weight must be at least 0, got ${weight}`);
    return weight;
  });
}

/** The name of a column of targets in errors. */
export function targetName(column: number): string {
  return column === 0 ? "target" : `target ${column + 1}`;
}

function taskOf(targets: ArrayLike<unknown>, { task, classes }: DatasetOptions): Task {
  const implied = impliedTask(targets, classes);
  if (implied !== undefined && task !== undefined && task !== implied) {
    throw new OptionError("dataset.task", task, `must be ${implied} for such targets, got ${show(task)}`);
  }
  const result = implied ?? task;
  if (result !== undefined) return result;
  throw new OptionError("dataset.task", task, 'is missing: numbers may be labels ("classification") or quantities ("regression")');
}

function impliedTask(targets: ArrayLike<unknown>, classes: readonly string[] | undefined): Task | undefined {
  if (classes !== undefined || typeof targets[0] === "string" || typeof targets[0] === "boolean") return "classification";
  return isNested(targets) ? "regression" : undefined;
}

function labelText(label: unknown, index: number): string {
  const usable = typeof label === "string" || typeof label === "boolean" || (typeof label === "number" && Number.isFinite(label));
  if (!usable) throw cellError(index + 1, "target", `${show(label)} cannot be a label`);
  return String(label);
}

function classIndices(labels: ArrayLike<Label>, classes: readonly string[], options: DatasetOptions): Uint32Array {
  const indexOf = new Map(classes.map((label, index) => [label, index]));
  return Uint32Array.from(labels, (label, row) => {
    if (typeof label === "number" && options.classes !== undefined) {
      if (Number.isInteger(label) && label >= 0 && label < classes.length) return label;
      throw cellError(
        row + 1,
        "target",
        `the label ${label} is out of range: with ${classes.length} classes, labels are 0 to ${classes.length - 1}`,
      );
    }
    const index = indexOf.get(labelText(label, row));
    if (index !== undefined) return index;
    throw cellError(row + 1, "target", `${show(label)} is not one of the classes ${listed(classes)}`);
  });
}

function isNested(values: ArrayLike<unknown>): values is ArrayLike<ArrayLike<number>> {
  return typeof values[0] === "object" && values[0] !== null;
}

function matrix(
  what: string,
  values: ArrayLike<number> | ArrayLike<ArrayLike<number>>,
  width: number | undefined,
  nameOf: (column: number) => string,
): { values: Float32Array; rows: number; columns: number } {
  if (values.length === 0) throw new DataError(`the ${what} are empty`);
  const nested = isNested(values);
  if (!nested && width === undefined) throw new OptionError("dataset.columns", width, `is missing: the ${what} are one flat array`);
  const columns = width ?? lengthOf(values[0] as ArrayLike<number>, 1, what);
  const rows = nested ? values.length : values.length / columns;
  if (!Number.isInteger(rows)) throw new ShapeError(`${values.length} ${what} cannot be rows of ${columns} columns`);
  const result = values instanceof Float32Array ? values.slice() : new Float32Array(rows * columns);
  let rounded = false;
  for (let row = 0; row < rows; row++) {
    const line = nested ? (values[row] as ArrayLike<number>) : (values as ArrayLike<number>);
    const from = nested ? 0 : row * columns;
    if (nested) {
      const count = lengthOf(line, row + 1, what);
      if (count !== columns) throw new ShapeError(`row ${row + 1} of the ${what} has ${count} values instead of ${columns}`);
    }
    rounded = fillRow(result, row * columns, line, from, columns, row, nameOf) || rounded;
  }
  // a row's array may be a view of any kind, and a flat array of any other length
  if (rounded)
    keepExact(result, columns, (row, column) => (nested ? (values[row]?.[column] as number) : (values[row * columns + column] as number)));
  return { values: result, rows, columns };
}

/** Copies a row; true when a value was rounded. @throws DataError naming the cell that is no finite number. */
function fillRow(
  result: Float32Array,
  place: number,
  line: ArrayLike<number>,
  from: number,
  columns: number,
  row: number,
  nameOf: (column: number) => string,
): boolean {
  let rounded = false;
  for (let column = 0; column < columns; column++) {
    const value = line[from + column] as number;
    const float = typeof value === "number" ? Math.fround(value) : Number.NaN;
    // not finite, or no number at all
    if (float - float !== 0) toFloat32(value, row + 1, nameOf(column));
    if (float !== value) rounded = true;
    result[place + column] = float;
  }
  return rounded;
}

function lengthOf(line: ArrayLike<number> | undefined, row: number, what: string): number {
  if (typeof line?.length === "number" && typeof line === "object" && line.length > 0) return line.length;
  throw new ShapeError(`row ${row} of the ${what} must be an array of numbers, got ${show(line)}`);
}

function take<T extends Float32Array | Uint32Array>(from: T, rows: Uint32Array, width: number, Vector: new (length: number) => T): T {
  const result = new Vector(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * width;
    // a call costs more than copying a few numbers
    if (width > 16) result.set(from.subarray(start, start + width), i * width);
    else for (let column = 0; column < width; column++) result[i * width + column] = from[start + column] as number;
  }
  if (from instanceof Float32Array && result instanceof Float32Array) exactColumns.copy(from, result, rows);
  return result;
}
