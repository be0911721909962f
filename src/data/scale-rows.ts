import { ShapeError } from "../options/errors.js";
import { demand, isArrayLike, show } from "../options/options.js";
import { toFloat32 } from "./checks.js";
import { checkScaler, type Standardizer } from "./standardize.js";

/** Where the mean is so many deviations from 0, data sets keep 64 bits of a column, which 32 bits would round away. */
const FAR = 4096;

/**
 * (x - mean) / scale of rows to predict for, as `standardize` does it of the rows that a model was trained on: what its `predict` takes.
 *
 * @param rows an array of rows, or one flat array of rows × columns.
 * @throws ShapeError when the columns do not match. @throws DataError for what is no finite number, or leaves the range of 32-bit floats.
 *
 * @example
 * const scaler = standardizer(training);
 * const outputs = trainer.model.predict(scaleRows([[5.1, 3.5, 1.4, 0.2]], scaler));
 */
export function scaleRows(rows: ArrayLike<number> | ArrayLike<ArrayLike<number>>, scaler: Standardizer): Float32Array {
  checkScaler(scaler, "scaleRows.scaler");
  demand(isArrayLike(rows), "scaleRows.rows", rows, "an array of rows or of numbers");
  const { mean, scale } = scaler;
  const columns = mean.length;
  const nested = typeof rows[0] === "object";
  if (!nested && rows.length % columns !== 0) throw new ShapeError(`${rows.length} numbers cannot be rows of ${columns} columns`);
  const count = nested ? rows.length : rows.length / columns;
  const result = new Float32Array(count * columns);
  for (let row = 0; row < count; row++) {
    const line = (nested ? rows[row] : rows) as ArrayLike<number>;
    if (nested && line?.length !== columns)
      throw new ShapeError(`row ${row + 1} must be an array of ${columns} numbers, got ${show(line)}`);
    for (let column = 0; column < columns; column++) {
      const [center, deviation] = [mean[column] as number, scale[column] as number];
      const value = line[nested ? column : row * columns + column] as number;
      const float = toFloat32(value, row + 1, `x${column + 1}`);
      const standard = ((Math.abs(center) > FAR * deviation ? value : float) - center) / deviation;
      result[row * columns + column] = toFloat32(standard, row + 1, `x${column + 1}`);
    }
  }
  return result;
}
