import type { Engine } from "../engine/load.js";
import { Network } from "../models/network.js";
import { optimizerFromJSON } from "../optimizers/index.js";
import { Optimizer } from "../optimizers/optimizer.js";
import { CheckpointError, OptionError } from "../options/errors.js";
import { show } from "../options/options.js";
import { blockOf, readCheckpoint } from "./checkpoint.js";
import { type CheckedRun, type Run, readRun } from "./run.js";

/**
 * A run from plain data, as `JSON.parse` gives it: rules and schedules are found by their names. Imports all of them, which the factories
 * do not.
 *
 * @throws OptionError with the path of what is wrong.
 * @example
 * const run = runFromJSON(JSON.parse(text));
 */
export function runFromJSON(value: unknown): CheckedRun {
  if (typeof value !== "object" || value === null) throw new OptionError("run", value, `must be an object, got ${show(value)}`);
  const given = value as Run;
  if (given.optimizer === undefined) throw new OptionError("run.optimizer", undefined, "is missing");
  return readRun({ ...given, optimizer: optimizerFromJSON(given.optimizer, "run.optimizer") });
}

/**
 * The network of a checkpoint, ready to predict, the run it is of, and the notes given to `Trainer.checkpoint`.
 *
 * @throws CheckpointError when the bytes are damaged or hold no network.
 * @example
 * const { model, notes } = loadModel(engine, await readFile("digits.safetensors"));
 * const logits = model.predict(features);
 */
export function loadModel(engine: Engine, bytes: Uint8Array): { model: Network; run: CheckedRun; notes: unknown } {
  const { run: plain, values, optimizer: state, progress, notes } = readCheckpoint(bytes);
  const run = runFromJSON(plain);
  if (typeof run.model === "function" || run.loss === undefined) throw new CheckpointError("the checkpoint holds no network");
  const model = new Network(engine, run.model, run.loss, { rows: run.batchSize, seed: run.seed });
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
