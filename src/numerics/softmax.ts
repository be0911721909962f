import { ShapeError } from "../options/errors.js";
import { integer } from "../options/options.js";
import { exp } from "./math.js";

/**
 * What a network's outputs say of each class: p[c] = exp(z[c] - max z) / Σ exp(z - max z), row by row, in float64; every row adds up to 1. The same
 * bits everywhere.
 *
 * @param outputs rows × classes, as `predict` gives them.
 * @param classes the number of classes, at least 1.
 * @throws OptionError for a number of classes that is none, ShapeError for outputs that are no whole rows.
 * @example
 * softmax([0, 0, 1, 1], 2); // [0.5, 0.5, 0.5, 0.5]
 */
export function softmax(outputs: ArrayLike<number>, classes: number): Float64Array {
  integer(undefined, { min: 1 }).read(classes, "softmax.classes");
  if (outputs.length % classes !== 0) throw new ShapeError(`${outputs.length} outputs cannot be rows of ${classes} classes`);
  const shares = new Float64Array(outputs.length);
  for (let from = 0; from < shares.length; from += classes) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = from; i < from + classes; i++) largest = Math.max(largest, outputs[i] as number);
    let sum = 0;
    for (let i = from; i < from + classes; i++) {
      shares[i] = exp((outputs[i] as number) - largest);
      sum += shares[i] as number;
    }
    for (let i = from; i < from + classes; i++) shares[i] = (shares[i] as number) / sum;
  }
  return shares;
}
