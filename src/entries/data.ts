// The entry point "stepsize/data": data sets from arrays and from CSV.
export { type AugmentedBatch, augment } from "../data/augment.js";
export * from "../data/csv.js";
export {
  type Classification,
  type Dataset,
  type DatasetOptions,
  dataset,
  type Features,
  type Label,
  type Regression,
  type Task,
  takeRows,
} from "../data/dataset.js";
export { findRawColumns, type RawColumn } from "../data/raw.js";
export { scaleRows } from "../data/scale-rows.js";
export type { RowStream } from "../data/source.js";
export { type DatasetParts, type SplitOptions, splitDataset } from "../data/split.js";
export { type Standardizer, standardize, standardizer, standardizeTargets, targetScaler, unscale } from "../data/standardize.js";
export { type CsvStreamOptions, csvStream } from "../data/stream/csv.js";
export type { StreamItem, StreamRow, StreamRows } from "../data/stream/items.js";
export { type RowStreamOptions, type StreamInput, type StreamOptions, stream } from "../data/stream/stream.js";
