import { DataError, ShapeError } from "../options/errors.js";
import { demand, isArrayLike, oneOf, readOptions, show } from "../options/options.js";
import { cellError, listed, toFloat32 } from "./checks.js";
import { columnOf } from "./choose.js";
import { labelsOf, MissingCells, type Numbers, numbersOf, presentIn } from "./columns.js";
import type { Dataset, Features } from "./dataset.js";
import { checkEncoder, type DateColumn, type EncodedColumn, type Encoder, type NumberColumn, type TextColumn } from "./encoder.js";
import { completeRows, missingFeature, missingTarget } from "./fit.js";
import { plainNumber } from "./numbers.js";
import { dateReading, numberReading } from "./readings.js";
import { rowIndices } from "./rows.js";
import { unscale } from "./standardize.js";
import { type CsvTable, checkTable, type StoredColumn } from "./table.js";
import { advisedCellError, option } from "./words.js";

export interface EncodeOptions {
  /** The rows to encode, from 0. Default: all. */
  rows?: ArrayLike<number>;
  /** A text that the training rows did not have is an error (the default) or none of its column's categories: all zeros. */
  unknown?: "error" | "ignore";
}

/** Called for a text that the training rows did not have, `row` from 1. Unless it throws, the text becomes none of the categories. */
export type OnUnknown = (text: string, row: number, column: TextColumn) => void;

/** A number below it in size, and even one above it by a part in a hundred, is in the range of 32-bit floats. */
const CERTAIN = 3.3e38;

/** Called for a missing cell that the model has nothing in place of, `row` from 0: says what to do, in an error. */
export type OnMissing = (row: number, column: string) => never;

/**
 * The data set of a table's rows. Columns the encoder does not know are ignored; rows with missing cells are left out if it was fitted
 * with `missing: "drop"`.
 *
 * @throws DataError as `fitEncoder`, and for a text or label that the training rows did not have.
 */
export function encodeTable(encoder: Encoder, table: CsvTable, options: EncodeOptions = {}): Dataset {
  checkEncoder(encoder, "encodeTable.encoder");
  const { rows, onUnknown } = read(table, options);
  return encodeRows(encoder, table, rows, onUnknown);
}

/**
 * The features of a table's rows, for prediction: the target need not be there. Every row is kept, so that predictions stay in line with
 * the table; after `missing: "drop"` a missing cell is thus an error.
 *
 * @throws DataError as `encodeTable`.
 *
 * @example
 * const { features, rows } = encodeFeatures(encoder, parseCSV(text, { like: encoder }));
 */
export function encodeFeatures(encoder: Encoder, table: CsvTable, options: EncodeOptions = {}): Features {
  return readFeatures(encoder, table, options, missingFeature);
}

/** The same, where others say what to do about a missing cell. */
export function readFeatures(encoder: Encoder, table: CsvTable, options: EncodeOptions, onMissing: OnMissing): Features {
  checkEncoder(encoder, "encodeFeatures.encoder");
  const { rows, onUnknown } = read(table, options);
  return featuresOf(encoder, table, rows, onUnknown, onMissing);
}

/** The rows, from 0, in which a table has the encoder's target; none where it has no such column. */
export function targetRows(encoder: Encoder, table: CsvTable): Uint32Array {
  checkEncoder(encoder, "targetRows.encoder");
  checkTable(table, "targetRows.table");
  const { target, missingValues } = encoder;
  const column = table.columns[table.indexOf(target.name)];
  if (column === undefined) return new Uint32Array(0);
  const rows = Uint32Array.from({ length: table.rows }, (_, row) => row);
  const cells = new MissingCells(missingValues);
  const present = presentIn(column, rows, target.task === "classification" ? cells.amongTexts(target.classes) : cells);
  return rows.filter((row) => present[row] === 1);
}

/**
 * Decodes the outputs of a network (rows × outputs): for classes the one with the largest output of each row, for a quantity its value
 * in the units of the file.
 *
 * @throws ShapeError when the outputs do not fit the target.
 *
 * @example
 * decodeOutputs(encoder, outputs); // ["setosa", "virginica"]
 */
export function decodeOutputs(encoder: Encoder, outputs: ArrayLike<number>): string[] | number[] {
  checkEncoder(encoder, "decodeOutputs.encoder");
  demand(isArrayLike(outputs), "decodeOutputs.outputs", outputs, "an array of numbers");
  const { target } = encoder;
  if (target.task === "regression") return Array.from(unscale(outputs, target.scaler));
  const { classes } = target;
  const width = classes.length;
  if (outputs.length % width !== 0) throw new ShapeError(`${outputs.length} outputs cannot be rows of ${width} classes`);
  return Array.from({ length: outputs.length / width }, (_, row) => {
    let best = 0;
    for (let i = 1; i < width; i++) if ((outputs[row * width + i] as number) > (outputs[row * width + best] as number)) best = i;
    return classes[best] as string;
  });
}

export function encodeRows(encoder: Encoder, table: CsvTable, given: Uint32Array, onUnknown: OnUnknown): Dataset {
  const { target, columns, missing: method, missingValues } = encoder;
  const column = columnOf(table, target.name);
  const cells = new MissingCells(missingValues);
  // what counts as missing where the training rows had these texts
  const missing = target.task === "classification" ? cells.amongTexts(target.classes) : cells;
  const used = columns.map((encoded) => ({
    column: columnOf(table, encoded.name),
    missing: encoded.type === "text" ? cells.amongTexts(encoded.categories) : cells,
  }));
  const rows = method === "drop" ? completeRows([...used, { column, missing }], given) : given;
  const features = featuresOf(encoder, table, rows, onUnknown, missingFeature);
  if (target.task === "classification") {
    const { task, classes } = target;
    return Object.freeze({ ...features, task, classes, outputs: classes.length, targets: classIndices(column, rows, missing, classes) });
  }
  const [mean, scale] = [target.scaler.mean[0] as number, target.scaler.scale[0] as number];
  const values = numbersOf(column, rows, missing, numberReading(target.decimal ?? table.dialect.decimal));
  const targets = new Float32Array(rows.length);
  for (let i = 0; i < targets.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) missingTarget(rows[i] as number, target.name);
    targets[i] = toFloat32((value - mean) / scale, (rows[i] as number) + 1, target.name);
  }
  return Object.freeze({ ...features, task: target.task, outputs: 1, targets });
}

