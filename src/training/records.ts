import type { Dataset } from "../data/dataset.js";
import type { RowStream } from "../data/source.js";
import type { MadeChange } from "../optimizers/manual-rate.js";

/** Data to learn from, and data to check on. */
export interface TrainingData {
  readonly training: Dataset;
  readonly validation?: Dataset;
}

/** What a Trainer takes: data in memory, or streams. */
export interface TrainerData {
  readonly training: Dataset | RowStream;
  readonly validation?: Dataset | RowStream;
}

export interface Metrics {
  /** The mean loss over the rows. */
  readonly loss: number;
  /** Accuracy for classes, R² for quantities; missing when the model gives no outputs, and when R² is undefined since all targets are equal. */
  readonly score?: number;
  /** Those of `run.metrics`, by name; null where one is not defined on these rows. */
  readonly metrics?: Readonly<Record<string, number | null>>;
}

/** One optimizer update. */
export interface StepRecord {
  /** From 1. */
  readonly epoch: number;
  /** The number of updates made, this one included. */
  readonly step: number;
  /** The loss of the update's last batch, before the update. */
  readonly loss: number;
  /** The rate that the update used. */
  readonly learningRate: number;
}

/** One pass over the training data. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** The number of updates made since the start. */
  readonly step: number;
  /** The mean over the epoch's batches, each weighted by its rows and measured before its update. */
  readonly loss: number;
  /** The rate that the last update used; null while none was made, where more batches are accumulated than an epoch has. */
  readonly learningRate: number | null;
  readonly validation?: Metrics;
  /** The rates that were set by hand and first used in this epoch; missing where there are none. */
  readonly rateChanges?: readonly MadeChange[];
}

export interface TrainOptions {
  /** Stops between two steps; what was trained stays, and training can go on from there. */
  signal?: AbortSignal;
  /** Called after every optimizer update. */
  onStep?: (step: StepRecord) => void;
  /** Called after an optimizer update, at most 60 times a second. */
  onProgress?: (progress: TrainProgress) => void;
}

/** How far a run has come, and how fast it goes. */
export interface TrainProgress extends StepRecord {
  /** The epochs of the run, unless it stops early. */
  readonly epochs: number;
  /** The updates of the run, unless it stops early; null where a stream does not say how long it is. */
  readonly steps: number | null;
  /** The 2-norm of the update's gradients, before `clipNorm`. */
  readonly gradientNorm: number;
  /** Rows learnt from a second, since this call began. */
  readonly rowsPerSecond: number;
  /** Seconds to the end at that pace, unless it stops early; null as above. */
  readonly secondsLeft: number | null;
}
