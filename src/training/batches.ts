import type { Dataset } from "../data/dataset.js";
import type { BatchSource, EvaluatedRows, StreamPosition } from "../data/source.js";
import { targetsFor } from "../data/targets.js";
import type { Engine } from "../engine/load.js";
import type { Vector } from "../engine/memory.js";
import type { Shape } from "../engine/parameters.js";
import type { Loss } from "../models/losses.js";
import type { Model } from "../models/model.js";
import { Random } from "../numerics/random.js";
import { CheckpointError } from "../options/errors.js";

/**
 * A data set in the engine's memory, and room for one batch of it: `gather` fills the batch with the rows that stand at `index`.
 * Nothing is allocated after construction.
 */
export class Batches implements BatchSource {
  readonly data: Dataset;
  readonly batch: this = this;
  readonly featuresPointer: number;
  readonly targetsPointer: number;
  /** Pointer to the weights of the rows; 0 where all count alike. */
  readonly weightsPointer: number;
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
  counted = 0;
  readonly #capacity: number;
  readonly #seed: number;
  /** The epoch that the rows are in the order of, and the number of the batch that is ready. */
  #epoch = -1;
  #ready = 0;

  /** `loss` and the shape of outputs decide what targets must be: left out, they are taken as they come. `seed` decides the order of rows in an epoch. */
  constructor(
    engine: Engine,
    data: Dataset,
    capacity: number,
    loss: Loss | undefined,
    outputs: Shape | undefined,
    weights: Float32Array | undefined = undefined,
    seed = 0,
  ) {
    this.#engine = engine;
    this.#capacity = capacity;
    this.#seed = seed;
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
    this.featuresPointer = this.#features.pointer;
    this.targetsPointer = this.#targets.pointer;
    this.weightsPointer = this.#weights?.pointer ?? 0;
    this.#allFeatures.view.set(data.features);
    if (weights !== undefined) this.#allWeights?.view.set(weights);
    (this.#integers ? integers(this.#allTargets) : this.#allTargets.view).set(targets);
    const index = integers(this.#index);
    for (let i = 0; i < index.length; i++) index[i] = i;
  }

  /** What the batch's loss is divided by: a batch of rows that do not count has no gradient. */
  get weight(): number {
    return this.counted || 1;
  }

  get features(): Float32Array {
    return this.#features.view.subarray(0, this.rows * this.data.columns);
  }

  get targets(): Uint32Array | Float32Array {
    return (this.#integers ? integers(this.#targets) : this.#targets.view).subarray(0, this.rows * this.#width);
  }

  ready(epoch: number, index: number): undefined {
    this.#ready = index;
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    // in one call: before an engine of JavaScript has compiled it, a draw takes ten times as long
    this.#engine.kernels.shuffle(this.#index.pointer, this.data.rows, ...new Random(this.#seed, "shuffle", epoch).state);
  }

  over(index: number): boolean {
    return index * this.#capacity >= this.data.rows;
  }

  next(step: number): this {
    const from = this.#ready * this.#capacity;
    return this.gather(from, Math.min(this.#capacity, this.data.rows - from), step);
  }

  position(): undefined {}

  place(done: number, epochs: number, position: unknown): Omit<StreamPosition, "shuffle"> {
    const batches = Math.ceil(this.data.rows / this.#capacity);
    if (position !== undefined || epochs !== Math.floor(done / batches)) {
      const where = position === undefined ? "" : " of a stream";
      throw new CheckpointError(
        `the checkpoint has ${done} batches in ${epochs} epochs${where}, this data has ${batches} batches an epoch`,
      );
    }
    return { batches: done % batches, rows: (done % batches) * this.#capacity };
  }

  close(): void {}

  /** Evaluates a model on the rows in the order that they are in. */
  evaluate(model: Model): EvaluatedRows {
    const { data } = this;
    let [sum, weights] = [0, 0];
    let all: Float32Array | undefined;
    for (let from = 0; from < data.rows; from += this.#capacity) {
      const rows = Math.min(this.#capacity, data.rows - from);
      const { loss, outputs } = (model as Required<Model>).evaluate(this.gather(from, rows, 0));
      sum += loss * this.counted;
      weights += this.counted;
      if (outputs === undefined) continue;
      const width = outputs.length / rows;
      all ??= new Float32Array(width * data.rows);
      all.set(outputs, from * width);
    }
    return { loss: sum / (weights || 1), outputs: all, data };
  }

  /** Fills the batch with the rows whose numbers stand at index[from], index[from + 1], ... */
  gather(from: number, rows: number, step: number): this {
    const { kernels } = this.#engine;
    const index = this.#index.pointer + from * 4;
    kernels.gather(this.#allFeatures.pointer, index, this.featuresPointer, rows, this.data.columns);
    kernels.gather(this.#allTargets.pointer, index, this.targetsPointer, rows, this.#width);
    this.rows = rows;
    this.step = step;
    this.counted = rows;
    if (this.#weights !== undefined) {
      kernels.gather((this.#allWeights as Vector).pointer, index, this.weightsPointer, rows, 1);
      const { view } = this.#weights;
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += view[i] as number;
      this.counted = sum;
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
