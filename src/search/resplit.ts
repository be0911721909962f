import type { Dataset } from "../data/dataset.js";
import { splitDataset } from "../data/split.js";
import type { SearchData } from "./trial.js";

/**
 * Other training and validation rows: those of `data` mixed and parted again, as many of each as before, by class where there are classes. The test
 * rows stay what they are. Features keep the encoding and the scale that the first training rows gave them.
 */
export function resplit(data: SearchData, seed: number): SearchData {
  const { training, validation } = data;
  if (validation === undefined) return data;
  const rows = training.rows + validation.rows;
  const pooled = Object.freeze({
    ...training,
    rows,
    features: joined(training.features, validation.features),
    targets: joined(training.targets as Float32Array, validation.targets as Float32Array),
    ...((training.weights ?? validation.weights) && { weights: joined(weightsOf(training), weightsOf(validation)) }),
  }) as Dataset;
  return { ...data, ...splitDataset(pooled, { validation: validation.rows / rows, seed }) };
}

/** What each row counts: 1 where nothing is said. */
function weightsOf({ weights, rows }: Dataset): Float32Array {
  return weights ?? new Float32Array(rows).fill(1);
}

/** The splits that were made of a data set, by seed. */
const made = /* @__PURE__ */ new WeakMap<SearchData, Map<number, SearchData>>();

/** The rows of a trial: as they are given, or parted anew from a seed, which is done once. */
export function rowsOf(data: SearchData, split: number | null): SearchData {
  if (split === null) return data;
  const splits = made.get(data) ?? new Map<number, SearchData>();
  made.set(data, splits);
  const rows = splits.get(split) ?? resplit(data, split);
  splits.set(split, rows);
  return rows;
}

function joined<T extends Float32Array | Uint32Array>(one: T, other: T): T {
  const result = new (one.constructor as new (length: number) => T)(one.length + other.length);
  result.set(one);
  result.set(other, one.length);
  return result;
}
