import { Random } from "../numerics/random.js";
import { DataError, OptionError } from "../options/errors.js";
import { demand } from "../options/options.js";
import type { Dataset } from "./dataset.js";
import { AUGMENT, type RowStream, type SourceBatch } from "./source.js";

/** A batch that is about to be learnt from. The arrays are only valid during the call. */
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
 * Data whose rows are changed before they are learnt from, batch by batch: shifted pictures, noise, mixed rows. A Trainer does so with its training data
 * alone; data that are evaluated stay as they are.
 *
 * @param change changes `batch.features` in place, at once. Its random numbers are of the run's seed and of the batch's number, so that a run that is
 *   repeated or resumed sees the same changes. It is no part of the run: no checkpoint holds it, and it is not sent to workers.
 * @throws OptionError for a change that is not made at once; while training DataError for numbers that are not finite afterwards.
 * @example
 * const noisy = augment(training, ({ features }, random) => {
 *   for (let i = 0; i < features.length; i++) features[i] += 0.1 * (random.uniform() - 0.5);
 * });
 * const trainer = new Trainer(engine, run, { training: noisy, validation });
 */
export function augment<D extends Dataset | RowStream>(data: D, change: (batch: AugmentedBatch, random: Random) => void): D {
  demand(typeof data?.columns === "number", "augment.data", data, "a data set or a stream");
  demand(typeof change === "function", "augment.change", change, "a function that changes a batch in place");
  const apply = (batch: SourceBatch, seed: number, epoch: number) => {
    const { rows, step, features, targets } = batch;
    const given = { rows, step, epoch, features, targets: targets instanceof Uint32Array ? targets.slice() : targets };
    const result: unknown = change(given, new Random(seed, "augment", step));
    if (result !== undefined)
      throw new OptionError("augment.change", change, "must change the batch in place, at once, and return nothing");
    // the memory may have grown meanwhile
    checkNumbers(batch.features, rows, epoch);
    checkNumbers(batch.targets, rows, epoch);
  };
  return Object.freeze({ ...data, [AUGMENT]: apply }) as unknown as D;
}

function checkNumbers(numbers: Float32Array | Uint32Array, rows: number, epoch: number): void {
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] as number;
    if (value - value === 0) continue;
    const row = Math.floor(i / (numbers.length / rows)) + 1;
    throw new DataError(`augment left ${value} in row ${row} of a batch of epoch ${epoch}`, row);
  }
}
