import type { Engine } from "../engine/load.js";
import type { Parameters } from "../engine/parameters.js";

/** Rows of a data set, gathered side by side in the engine's memory. Only valid during the call that receives it. */
export interface Batch {
  readonly rows: number;
  /** Pointer to rows × columns floats. */
  readonly featuresPointer: number;
  /** Pointer to the targets: class indices (u32), or rows × outputs floats. */
  readonly targetsPointer: number;
  /** rows × columns, row by row. */
  readonly features: Float32Array;
  /** One class index a row, or rows × outputs floats. */
  readonly targets: Uint32Array | Float32Array;
  /** Pointer to a weight for each row, where rows have weights, and the sum of those. */
  readonly weightsPointer?: number;
  readonly weight?: number;
  /** Counts training batches from 0: what random layers take their numbers from. */
  readonly step: number;
}

/** Loss and outputs of a batch that the model does not learn from. */
export interface Evaluation {
  /** The mean loss over the rows, weighted where they have weights. */
  readonly loss: number;
  /** rows × outputs, as the loss takes them: logits for cross-entropy. Without them no score can be given. */
  readonly outputs?: Float32Array;
}

/** Anything that fills gradients and returns a loss: what the Trainer trains. */
export interface Model {
  readonly parameters: Parameters;
  /** Writes the gradient of the mean loss over the batch into the parameters' gradients (all of them) and returns that loss. */
  train(batch: Batch): number;
  /** The mean loss over the batch, and the outputs; leaves values as they are. Without it there is no validation. */
  evaluate?(batch: Batch): Evaluation;
  /** Frees what the model took from the engine, its parameters included. */
  dispose(): void;
}

/** The context in which a model is built, besides its description. */
export interface ModelContext {
  /** The largest number of rows in a batch. */
  readonly rows: number;
  readonly seed: number;
}

/** Builds a model of the user's own: `run.model` may be such a function instead of plain data. */
export type ModelFactory = (engine: Engine, context: ModelContext) => Model;
