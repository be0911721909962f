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
  }) as Dataset;
  return { ...data, ...splitDataset(pooled, { validation: validation.rows / rows, seed }) };
}

function joined<T extends Float32Array | Uint32Array>(one: T, other: T): T {
  const result = new (one.constructor as new (length: number) => T)(one.length + other.length);
  result.set(one);
  result.set(other, one.length);
  return result;
}
