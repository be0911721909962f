import type { Engine } from "../engine/engine.js";
import type { Shape } from "../engine/parameters.js";
import type { Loss } from "../models/losses.js";
import type { Batch, Model } from "../models/model.js";
import type { Dataset, Task } from "./dataset.js";

/** Where a run stands within an epoch, as a checkpoint of a stream says it: batches and rows that are done, and the rows of the shuffle buffer. */
export interface StreamPosition {
  readonly batches: number;
  readonly rows: number;
  readonly shuffle: number;
}

/** What a source needs to know of a run. */
export interface SourceContext {
  readonly engine: Engine;
  readonly batchSize: number;
  readonly seed: number;
  /** These two are undefined for a model of the user's own, which takes targets as they come. */
  readonly loss: Loss | undefined;
  readonly outputs: Shape | undefined;
  readonly classWeights: readonly number[] | "balanced" | undefined;
}

/** What came of evaluating all rows: the mean loss, all outputs where the model gives them, and the rows; of a stream they have no features. */
export interface EvaluatedRows {
  readonly loss: number;
  readonly outputs: Float32Array | undefined;
  readonly data: Dataset;
}

/** A batch of a source, with the sum of its weights. */
export interface SourceBatch extends Batch {
  readonly weight: number;
}

/** Where batches come from. Epochs count from 0, and so does a batch's `index` within its epoch. */
export interface BatchSource extends Disposable {
  /** The batch that was taken last. */
  readonly batch: SourceBatch;
  /** Goes to a batch, wherever the source stood before; a promise where it has to be waited for: then ask again. */
  ready(epoch: number, index: number, signal?: AbortSignal): undefined | Promise<void>;
  /** Whether an epoch has so many batches and no more; known of the batch that is ready and of the one behind it. */
  over(index: number): boolean;
  /** Makes the batch that is ready the one at hand. */
  next(step: number): SourceBatch;
  /** What a checkpoint keeps of the place within an epoch; undefined where the number of batches says it. */
  position(batches: number, rows: number): StreamPosition | undefined;
  /** Where a checkpoint stands. @throws CheckpointError where it is of other data. */
  place(done: number, epochs: number, position: unknown): Omit<StreamPosition, "shuffle">;
  /** Evaluates a model on all rows; a promise where they have to be waited for. */
  evaluate(model: Model): EvaluatedRows | Promise<EvaluatedRows>;
  /** Lets go of what is open; it is opened again when it is wanted. */
  close(): void;
  dispose(): void;
}

/** The key under which a stream keeps how it becomes a source: a bundle without streams has none of that. */
export const SOURCE: unique symbol = /* @__PURE__ */ Symbol("source");

/** The key under which data keep how their batches are changed before they are learnt from; epochs count from 1. */
export const AUGMENT: unique symbol = /* @__PURE__ */ Symbol("augment");
export type Augmented = { readonly [AUGMENT]?: (batch: SourceBatch, seed: number, epoch: number) => void };

/** Rows that come one after the other, made by `stream(...)`. The object is frozen. */
export interface RowStream {
  readonly task: Task;
  readonly columns: number;
  /** The number of classes, or of quantities a row. */
  readonly outputs: number;
  readonly classes?: readonly string[] | undefined;
  /** Rows of an epoch, where that is known. */
  readonly rows?: number | undefined;
  /** Batches of an epoch, where that is known. */
  readonly batches?: number | undefined;
  /** Whether each item is a batch as it comes. */
  readonly ownBatches: boolean;
  /** Rows in the buffer that the order is drawn from. */
  readonly shuffle: number;
  /** @internal */
  readonly [SOURCE]: (context: SourceContext) => BatchSource;
}
