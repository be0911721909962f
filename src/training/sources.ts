import type { Dataset } from "../data/dataset.js";
import { type BatchSource, type RowStream, SOURCE } from "../data/source.js";
import type { Engine } from "../engine/engine.js";
import { shapesOf } from "../models/sequential.js";
import { Batches } from "./batches.js";
import type { CheckedRun } from "./run.js";
import { rowWeights } from "./weights.js";

/** Where the batches of a run come from: a data set in memory, or a stream. */
export function sourceOf(
  engine: Engine,
  run: CheckedRun,
  data: Dataset | RowStream,
  classWeights: readonly number[] | undefined,
): BatchSource {
  const { model, loss, batchSize, seed } = run;
  const outputs = typeof model === "function" ? undefined : shapesOf(model).outputs;
  if (SOURCE in data) return data[SOURCE]({ engine, batchSize, seed, loss, outputs, classWeights });
  return new Batches(engine, data, batchSize, loss, outputs, rowWeights(data, classWeights), seed);
}
