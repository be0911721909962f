import { ShapeError } from "../options/errors.js";
import { oneOf, readOptions, show } from "../options/options.js";
import { type Column, isNumeric, missingFeature, missingTarget, numbersOf, readColumn, readNumber, rowIndices } from "./cells.js";
import { cellError, listed, toFloat32 } from "./checks.js";
import type { Dataset, Features } from "./dataset.js";
import type { Encoder, NumberColumn, TextColumn } from "./encoder.js";
import { completeRows } from "./fit.js";
import { unscale } from "./standardize.js";
import type { Table } from "./table.js";

export interface EncodeOptions {
  /** The rows to encode, from 0. Default: all. */
  rows?: ArrayLike<number>;
  /** A text that the training rows did not have is an error (the default) or none of its column's categories: all zeros. */
  unknown?: "error" | "ignore";
}

/** Called for a text that the training rows did not have, `row` from 1. Unless it throws, the text becomes none of the categories. */
export type OnUnknown = (text: string, row: number, column: TextColumn) => void;

/**
 * The data set of a table's rows. Columns the encoder does not know are ignored; rows with missing cells are left out if it was fitted
 * with `missing: "drop"`.
 *
 * @throws DataError as `fitEncoder`, and for a text or label that the training rows did not have.
 */
export function encode(encoder: Encoder, table: Table, options: EncodeOptions = {}): Dataset {
  const { rows, onUnknown } = read(table, options);
  return encodeRows(encoder, table, rows, onUnknown);
}

/**
 * The features of a table's rows, for prediction: the target need not be there. Every row is kept, so that predictions stay in line with
 * the table; after `missing: "drop"` a missing cell is thus an error.
 *
 * @throws DataError as `encode`.
 *
 * @example
 * const { features, rows } = encodeFeatures(encoder, parseCSV(text));
 */
export function encodeFeatures(encoder: Encoder, table: Table, options: EncodeOptions = {}): Features {
  const { rows, onUnknown } = read(table, options);
  return featuresOf(encoder, table, rows, onUnknown);
}

/**
 * What the outputs of a network (rows × outputs) mean: for classes the one with the largest output of each row, for a quantity its value
 * in the units of the file.
 *
 * @throws ShapeError when the outputs do not fit the target.
 *
 * @example
 * decode(encoder, outputs); // ["setosa", "virginica"]
 */
export function decode({ target }: Encoder, outputs: ArrayLike<number>): string[] | number[] {
  if (target.task === "regression") return Array.from(unscale(outputs, target.scaler));
  const { classes } = target;
  const width = classes.length;
  if (outputs.length % width !== 0) throw new ShapeError(`${outputs.length} outputs cannot be rows of ${width} classes`);
  return Array.from({ length: outputs.length / width }, (_, row) => {
    const score = (index: number) => outputs[row * width + index] as number;
    return classes[classes.reduce((best, _, index) => (score(index) > score(best) ? index : best), 0)] as string;
  });
}

export function encodeRows(encoder: Encoder, table: Table, given: Uint32Array, onUnknown: OnUnknown): Dataset {
  const { target, columns, missing, missingValues } = encoder;
  const used = [...columns.map(({ name }) => name), target.name];
  const rows = missing === "drop" ? completeRows(table, used, given, missingValues) : given;
  const features = featuresOf(encoder, table, rows, onUnknown);
  const column = readColumn(table, target.name, rows, missingValues);
  if (target.task === "classification") {
    const { task, classes } = target;
    return Object.freeze({ ...features, task, classes, outputs: classes.length, targets: classIndices(column, classes) });
  }
  const [mean, scale] = [target.scaler.mean[0] as number, target.scaler.scale[0] as number];
  return Object.freeze({
    ...features,
    task: target.task,
    outputs: 1,
    targets: Float32Array.from(standardized(column, mean, scale, missingTarget)),
  });
}

function read(table: Table, options: EncodeOptions): { rows: Uint32Array; onUnknown: OnUnknown } {
  const { rows, unknown } = readOptions<{ rows: Uint32Array; unknown: "error" | "ignore" }>("encode", options, {
    rows: rowIndices(table),
    unknown: oneOf("error", ["error", "ignore"]),
  });
  return { rows, onUnknown: unknown === "error" ? refuse : () => {} };
}

const refuse: OnUnknown = (text, row, { name, categories }) => {
  const advice = 'pass unknown: "ignore" to read it as none of them (on the command line --unknown ignore)';
  throw cellError(row, name, `${show(text)} does not occur in the training rows, which have ${listed(categories)}; ${advice}`);
};

function featuresOf(encoder: Encoder, table: Table, rows: Uint32Array, onUnknown: OnUnknown): Features {
  const featureNames = Object.freeze(encoder.columns.flatMap(namesOf));
  const width = featureNames.length;
  const features = new Float32Array(rows.length * width);
  let place = 0;
  for (const column of encoder.columns) {
    const source = readColumn(table, column.name, rows, encoder.missingValues);
    if (column.type === "number") {
      const { mean, scale, fill } = column;
      standardized(source, mean, scale, fill === undefined ? missingFeature : () => fill).forEach((value, i) => {
        features[i * width + place] = value;
      });
    } else {
      categoriesOf(source, column, onUnknown).forEach((category, i) => {
        if (category !== undefined) features[i * width + place + category] = 1;
      });
    }
    place += namesOf(column).length;
  }
  return Object.freeze({ features, rows: rows.length, columns: width, featureNames });
}

function namesOf(column: NumberColumn | TextColumn): readonly string[] {
  return column.type === "number" ? [column.name] : column.categories.map((text) => `${column.name}=${text}`);
}

function standardized(column: Column, mean: number, scale: number, replace: (column: Column, index: number) => number): number[] {
  return numbersOf(column, replace).map((value, index) => toFloat32((value - mean) / scale, column.rowOf(index), column.name));
}

/** The category of each cell; undefined for an unknown one. */
function categoriesOf(source: Column, column: TextColumn, onUnknown: OnUnknown): (number | undefined)[] {
  const indexOf = new Map(column.categories.map((text, index) => [text, index]));
  return source.cells.map((cell, index) => {
    const text = cell ?? column.fill ?? missingFeature(source, index);
    const category = indexOf.get(text);
    if (category === undefined) onUnknown(text, source.rowOf(index), column);
    return category;
  });
}

function classIndices(column: Column, classes: readonly string[]): Uint32Array {
  const indexOf = new Map(classes.map((label, index) => [label, index]));
  return Uint32Array.from(column.cells, (cell, index) => {
    const label = cell ?? missingTarget(column, index);
    const row = column.rowOf(index);
    const found = indexOf.get(label) ?? (isNumeric(label) ? indexOf.get(String(readNumber(label, row, column.name))) : undefined);
    if (found !== undefined) return found;
    throw cellError(row, column.name, `${show(label)} is not a class of the training rows, which have ${listed(classes)}`);
  });
}
