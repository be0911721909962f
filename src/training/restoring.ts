import type { Parameters } from "../engine/parameters.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import type { OptimizerState } from "../optimizers/state.js";
import { blockOf, readCheckpoint } from "./checkpoint.js";
import { checkCheckpoint } from "./checks.js";
import type { Progress } from "./progress.js";
import type { CheckedRun } from "./run.js";

/** What a run takes over from a checkpoint. */
interface Restored {
  readonly progress: Progress;
  readonly optimizer: OptimizerState;
  /** The run was finished, and has more epochs now. */
  readonly goesOn: boolean;
  readonly finished: boolean;
  readonly shownValues: Float32Array;
  /** Of a finished run that shows others. */
  readonly trainingValues: Float32Array | undefined;
  readonly bestValues: Float32Array | undefined;
}

/** Reads a checkpoint of a run. @throws CheckpointError where it is damaged or belongs to another. */
export function readRestored(bytes: Uint8Array, run: CheckedRun, parameters: Parameters): Restored {
  const checkpoint = readCheckpoint(bytes);
  const { values, optimizer, progress, best, training } = checkpoint;
  const goesOn = checkCheckpoint(checkpoint, run);
  return {
    progress,
    optimizer,
    goesOn,
    finished: progress.finished && !goesOn,
    shownValues: blockOf(parameters, values),
    trainingValues: training.size > 0 ? blockOf(parameters, training) : undefined,
    bestValues: progress.best && blockOf(parameters, best),
  };
}

/** Takes over the state and the training values of a run under way, or throws and leaves both as they were. */
export function restoreOptimizer(optimizer: Optimizer, state: OptimizerState, values: Float32Array): void {
  const { view } = optimizer.parameters.values;
  const { evaluating } = optimizer;
  const shown = view.slice();
  optimizer.toTraining();
  try {
    optimizer.load(state);
  } catch (error) {
    if (evaluating) optimizer.toEvaluation();
    view.set(shown);
    throw error;
  }
  view.set(values);
}

/** Does something while the parameters hold the training values, and shows those to evaluate again. */
export function whileTraining<T>(optimizer: Optimizer, action: () => T): T {
  optimizer.toTraining();
  try {
    return action();
  } finally {
    optimizer.toEvaluation();
  }
}

/**
 * Leaves in the model what a finished run has come to: the best values where there are some, else those to evaluate. Returns the training values where
 * these are others.
 */
export function showResult(optimizer: Optimizer, best: Float32Array | undefined): Float32Array | undefined {
  const { view } = optimizer.parameters.values;
  const result = best ?? view.slice();
  const training = whileTraining(optimizer, () => view.slice());
  view.set(result);
  return training.every((value, i) => value === result[i]) ? undefined : training;
}
