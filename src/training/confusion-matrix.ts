import type { Dataset } from "../data/dataset.js";
import { OptionError, ShapeError } from "../options/errors.js";
import { demand } from "../options/options.js";
import { confusions } from "./measure.js";

/**
 * How many rows of each class are taken for each: `matrix[class][taken for]`, by the weights of rows. scikit-learn's confusion_matrix.
 *
 * @throws OptionError for data without classes; ShapeError for outputs of another length.
 * @example confusionMatrix([-2, 1, -0.5], dataset([[1], [2], [3]], ["no", "yes", "yes"])) // [[1, 0], [1, 1]]
 */
export function confusionMatrix(outputs: ArrayLike<number>, data: Dataset): number[][] {
  demand(typeof outputs?.length === "number", "outputs", outputs, "an array of numbers");
  if (data?.task !== "classification") throw new OptionError("data", data, "must be a data set with classes");
  const { rows, targets, weights, classes } = data;
  const width = outputs.length / rows;
  if (!Number.isInteger(width) || width === 0 || (width > 1 && width < classes.length))
    throw new ShapeError(`${outputs.length} outputs cannot be of ${rows} rows with ${classes.length} classes`);
  return confusions({ rows, outputs, width, targets, classes: classes.length, weight: (row) => weights?.[row] ?? 1 });
}
