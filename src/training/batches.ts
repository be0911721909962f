import type { Dataset } from "../data/dataset.js";
import type { Engine } from "../engine/load.js";
import type { Vector } from "../engine/memory.js";
import type { Loss } from "../models/losses.js";
import type { Batch } from "../models/model.js";
import { targetsFor } from "./targets.js";

/**
 * A data set in the engine's memory, and room for one batch of it: `gather` fills the batch with the rows that stand at `index`.
 * Nothing is allocated after construction.
 */
export class Batches implements Batch, Disposable {
  readonly data: Dataset;
  rows = 0;
  step = 0;
  readonly #engine: Engine;
  readonly #vectors: Vector[] = [];
  readonly #allFeatures: Vector;
  readonly #allTargets: Vector;
  readonly #features: Vector;
  readonly #targets: Vector;
  readonly #index: Vector;
  readonly #width: number;
  readonly #integers: boolean;
  readonly #allWeights: Vector | undefined;
  readonly #weights: Vector | undefined;
  /** The sum of the batch's weights. */
  weight = 0;

  /** `loss` decides what targets must be: left out, they are taken as they come. */
  constructor(
    engine: Engine,
    data: Dataset,
    capacity: number,
    loss: Loss | undefined,
    outputs: number | undefined,
    weights: Float32Array | undefined = undefined,
  ) {
    this.#engine = engine;
    this.data = data;
    const targets = targetsFor(data, loss, outputs);
    this.#integers = targets instanceof Uint32Array;
    this.#width = targets.length / data.rows;
    const take = (length: number) => {
      const vector = engine.vector(length);
      this.#vectors.push(vector);
      return vector;
    };
    try {
      this.#allFeatures = take(data.rows * data.columns);
      this.#allTargets = take(targets.length);
      this.#features = take(capacity * data.columns);
      this.#targets = take(capacity * this.#width);
      this.#index = take(data.rows);
      this.#allWeights = weights && take(data.rows);
      this.#weights = weights && take(capacity);
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.#allFeatures.view.set(data.features);
    if (weights !== undefined) this.#allWeights?.view.set(weights);
    (this.#integers ? integers(this.#allTargets) : this.#allTargets.view).set(targets);
    this.index.forEach((_, i, index) => {
      index[i] = i;
    });
  }

  /** The order of the rows, 0, 1, 2, ... at first; to be shuffled in place. */
  get index(): Uint32Array {
    return integers(this.#index);
  }

  get featuresPointer(): number {
    return this.#features.pointer;
  }

  get targetsPointer(): number {
    return this.#targets.pointer;
  }

  /** Pointer to the weights of the rows; 0 where all count alike. */
  get weightsPointer(): number {
    return this.#weights?.pointer ?? 0;
  }

  get features(): Float32Array {
    return this.#features.view.subarray(0, this.rows * this.data.columns);
  }

  get targets(): Uint32Array | Float32Array {
    return (this.#integers ? integers(this.#targets) : this.#targets.view).subarray(0, this.rows * this.#width);
  }

  /** Fills the batch with the rows whose numbers stand at index[from], index[from + 1], ... */
  gather(from: number, rows: number, step: number): this {
    const { kernels } = this.#engine;
    const index = this.#index.pointer + from * 4;
    kernels.gather(this.#allFeatures.pointer, index, this.#features.pointer, rows, this.data.columns);
    kernels.gather(this.#allTargets.pointer, index, this.#targets.pointer, rows, this.#width);
    this.rows = rows;
    this.step = step;
    this.weight = rows;
    if (this.#weights !== undefined) {
      kernels.gather((this.#allWeights as Vector).pointer, index, this.#weights.pointer, rows, 1);
      const { view } = this.#weights;
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += view[i] as number;
      // a batch of rows that do not count has no gradient
      this.weight = sum > 0 ? sum : 1;
    }
    return this;
  }

  dispose(): void {
    for (const vector of this.#vectors) vector.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function integers({ view }: Vector): Uint32Array {
  return new Uint32Array(view.buffer, view.byteOffset, view.length);
}
