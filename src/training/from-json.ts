import type { Engine } from "../engine/load.js";
import { sequentialFromJSON } from "../models/json.js";
import { lossFromJSON } from "../models/loss-json.js";
import { Network } from "../models/network.js";
import { optimizerFromJSON } from "../optimizers/index.js";
import { Optimizer } from "../optimizers/optimizer.js";
import { CheckpointError, OptionError } from "../options/errors.js";
import { show } from "../options/options.js";
import { blockOf, readCheckpoint } from "./checkpoint.js";
import { checkLayers, checkTensors } from "./claims.js";
import { metricsFromJSON } from "./metrics-json.js";
import { type CheckedRun, type Run, readRun } from "./run.js";
import { functionIn } from "./run-json.js";

/** Rows that a loaded model predicts at a time, at the most: the batches of its run may be of any size. */
const ROWS = 256;

/**
 * A run from plain data, as `JSON.parse` gives it: rules and schedules are found by their names. Imports all of them, which the factories
 * do not.
 *
 * @throws OptionError with the path of what is wrong.
 * @example
 * const run = runFromJSON({
 *   model: { kind: "mlp", inputs: 4, outputs: 3 },
 *   loss: "crossEntropy",
 *   optimizer: { kind: "adam", learningRate: { kind: "cosine", rate: 0.01, steps: 100 } },
 * });
 */
export function runFromJSON(value: unknown): CheckedRun {
  if (typeof value !== "object" || value === null) throw new OptionError("run", value, `must be an object, got ${show(value)}`);
  const given = value as Run;
  if (given.optimizer === undefined) throw new OptionError("run.optimizer", undefined, "is missing");
  const loss = given.loss === undefined ? {} : { loss: lossFromJSON(given.loss, "run.loss") };
  const metrics = given.metrics === undefined ? {} : { metrics: metricsFromJSON(given.metrics, "run.metrics") };
  const isSequential = typeof given.model === "object" && given.model?.kind === "sequential";
  const model = isSequential ? sequentialFromJSON(given.model, "run.model") : given.model;
  return readRun({ ...given, model, ...loss, ...metrics, optimizer: optimizerFromJSON(given.optimizer, "run.optimizer") });
}

/**
 * The network of a checkpoint, ready to predict, the run it is of, and the notes given to `Trainer.checkpoint`.
 *
 * @throws CheckpointError when the bytes are damaged or hold no network, or hold a function by its name only; OptionError for a run that no
 *   version could have written.
 * @example
 * const { model, notes } = loadModel(engine, trainer.checkpoint());
 * const logits = model.predict(features);
 */
export function loadModel(engine: Engine, bytes: Uint8Array): { model: Network; run: CheckedRun; notes: unknown } {
  const { run: plain, values, optimizer: state, progress, notes } = readCheckpoint(bytes);
  checkLayers(plain, values);
  const place = functionIn(plain);
  if (place !== undefined) {
    const advice = "make a Trainer with the same run and call its restore()";
    throw new CheckpointError(`${place} is a function, of which the checkpoint has the name only: ${advice}`);
  }
  const run = runFromJSON(plain);
  if (typeof run.model === "function" || run.loss === undefined) throw new CheckpointError("the checkpoint holds no network");
  checkTensors(run.model, values);
  const model = new Network(engine, run.model, run.loss, { rows: Math.min(run.batchSize, ROWS), seed: run.seed });
  try {
    model.parameters.values.view.set(blockOf(model.parameters, values));
    if (!progress.finished) {
      // under way, a run holds its training values, which for some methods are not those to predict with
      const optimizer = new Optimizer(model.parameters, run.optimizer);
      try {
        optimizer.load(state);
        optimizer.toEvaluation();
      } finally {
        optimizer.dispose();
      }
    }
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, run, notes };
}
