import { BatchBuffer, integersOf } from "../data/batch-buffer.js";
import type { Dataset } from "../data/dataset.js";
import type { BatchSource, StreamPosition } from "../data/source.js";
import { targetsFor } from "../data/targets.js";
import type { Engine } from "../engine/load.js";
import type { Vector } from "../engine/memory.js";
import type { Loss } from "../models/losses.js";
import { Random } from "../numerics/random.js";
import { CheckpointError } from "../options/errors.js";

/** A data set in the engine's memory, and room for one batch of it. Nothing is allocated after construction. */
export class Batches extends BatchBuffer implements BatchSource {
  readonly data: Dataset;
  readonly #capacity: number;
  readonly #seed: number;
  readonly #allFeatures: Vector;
  readonly #allTargets: Vector;
  readonly #allWeights: Vector | undefined;
  readonly #index: Vector;
  /** The epoch that the rows are in the order of, and the number of the batch that is ready. */
  #epoch = -1;
  #ready = 0;

  /** `loss` decides what targets must be: left out, they are taken as they come. `seed` decides the order of rows in an epoch. */
  constructor(
    engine: Engine,
    data: Dataset,
    capacity: number,
    loss: Loss | undefined,
    outputs: number | undefined,
    weights: Float32Array | undefined = undefined,
    seed = 0,
  ) {
    const targets = targetsFor(data, loss, outputs);
    super(engine, capacity, data.columns, targets.length / data.rows, targets instanceof Uint32Array, weights !== undefined);
    this.data = data;
    this.#capacity = capacity;
    this.#seed = seed;
    this.#allFeatures = this.take(data.rows * data.columns);
    this.#allTargets = this.take(targets.length);
    this.#index = this.take(data.rows);
    this.#allWeights = weights && this.take(data.rows);
    this.#allFeatures.view.set(data.features);
    if (weights !== undefined) this.#allWeights?.view.set(weights);
    this.numbers(this.#allTargets.view).set(targets);
    this.#inOrder();
  }

  get batch(): this {
    return this;
  }

  ready(epoch: number, index: number): undefined {
    this.#ready = index;
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    new Random(this.#seed, "shuffle", epoch).shuffle(this.#inOrder());
  }

  over(index: number): boolean {
    return index * this.#capacity >= this.data.rows;
  }

  next(step: number): this {
    const from = this.#ready * this.#capacity;
    return this.gather(from, Math.min(this.#capacity, this.data.rows - from), step);
  }

  position(): undefined {}

  place(done: number, epochs: number, position: StreamPosition | undefined): Omit<StreamPosition, "shuffle"> {
    const batches = Math.ceil(this.data.rows / this.#capacity);
    if (position !== undefined) throw new CheckpointError("the checkpoint was trained on a stream, the data here are in memory");
    if (epochs !== Math.floor(done / batches))
      throw new CheckpointError(`the checkpoint has ${done} batches in ${epochs} epochs, this data has ${batches} batches an epoch`);
    return { batches: done % batches, rows: (done % batches) * this.#capacity };
  }

  close(): void {}

  /** Fills the batch with the rows whose numbers stand at index[from], index[from + 1], ... */
  gather(from: number, rows: number, step: number): this {
    const { kernels } = this.engine;
    const index = this.#index.pointer + from * 4;
    kernels.gather(this.#allFeatures.pointer, index, this.featuresPointer, rows, this.columns);
    kernels.gather(this.#allTargets.pointer, index, this.targetsPointer, rows, this.width);
    if (this.#allWeights !== undefined) kernels.gather(this.#allWeights.pointer, index, this.weightsPointer, rows, 1);
    this.rows = rows;
    this.step = step;
    this.weigh();
    return this;
  }

  /** The numbers of the rows, 0, 1, 2, ... again, to be shuffled in place. */
  #inOrder(): Uint32Array {
    const index = integersOf(this.#index.view);
    for (let i = 0; i < index.length; i++) index[i] = i;
    return index;
  }
}