function read(table: CsvTable, options: EncodeOptions): { rows: Uint32Array; onUnknown: OnUnknown } {
  checkTable(table, "encode.table");
  const { rows, unknown } = readOptions<{ rows: Uint32Array; unknown: "error" | "ignore" }>("encode", options, {
    rows: rowIndices(table.rows),
    unknown: oneOf("error", ["error", "ignore"]),
  });
  return { rows, onUnknown: unknown === "error" ? refuse : () => {} };
}

const refuse: OnUnknown = (text, row, { name, categories }) => {
  throw advisedCellError(row, name, [
    `${show(text)} does not occur in the training rows, which have ${listed(categories)}; to read it as none of them, `,
    option("unknown", "ignore"),
  ]);
};

function featuresOf(encoder: Encoder, table: CsvTable, rows: Uint32Array, onUnknown: OnUnknown, onMissing: OnMissing): Features {
  const missing = new MissingCells(encoder.missingValues);
  const featureNames = Object.freeze(encoder.columns.flatMap(namesOf));
  const width = featureNames.length;
  const features = new Float32Array(rows.length * width);
  let place = 0;
  for (const column of encoder.columns) {
    const source = columnOf(table, column.name);
    if (column.type === "text") {
      writeCategories(features, width, place, source, column, rows, missing, onUnknown, onMissing);
      place += column.categories.length;
    } else {
      writeNumbers(features, width, place, numbersIn(source, column, table, rows, missing), column, rows, onMissing);
      place++;
    }
  }
  return Object.freeze({ features, rows: rows.length, columns: width, featureNames });
}

function namesOf(column: EncodedColumn): readonly string[] {
  return column.type === "text" ? column.categories.map((text) => `${column.name}=${text}`) : [column.name];
}

function numbersIn(source: StoredColumn, column: NumberColumn | DateColumn, table: CsvTable, rows: Uint32Array, missing: MissingCells) {
  const reading = column.type === "date" ? dateReading(column.dayFirst) : numberReading(column.decimal ?? table.dialect.decimal);
  const values = numbersOf(source, rows, missing, reading);
  // a number that a date column has is none, unless the column had too many dates to keep them as texts
  const wrong = column.type === "date" && source.reading?.kind !== "date" && source.texts.length === 0;
  if (wrong) throw new DataError(`column ${column.name} holds numbers, the training rows have dates`, undefined, column.name);
  return values;
}

function writeNumbers(
  features: Float32Array,
  width: number,
  place: number,
  values: Numbers,
  { mean, scale, fill, name }: NumberColumn | DateColumn,
  rows: Uint32Array,
  onMissing: OnMissing,
): void {
  const { length } = values;
  for (let i = 0, at = place; i < length; i++, at += width) {
    let standard = ((values[i] as number) - mean) / scale;
    // beyond what surely is a 32-bit float, or a missing cell
    if (!(standard < CERTAIN && standard > -CERTAIN)) {
      const value = Number.isNaN(values[i]) ? (fill ?? onMissing(rows[i] as number, name)) : (values[i] as number);
      standard = toFloat32((value - mean) / scale, (rows[i] as number) + 1, name);
    }
    features[at] = standard;
  }
}

function writeCategories(
  features: Float32Array,
  width: number,
  place: number,
  source: StoredColumn,
  column: TextColumn,
  rows: Uint32Array,
  missing: MissingCells,
  onUnknown: OnUnknown,
  onMissing: OnMissing,
): void {
  const { indices, labels } = labelsOf(source, rows, missing.amongTexts(column.categories));
  const indexOf = placesOf(column.categories);
  const places = labels.map((label) => indexOf.get(label));
  const fill = column.fill === undefined ? undefined : indexOf.get(column.fill);
  for (let i = 0, at = place; i < indices.length; i++, at += width) {
    const index = indices[i] as number;
    const category = index < 0 ? (fill ?? onMissing(rows[i] as number, column.name)) : places[index];
    if (category !== undefined) features[at + category] = 1;
    else onUnknown(labels[index] as string, (rows[i] as number) + 1, column);
  }
}

function classIndices(column: StoredColumn, rows: Uint32Array, missing: MissingCells, classes: readonly string[]): Uint32Array {
  const { indices, labels } = labelsOf(column, rows, missing);
  const indexOf = placesOf(classes);
  const places = labels.map((label) => indexOf.get(label));
  const targets = new Uint32Array(rows.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (index < 0) missingTarget(rows[i] as number, column.name);
    const place = places[index];
    if (place === undefined) {
      const message = `${show(labels[index])} is not a class of the training rows, which have ${listed(classes)}`;
      throw cellError((rows[i] as number) + 1, column.name, message);
    }
    targets[i] = place;
  }
  return targets;
}

/** Where each text stands; texts that are numbers also as JavaScript writes them, since 1.0 in a file is the number 1. */
export function placesOf(texts: readonly string[]): Map<string, number> {
  const places = new Map(texts.map((text, index) => [text, index]));
  texts.forEach((text, index) => {
    const value = plainNumber(text, ".");
    if (value !== undefined && !places.has(String(value))) places.set(String(value), index);
  });
  return places;
}
