import type { Engine } from "../engine/engine.js";
import type { Vector } from "../engine/memory.js";
import type { Batch } from "../models/model.js";

/** Room for one batch in the engine's memory. */
export class BatchBuffer implements Batch, Disposable {
  rows = 0;
  step = 0;
  /** The sum of the batch's weights. */
  weight = 0;
  protected readonly engine: Engine;
  protected readonly columns: number;
  /** Numbers a row has as targets. */
  protected readonly width: number;
  readonly #integers: boolean;
  readonly #vectors: Vector[] = [];
  readonly #features: Vector;
  readonly #targets: Vector;
  readonly #weights: Vector | undefined;

  constructor(engine: Engine, capacity: number, columns: number, width: number, integers: boolean, weighted: boolean) {
    this.engine = engine;
    this.columns = columns;
    this.width = width;
    this.#integers = integers;
    this.#features = this.take(capacity * columns);
    this.#targets = this.take(capacity * width);
    this.#weights = weighted ? this.take(capacity) : undefined;
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
    return this.#features.view.subarray(0, this.rows * this.columns);
  }

  get targets(): Uint32Array | Float32Array {
    return this.numbers(this.#targets.view).subarray(0, this.rows * this.width);
  }

  /** Features and targets of all rows there is room for. */
  protected get allFeatures(): Float32Array {
    return this.#features.view;
  }

  protected get allTargets(): Float32Array {
    return this.#targets.view;
  }

  /** The weights of all rows there is room for; undefined where all count alike. */
  protected get weights(): Float32Array | undefined {
    return this.#weights?.view;
  }

  /** Sums the weights of the rows that are there now. */
  weigh(): void {
    this.weight = this.rows;
    const { weights } = this;
    if (weights === undefined) return;
    let sum = 0;
    for (let i = 0; i < this.rows; i++) sum += weights[i] as number;
    // a batch of rows that do not count has no gradient
    this.weight = sum > 0 ? sum : 1;
  }

  /** A vector that is freed with this; where there is no room for it, all are. */
  protected take(length: number): Vector {
    try {
      const vector = this.engine.vector(length);
      this.#vectors.push(vector);
      return vector;
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Targets as the numbers they are. */
  protected numbers(view: Float32Array): Uint32Array | Float32Array {
    return this.#integers ? integersOf(view) : view;
  }

  dispose(): void {
    for (const vector of this.#vectors) vector.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** The same bytes as whole numbers. */
export function integersOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
