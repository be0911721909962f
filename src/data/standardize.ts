import { OptionError, ShapeError } from "../options/errors.js";
import { demand, type Field, isArrayLike, list, number, readOptions } from "../options/options.js";
import { toFloat32 } from "./checks.js";
import { checkDataset, type Dataset, type Regression, targetName } from "./dataset.js";
import { exactColumns } from "./exact.js";

/** Mean and scale of each column, as plain JSON. */
export interface Standardizer {
  readonly mean: readonly number[];
  /** The population standard deviation, in the units of the column; 1 for a column that is constant. */
  readonly scale: readonly number[];
}

/**
 * Learns the mean and the population standard deviation of each feature column:
 * mean = Σ x / n, scale = sqrt(Σ (x - mean)² / n), both in 64-bit floats and in two passes. A constant column gets scale 1.
 *
 * Give it the training part only: what is learnt from rows held out makes their score too good.
 *
 * @example
 * const { training, validation } = splitDataset(data);
 * const scaler = standardizer(training);
 * const parts = [standardize(training, scaler), standardize(validation, scaler)];
 */
export function standardizer(training: Dataset): Standardizer {
  checkDataset(training, "standardizer.training");
  return freeze(columnMoments(training.features, training.columns));
}

/** The same for the targets of a regression, so that a network need not learn numbers in the thousands. @throws OptionError for classes. */
export function targetScaler(training: Dataset): Standardizer {
  const { targets, outputs } = regression(training, "targetScaler.training");
  return freeze(columnMoments(targets, outputs));
}

/**
 * (x - mean) / scale of every feature, as a new data set.
 *
 * @throws ShapeError when the columns do not match. @throws DataError for a value that leaves the range of 32-bit floats.
 */
export function standardize(data: Dataset, standardizer: Standardizer): Dataset {
  checkDataset(data, "standardize.data");
  checkScaler(standardizer, "standardize.standardizer");
  const features = apply(data.features, data.columns, standardizer, (column) => data.featureNames[column] as string);
  return Object.freeze({ ...data, features });
}

/** (y - mean) / scale of every target, as a new data set. @throws OptionError for classes, and as `standardize`. */
export function standardizeTargets(data: Dataset, scaler: Standardizer): Regression {
  const quantities = regression(data, "standardizeTargets.data");
  checkScaler(scaler, "standardizeTargets.scaler");
  return Object.freeze({ ...quantities, targets: apply(quantities.targets, quantities.outputs, scaler, targetName) });
}

/**
 * y · scale + mean: predictions (rows × outputs) back in the units of the data, as 64-bit floats.
 *
 * An error needs the scale only: a mean absolute error times `scale`, a mean squared error times `scale²`.
 *
 * @throws ShapeError when the outputs do not match.
 *
 * @example
 * const grams = unscale(predictions, scaler);
 */
export function unscale(values: ArrayLike<number>, scaler: Standardizer): Float64Array {
  checkScaler(scaler, "unscale.scaler");
  demand(isArrayLike(values), "unscale.values", values, "an array of numbers");
  const { mean, scale } = scaler;
  const width = mean.length;
  if (values.length % width !== 0) throw new ShapeError(`${values.length} predictions cannot be rows of ${width} outputs`);
  return Float64Array.from(values, (value, i) => value * (scale[i % width] as number) + (mean[i % width] as number));
}

interface Moments {
  readonly mean: number;
  readonly scale: number;
  /** The values are all equal. */
  readonly constant: boolean;
}

/** Mean and scale of values. */
export function moments(values: ArrayLike<number>): Moments {
  const { length } = values;
  const first = values[0] as number;
  let sum = 0;
  let constant = true;
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    sum += value;
    if (constant && value !== first) constant = false;
  }
  // The mean of equal numbers may be off by a rounding, which a division by that deviation would blow up to 1.
  if (constant) return { mean: first + 0, scale: 1, constant };
  const mean = sum / length;
  let squares = 0;
  for (let i = 0; i < length; i++) {
    const deviation = (values[i] as number) - mean;
    squares += deviation * deviation;
  }
  return { mean, scale: Math.sqrt(squares / length) || 1, constant };
}

/** Reads a standardizer that came as JSON. */
export const standardizerField: Field<Standardizer> = {
  fallback: undefined,
  read(value, path) {
    const read = readOptions<Standardizer>(path, value, {
      mean: list(undefined, number(undefined), 1),
      scale: list(undefined, number(undefined, { above: 0 }), 1),
    });
    if (read.mean.length !== read.scale.length) throw new OptionError(path, value, "must have as many means as scales");
    return read;
  },
};

interface ColumnMoments {
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  /** 1 for a column of equal numbers. */
  readonly constant: Uint8Array;
}

/** As `moments` of each column, but row by row, as memory lies; the sums of a column have the same order and thus the same bits. */
export function columnMoments(values: Float32Array, columns: number): ColumnMoments {
  const rows = values.length / columns;
  const [mean, scale] = [new Float64Array(columns), new Float64Array(columns)];
  const constant = new Uint8Array(columns).fill(1);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const value = values[i] as number;
      mean[column] = (mean[column] as number) + value;
      if (value !== values[column]) constant[column] = 0;
    }
  }
  for (let column = 0; column < columns; column++)
    mean[column] = constant[column] ? (values[column] as number) + 0 : (mean[column] as number) / rows;
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const deviation = (values[i] as number) - (mean[column] as number);
      scale[column] = (scale[column] as number) + deviation * deviation;
    }
  }
  for (let column = 0; column < columns; column++) scale[column] = constant[column] ? 1 : Math.sqrt((scale[column] as number) / rows) || 1;
  for (const [column, exact] of exactColumns.of(values) ?? []) {
    const learnt = moments(exact);
    mean[column] = learnt.mean;
    scale[column] = learnt.scale;
  }
  return { mean, scale, constant };
}

function freeze({ mean, scale }: ColumnMoments): Standardizer {
  return Object.freeze({ mean: Object.freeze(Array.from(mean)), scale: Object.freeze(Array.from(scale)) });
}

function apply(values: Float32Array, columns: number, standardizer: Standardizer, nameOf: (column: number) => string): Float32Array {
  const { mean, scale } = standardizer;
  if (mean.length !== columns) throw new ShapeError(`the standardizer is for ${mean.length} columns, the data has ${columns}`);
  const result = new Float32Array(values.length);
  for (let row = 0, i = 0; i < values.length; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const standard = ((values[i] as number) - (mean[column] as number)) / (scale[column] as number);
      result[i] = standard;
      if (!Number.isFinite(result[i])) toFloat32(standard, row + 1, nameOf(column));
    }
  }
  for (const [column, exact] of exactColumns.of(values) ?? []) {
    for (let row = 0; row < exact.length; row++) {
      const standard = ((exact[row] as number) - (mean[column] as number)) / (scale[column] as number);
      result[row * columns + column] = toFloat32(standard, row + 1, nameOf(column));
    }
  }
  return result;
}

/** Only that it is one: a scaler may have been made of thousands of columns, and is used batch by batch. */
export function checkScaler(scaler: Standardizer, path: string): void {
  const { mean, scale } = (scaler ?? {}) as Partial<Standardizer>;
  const right = isArrayLike(mean) && isArrayLike(scale) && mean.length > 0 && mean.length === scale.length;
  demand(right, path, scaler, "a scaler, as standardizer(...) makes it");
}

function regression(data: Dataset, path: string): Regression {
  checkDataset(data, path);
  if (data.task === "regression") return data;
  throw new OptionError(`${path}.task`, data.task, "must be regression: classes have no scale");
}
