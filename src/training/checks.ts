import { listed } from "../data/checks.js";
import { checkDataset, type Dataset } from "../data/dataset.js";
import { AUGMENT, type Augmented, type RowStream, SOURCE } from "../data/source.js";
import type { Engine } from "../engine/engine.js";
import { Parameters } from "../engine/parameters.js";
import type { Model } from "../models/model.js";
import { widthsOf } from "../models/sequential.js";
import { unwrap, withDefaults } from "../optimizers/wrapper.js";
import { CheckpointError, OptionError, ShapeError } from "../options/errors.js";
import { listener, signal } from "../options/listeners.js";
import { type Fields, readOptions, show } from "../options/options.js";
import type { Checkpoint } from "./checkpoint.js";
import { checkTask } from "./metric.js";
import type { TrainerData, TrainOptions } from "./records.js";
import { batchesOf, type CheckedRun } from "./run.js";
import { differences, differencesInWords, renamed, runToJSON } from "./run-json.js";

/** Data, with what streams and data that are changed while training have besides. */
type Special = (Dataset | RowStream) & Partial<Pick<RowStream, typeof SOURCE>> & Augmented;

/** Throws OptionError where something else stands in place of a data set; streams, and data that are changed while training, are for a Trainer alone. */
export function checkDatasets<T extends TrainerData>(data: T, forTrainer = false): T {
  const { training, validation, test } = (data ?? {}) as TrainerData & { test?: Dataset };
  for (const [part, set] of Object.entries({ training, validation, test }) as [string, Special | undefined][]) {
    if (set === undefined && part !== "training") continue;
    if (set?.[SOURCE] === undefined && set?.[AUGMENT] === undefined) checkDataset(set as Dataset, `data.${part}`);
    else if (!forTrainer) throw new OptionError(`data.${part}`, set, "must be a data set, got what only a Trainer takes");
    checkClasses(training, set as Special, `data.${part}`);
  }
  return data;
}

/** Throws OptionError where a class has another number than in the training data. */
function checkClasses({ classes }: Dataset | RowStream, { classes: own }: Dataset | RowStream, path: string): void {
  if (classes === undefined || own === undefined || own.every((name, i) => name === (classes[i] ?? name))) return;
  const both = `must be those of training (${listed(classes)}), got ${listed(own)}`;
  throw new OptionError(`${path}.classes`, own, `${both}: give every dataset() the same { classes }`);
}

/** Throws OptionError or ShapeError where data that are evaluated do not fit the run and the data it learns from. */
export function checkEvaluated(run: CheckedRun, training: Dataset | RowStream, data: Dataset | RowStream): void {
  if ((data as Special | undefined)?.[SOURCE] === undefined) checkDataset(data as Dataset, "evaluate.data");
  checkClasses(training, data, "evaluate.data");
  checkColumns(run, data, "evaluated");
}

function checkColumns({ model }: CheckedRun, { columns }: Dataset | RowStream, part: string): void {
  if (typeof model === "function") return;
  const { inputs } = widthsOf(model);
  if (columns !== inputs) throw new ShapeError(`the model has ${inputs} inputs, the ${part} data has ${columns} columns`);
}

/** Throws OptionError or ShapeError where data and run do not fit each other. */
export function checkData(run: CheckedRun, { training, validation, test }: TrainerData & { test?: Dataset }): void {
  const { batchSize, epochs, earlyStopping, optimizer } = run;
  if (batchSize > (training.rows ?? batchSize)) {
    throw new OptionError("run.batchSize", batchSize, `must be at most the ${training.rows} rows of the training data, got ${batchSize}`);
  }
  const { accumulate } = unwrap(optimizer).core;
  const batches = (batchesOf(run, training) ?? Number.POSITIVE_INFINITY) * epochs;
  if (accumulate > batches) {
    const advice = `the run has ${batches} batches, so that no update would ever be made`;
    throw new OptionError("run.optimizer.accumulate", accumulate, `must be at most ${batches}, got ${accumulate}: ${advice}`);
  }
  if (earlyStopping !== undefined && validation === undefined) {
    throw new OptionError("run.earlyStopping", earlyStopping, "needs validation data");
  }
  for (const [part, data] of Object.entries({ training, validation, test })) {
    if (data === undefined) continue;
    for (const metric of run.metrics ?? []) checkTask(metric, data, "run.metrics");
    checkColumns(run, data, part);
  }
}

/** Throws OptionError where a function that builds a model of the user's own gave something else, or a model on another engine. */
export function checkModel(model: Model, engine: Engine): void {
  const { parameters, train } = (model ?? {}) as Partial<Model>;
  if (!(parameters instanceof Parameters) || typeof train !== "function")
    throw new OptionError("run.model", model, `must give a model with parameters and train(batch), got ${show(model)}`);
  if (parameters.engine !== engine)
    throw new OptionError("run.model", model, "must give a model on the engine that it is called with, not on another one");
}

/** Throws OptionError for what cannot be listened to. */
export function checkOptions(options: TrainOptions): TrainOptions {
  return readOptions<TrainOptions>("train", options, { signal, onStep: listener(), onProgress: listener() } as Fields<TrainOptions>);
}

/**
 * Throws CheckpointError, which says what differs, where a checkpoint cannot go on in a run.
 *
 * @returns whether a run that was finished goes on for more epochs.
 */
export function checkCheckpoint({ run: stored, progress, document }: Checkpoint, run: CheckedRun): boolean {
  const plain = renamed(stored) as { optimizer?: unknown };
  const then = { ...plain, optimizer: withDefaults(plain.optimizer, run.optimizer) };
  const different = differences(then, runToJSON(run)).filter(({ path }) => path !== "run.epochs");
  if (different.length > 0) throw new CheckpointError(`the checkpoint belongs to another run: ${differencesInWords(different)}`);
  const { history, finished } = progress;
  const { epochs } = stored as { epochs: number };
  if (run.epochs < epochs && run.epochs < history.length + (finished ? 0 : 1))
    throw new CheckpointError(`the checkpoint has ${history.length} epochs behind it, the run here has ${run.epochs}`);
  const goesOn = finished && history.length === epochs && run.epochs > epochs;
  if (goesOn && document["format"] === 1) {
    const advice = "start a new run from its weights with loadState()";
    throw new CheckpointError(
      `a finished checkpoint of format 1 cannot be trained for more epochs (${epochs} there, ${run.epochs} here): ${advice}`,
    );
  }
  return goesOn;
}
