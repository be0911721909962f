import type { Optimizer } from "../optimizers/optimizer.js";
import type { OptimizerState } from "../optimizers/state.js";

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
