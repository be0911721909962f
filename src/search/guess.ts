import type { Classification, Dataset, Regression } from "../data/dataset.js";
import type { Loss } from "../models/losses.js";
import { log } from "../numerics/math.js";
import type { CheckedRun } from "../training/run.js";
import { classWeightsOf, rowWeights, weigh } from "../training/weights.js";
import type { SearchData } from "./trial.js";

/** What is reached without looking at the features, knowing the targets of the training rows only. */
export interface Guess {
  /** The mean loss on the validation rows (the training rows where there are none), by their weights; null of a model of the user's own, whose loss is not known. */
  readonly loss: number | null;
  /** The accuracy of the most frequent class; for quantities the R² of the mean. Null where there is no score. */
  readonly score: number | null;
  /** The mean loss on the training rows. */
  readonly trainingLoss: number | null;
  /** What each validation row contributes to that mean. */
  readonly rows: readonly number[] | null;
  /** By validation row, whether the class is right that is most frequent among all rows, by the weights; null of quantities. */
  readonly hits: readonly number[] | null;
}

type Weighed = Pick<CheckedRun, "loss" | "classWeights">;

/**
 * Guesses by how frequent each class is, one count added to each; quantities by their mean, or their median where absolute errors count. Rows count by their weights, as they do in the
 * loss, and alike in the score.
 */
export function guessOf({ training, validation = training }: SearchData, run: Weighed): Guess {
  return training.task === "classification"
    ? guessClasses(training, validation as Classification, run)
    : guessQuantities(training, validation as Regression, run);
}

function guessClasses(training: Classification, validation: Classification, { loss, classWeights }: Weighed): Guess {
  const own = training.weights ?? new Float32Array(training.rows).fill(1);
  const counts = new Array<number>(training.outputs).fill(1);
  const shares = new Array<number>(training.outputs).fill(mean(own));
  training.targets.forEach((target, row) => {
    counts[target] = (counts[target] as number) + 1;
    shares[target] = (shares[target] as number) + (own[row] as number);
  });
  const score = mean(hitsOf(counts, validation));
  const ofClass = classWeightsOf(classWeights, training);
  const masses = shares.map((share, i) => share * (ofClass?.[i] ?? 1));
  const weights = rowWeights(validation, ofClass);
  // where classes are even, the most frequent one of the training rows is the rarer one of those that are left out
  const all = [...masses];
  validation.targets.forEach((target, row) => {
    if (target < all.length) all[target] = (all[target] as number) + (weights?.[row] ?? 1);
  });
  const hits = weigh(hitsOf(all, validation), weights);
  const entropic = loss === "crossEntropy" || loss === "binaryCrossEntropy";
  if (!entropic) return { loss: null, score, trainingLoss: null, rows: null, hits };
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const costOfClass = masses.map((mass) => -log(mass / total));
  const costs = ({ targets }: Classification) => Array.from(targets, (target) => costOfClass[target] ?? -log(1 / total));
  const rows = weigh(costs(validation), weights);
  return { loss: mean(rows), score, trainingLoss: mean(weigh(costs(training), rowWeights(training, ofClass))), rows, hits };
}

/** Whether each row is of the class with the most of these. */
function hitsOf(masses: readonly number[], { targets }: Classification): number[] {
  const likely = masses.indexOf(Math.max(...masses));
  return Array.from(targets, (target) => (target === likely ? 1 : 0));
}

function guessQuantities(training: Regression, validation: Regression, { loss }: Weighed): Guess {
  const { outputs: width, weights } = training;
  const constants = Array.from({ length: width }, (_, j) => {
    const values = training.targets.filter((_, i) => i % width === j);
    return loss === "meanAbsolute" ? medianOf(values, weights) : mean(weigh(Array.from(values), weights));
  });
  const { targets } = validation;
  const varying = constants.some((_, j) => targets.some((target, i) => i % width === j && target !== targets[j]));
  const score = varying ? 1 - unexplained(validation, constants) : null;
  const cost = loss === undefined ? undefined : costOf(loss);
  if (cost === undefined) return { loss: null, score, trainingLoss: null, rows: null, hits: null };
  const costs = ({ targets, rows, weights }: Regression) =>
    weigh(
      Array.from({ length: rows }, (_, r) => mean(constants.map((constant, j) => cost(constant - (targets[r * width + j] as number))))),
      weights,
    );
  const rows = costs(validation);
  return { loss: mean(rows), score, trainingLoss: mean(costs(training)), rows, hits: null };
}

/** The first value, in their order, up to which over half of the weight lies. */
function medianOf(values: Float32Array, weights: Float32Array | undefined): number {
  const order = Array.from(values, (value, i) => ({ value, weight: weights?.[i] ?? 1 })).sort((a, b) => a.value - b.value);
  const half = order.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  for (const { value, weight } of order) {
    sum += weight;
    if (sum > half) return value;
  }
  return order.at(-1)?.value as number;
}

function costOf(loss: Loss): ((error: number) => number) | undefined {
  if (loss === "meanSquared") return (error) => error * error;
  if (loss === "meanAbsolute") return Math.abs;
  const delta = loss === "huber" ? 1 : (loss as { readonly delta?: number }).delta;
  if (delta === undefined) return undefined;
  return (error) => (Math.abs(error) <= delta ? (error * error) / 2 : delta * (Math.abs(error) - delta / 2));
}

/** The share of the variance that constants leave unexplained, averaged over the outputs that vary. */
function unexplained({ targets, outputs: width }: Dataset, constants: readonly number[]): number {
  const shares = constants.flatMap((constant, j) => {
    const values = Array.from(targets).filter((_, i) => i % width === j);
    const centre = mean(values);
    const total = mean(values.map((value) => (value - centre) * (value - centre)));
    return total > 0 ? [mean(values.map((value) => (value - constant) * (value - constant))) / total] : [];
  });
  return shares.length > 0 ? mean(shares) : 1;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}
