import type { Dataset } from "../data/dataset.js";
import type { RowStream } from "../data/source.js";
import { OptionError, ShapeError } from "../options/errors.js";

/** How much rows of each class count: a number for each class, at least 0, or "balanced": rows / (classes × rows of the class), as in scikit-learn. */
export type ClassWeights = "balanced" | readonly number[];

/** The weights of classes as numbers; undefined where rows count alike. */
export function classWeightsOf(given: ClassWeights | undefined, training: Dataset | RowStream): readonly number[] | undefined {
  if (given === undefined) return undefined;
  if (training.task !== "classification")
    throw new OptionError("run.classWeights", given, "needs classes as targets, the data has quantities");
  const classes = training.classes as readonly string[];
  if (given !== "balanced") {
    if (given.length !== classes.length)
      throw new OptionError("run.classWeights", given, `must be one for each of ${classes.length} classes, got ${given.length}`);
    return given;
  }
  // a stream refuses it
  if (!("targets" in training)) return given as never;
  const { targets, rows } = training;
  const counts = new Array<number>(classes.length).fill(0);
  for (const target of targets) counts[target] = (counts[target] as number) + 1;
  return counts.map((count) => (count === 0 ? 0 : rows / (classes.length * count)));
}

/** The weight of each row, of its own and of its class; undefined where all count alike. @throws ShapeError where none counts. */
export function rowWeights(data: Dataset, classWeights: readonly number[] | undefined): Float32Array | undefined {
  const { weights, rows } = data;
  if (classWeights === undefined && weights === undefined) return undefined;
  const result = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    const ofClass = classWeights === undefined ? 1 : (classWeights[data.targets[i] as number] as number);
    result[i] = (weights?.[i] ?? 1) * ofClass;
  }
  if (!result.some((weight) => weight > 0)) throw new ShapeError("all rows have the weight 0: there is nothing to learn");
  return result;
}

/** Values of rows as they contribute to a weighted mean: each times its row's weight by the mean weight, so that their mean is that one. */
export function weigh(values: readonly number[], weights: Float32Array | undefined): readonly number[] {
  if (weights === undefined) return values;
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return values.map((value, i) => (weights[i] === 0 ? 0 : (value * (weights[i] as number)) / mean));
}
