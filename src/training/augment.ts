import type { BatchBuffer } from "../data/batch-buffer.js";
import { Random } from "../numerics/random.js";
import { DataError, OptionError } from "../options/errors.js";

/** A batch that is about to be learnt from. The arrays are views of the engine's memory: only valid during the call. */
export interface AugmentedBatch {
  readonly rows: number;
  /** rows × columns, row by row, to be changed in place. */
  readonly features: Float32Array;
  /** Quantities, rows × outputs, which may be changed too; or a class a row, to be looked at. */
  readonly targets: Float32Array | Uint32Array;
  /** From 1. */
  readonly epoch: number;
  /** Batches learnt from before this one. */
  readonly step: number;
}

/**
 * Changes the rows of a training batch in place, with random numbers of the run's seed and the batch's number: the same in every repetition, and after
 * a resume. The function is no part of the run, and so of no checkpoint.
 */
export type Augment = (batch: AugmentedBatch, random: Random) => void;

/** Lets a batch be changed. @throws OptionError for a function that does it later; DataError for numbers that are not finite. */
export function augmentBatch(augment: Augment, batch: BatchBuffer, seed: number, epoch: number): void {
  const { rows, step, features, targets } = batch;
  const given = { rows, step, epoch, features, targets: targets instanceof Uint32Array ? targets.slice() : targets };
  const result: unknown = augment(given, new Random(seed, "augment", step));
  if (result !== undefined) throw new OptionError("data.augment", augment, "must change the batch in place, at once, and return nothing");
  for (const numbers of [batch.features, batch.targets]) {
    for (let i = 0; i < numbers.length; i++)
      if (!Number.isFinite(numbers[i])) {
        const row = Math.floor(i / (numbers.length / rows)) + 1;
        throw new DataError(`augment left ${numbers[i]} in row ${row} of a batch of epoch ${epoch}`, row);
      }
  }
}
