import { checkDataset, type Dataset, targetName } from "./dataset.js";
import { columnMoments } from "./standardize.js";

/** A column whose numbers are far from the size of 1, which networks and learning rates are made for. */
export interface RawColumn {
  readonly column: string;
  readonly part: "features" | "targets";
  readonly mean: number;
  readonly deviation: number;
}

/** Numbers are raw when their usual size, sqrt(mean² + deviation²), is beyond this or below its inverse. */
const FAR = 30;

/**
 * The columns of a data set that want `standardize` or `standardizeTargets`: prices, years, counts, or very small numbers. Columns that are
 * constant, and targets that are classes, are none of them.
 *
 * @example
 * for (const { column, mean } of findRawColumns(training)) console.log(`${column} has the mean ${mean}: standardize it`);
 */
export function findRawColumns(data: Dataset): readonly RawColumn[] {
  checkDataset(data, "findRawColumns.data");
  const { features, columns, featureNames } = data;
  const found = rawIn("features", features, columns, (column) => featureNames[column] as string);
  if (data.task === "classification") return found;
  return [...found, ...rawIn("targets", data.targets, data.outputs, targetName)];
}

function rawIn(part: RawColumn["part"], values: Float32Array, columns: number, nameOf: (column: number) => string): RawColumn[] {
  if (areUsual(values, columns)) return [];
  const { mean, scale, constant } = columnMoments(values, columns);
  return Array.from(mean).flatMap((average, column) => {
    const deviation = scale[column] as number;
    const size = Math.sqrt(average * average + deviation * deviation);
    const isRaw = constant[column] === 0 && (size > FAR || size < 1 / FAR);
    return isRaw ? [{ column: nameOf(column), part, mean: average, deviation }] : [];
  });
}

/** Roundings make less of a difference to mean² + deviation². */
const MARGIN = 1.001;

/** Whether no column is raw beyond doubt, as is usual once data is standardised: Σ x² / n, which one pass gives, is mean² + deviation². */
function areUsual(values: Float32Array, columns: number): boolean {
  const squares = new Float64Array(columns);
  const { length } = values;
  for (let i = 0, column = 0; i < length; i++) {
    const value = values[i] as number;
    squares[column] = (squares[column] as number) + value * value;
    if (++column === columns) column = 0;
  }
  const rows = length / columns;
  const most = (FAR * FAR) / MARGIN;
  const least = MARGIN / (FAR * FAR);
  // a column of zeros is constant
  return squares.every((sum) => sum === 0 || (sum < most * rows && sum > least * rows));
}
