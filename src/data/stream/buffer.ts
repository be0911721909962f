import type { Engine } from "../../engine/engine.js";
import type { Vector } from "../../engine/memory.js";
import type { SourceBatch } from "../source.js";
import type { Chunk } from "./chunk.js";

type Numbers = Float32Array | Uint32Array;

/** Room for a batch in the engine's memory, which is filled row after row. Nothing is allocated after construction. */
export class StreamBuffer implements SourceBatch, Disposable {
  readonly capacity: number;
  rows = 0;
  step = 0;
  /** The sum of the batch's weights. */
  counted = 0;
  /** Some row has a weight of its own. */
  hasOwnWeights = false;
  readonly #columns: number;
  readonly #width: number;
  readonly #integers: boolean;
  readonly #vectors: Vector[] = [];
  readonly #features: Vector;
  readonly #targets: Vector;
  readonly #weights: Vector;
  readonly #ownWeights: Float32Array;
  /** Some row has a weight, of its own or of its class. */
  #weighted = false;
  /** The targets as they are, of the memory before it grew perhaps. */
  #numbers: Numbers | undefined;

  constructor(engine: Engine, capacity: number, columns: number, width: number, integers: boolean) {
    this.capacity = capacity;
    this.#columns = columns;
    this.#width = width;
    this.#integers = integers;
    this.#ownWeights = new Float32Array(capacity).fill(1);
    const take = (length: number) => {
      const vector = engine.vector(length);
      this.#vectors.push(vector);
      return vector;
    };
    try {
      this.#features = take(capacity * columns);
      this.#targets = take(capacity * width);
      this.#weights = take(capacity);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  get featuresPointer(): number {
    return this.#features.pointer;
  }

  get targetsPointer(): number {
    return this.#targets.pointer;
  }

  /** What the batch's loss is divided by: a batch of rows that do not count has no gradient. */
  get weight(): number {
    return this.counted || 1;
  }

  /** Pointer to the weights of the rows; 0 where all count alike. */
  get weightsPointer(): number {
    return this.#weighted ? this.#weights.pointer : 0;
  }

  get features(): Float32Array {
    return this.#features.view.subarray(0, this.rows * this.#columns);
  }

  get targets(): Numbers {
    return this.#allTargets.subarray(0, this.rows * this.#width);
  }

  /** How much each row counts by itself, without its class. */
  get ownWeights(): Float32Array {
    return this.#ownWeights.subarray(0, this.rows);
  }

  clear(): void {
    this.rows = 0;
    this.#weighted = false;
    if (this.hasOwnWeights) this.#ownWeights.fill(1);
    this.hasOwnWeights = false;
  }

  /** Puts some rows of a chunk behind those that are there. */
  put({ features, targets, weights, ownWeights }: Chunk, from: number, count: number): void {
    const [columns, width, at] = [this.#columns, this.#width, this.rows];
    this.rows += count;
    copy(features, from * columns, this.#features.view, at * columns, count * columns);
    copy(targets, from * width, this.#allTargets, at * width, count * width);
    if (ownWeights !== undefined || this.hasOwnWeights) {
      this.hasOwnWeights = true;
      for (let i = 0; i < count; i++) this.#ownWeights[at + i] = ownWeights?.[from + i] ?? 1;
    }
    if (weights === undefined && !this.#weighted) return;
    const all = this.#weights.view;
    if (!this.#weighted) all.fill(1, 0, at);
    this.#weighted = true;
    for (let i = 0; i < count; i++) all[at + i] = weights?.[from + i] ?? 1;
  }

  /** Sums the weights, once all rows are there. */
  weigh(): void {
    this.counted = this.rows;
    if (!this.#weighted) return;
    const { view } = this.#weights;
    let sum = 0;
    for (let i = 0; i < this.rows; i++) sum += view[i] as number;
    this.counted = sum;
  }

  dispose(): void {
    for (const vector of this.#vectors) vector.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  get #allTargets(): Numbers {
    const { view } = this.#targets;
    if (!this.#integers) return view;
    if (this.#numbers?.buffer !== view.buffer) this.#numbers = new Uint32Array(view.buffer, view.byteOffset, view.length);
    return this.#numbers as Numbers;
  }
}

/** Copies some numbers: a call costs more than a few of them do. */
export function copy(from: Numbers, start: number, to: Numbers, place: number, count: number): void {
  if (count > 16) to.set(from.subarray(start, start + count), place);
  else for (let i = 0; i < count; i++) to[place + i] = from[start + i] as number;
}
