import type { Dataset } from "../data/dataset.js";
import { unwrap } from "../optimizers/wrapper.js";
import { OptionError, ShapeError } from "../options/errors.js";
import { show } from "../options/options.js";
import type { TrainingData } from "./records.js";
import type { CheckedRun } from "./run.js";

/** Throws OptionError where something else stands in place of a data set. */
export function checkDatasets<T extends TrainingData>(data: T): T {
  const { training, validation, test } = (data ?? {}) as TrainingData & { test?: Dataset };
  for (const [part, set] of Object.entries({ training, validation, test })) {
    if (set === undefined && part !== "training") continue;
    if (typeof (set as Partial<Dataset> | null | undefined)?.rows !== "number")
      throw new OptionError(`data.${part}`, set, `must be a data set, as dataset(...) makes it, got ${show(set)}`);
  }
  return data;
}

/** Throws OptionError or ShapeError where data and run do not fit each other. */
export function checkData(run: CheckedRun, { training, validation }: TrainingData): void {
  const { model, batchSize, epochs, earlyStopping, optimizer } = run;
  if (batchSize > training.rows) {
    throw new OptionError("run.batchSize", batchSize, `must be at most the ${training.rows} rows of the training data, got ${batchSize}`);
  }
  const { accumulate } = unwrap(optimizer).core;
  const batches = Math.ceil(training.rows / batchSize) * epochs;
  if (accumulate > batches) {
    const advice = `the run has ${batches} batches, so that no update would ever be made`;
    throw new OptionError("run.optimizer.accumulate", accumulate, `must be at most ${batches}, got ${accumulate}: ${advice}`);
  }
  if (earlyStopping !== undefined && validation === undefined) {
    throw new OptionError("run.earlyStopping", earlyStopping, "needs validation data");
  }
  for (const [part, data] of Object.entries({ training, validation })) {
    if (typeof model === "object" && data !== undefined && data.columns !== model.inputs) {
      throw new ShapeError(`the model has ${model.inputs} inputs, the ${part} data has ${data.columns} columns`);
    }
  }
}
