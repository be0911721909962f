import type { Dataset } from "../../data/dataset.js";
import type { SearchData } from "../trial.js";

/** Data that were moved to shared memory, once. */
const shared = /* @__PURE__ */ new WeakMap<SearchData, SearchData>();

/** The data as workers are sent them: the columns that count, in memory that all of them share, where there is such a thing. */
export function sharedData(data: SearchData): SearchData {
  const { training, validation, test } = data;
  const known = shared.get(data);
  if (known !== undefined) return known;
  const made = {
    training: sharedSet(training),
    ...(validation && { validation: sharedSet(validation) }),
    ...(test && { test: sharedSet(test) }),
  };
  shared.set(data, made);
  return made;
}

function sharedSet({ task, features, rows, columns, featureNames, targets, outputs, classes, weights }: Dataset): Dataset {
  const base = { task, features: sharedArray(features), rows, columns, featureNames, targets: sharedArray(targets), outputs };
  return { ...base, ...(classes && { classes }), ...(weights && { weights: sharedArray(weights) }) } as Dataset;
}

function sharedArray<T extends Float32Array | Uint32Array>(array: T): T {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer === "undefined" || crossOriginIsolated === false) return array;
  const copy = new (array.constructor as new (buffer: SharedArrayBuffer) => T)(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
