import type { Engine } from "../../engine/engine.js";
import { BatchBuffer } from "../batch-buffer.js";
import type { Chunk } from "./chunk.js";

/** A batch that is filled row after row. */
export class StreamBuffer extends BatchBuffer {
  readonly capacity: number;
  /** Some row has a weight. */
  #weighted = false;
  /** Some row has one of its own. */
  hasOwnWeights = false;
  readonly #ownWeights: Float32Array;
  #targets: Float32Array | Uint32Array | undefined;

  constructor(engine: Engine, capacity: number, columns: number, width: number, integers: boolean) {
    super(engine, capacity, columns, width, integers, true);
    this.capacity = capacity;
    this.#ownWeights = new Float32Array(capacity);
  }

  override get weightsPointer(): number {
    return this.#weighted ? super.weightsPointer : 0;
  }

  protected override get weights(): Float32Array | undefined {
    return this.#weighted ? super.weights : undefined;
  }

  /** How much each row counts by itself, without its class. */
  get ownWeights(): Float32Array {
    return this.#ownWeights.subarray(0, this.rows);
  }

  clear(): void {
    this.rows = 0;
    this.#weighted = false;
    this.hasOwnWeights = false;
  }

  /** Puts some rows of a chunk behind those that are there. */
  put({ features, targets, weights, ownWeights }: Chunk, from: number, count: number): void {
    const { columns, width } = this;
    const at = this.rows;
    this.rows += count;
    copy(features, from * columns, this.allFeatures, at * columns, count * columns);
    copy(targets, from * width, this.#numbers, at * width, count * width);
    this.hasOwnWeights ||= ownWeights !== undefined;
    for (let i = 0; i < count; i++) this.#ownWeights[at + i] = ownWeights?.[from + i] ?? 1;
    if (weights === undefined && !this.#weighted) return;
    if (!this.#weighted) {
      this.#weighted = true;
      this.weights?.fill(1, 0, at);
    }
    const all = this.weights as Float32Array;
    for (let i = 0; i < count; i++) all[at + i] = weights?.[from + i] ?? 1;
  }

  /** The targets of all rows there is room for. */
  get #numbers(): Float32Array | Uint32Array {
    const view = this.allTargets;
    // a view that was made before the memory grew is empty
    if (this.#targets?.buffer !== view.buffer) this.#targets = this.numbers(view);
    return this.#targets as Float32Array | Uint32Array;
  }
}

type Numbers = Float32Array | Uint32Array;

/** Copies some numbers: a call costs more than a few of them do. */
export function copy(from: Numbers, start: number, to: Numbers, place: number, count: number): void {
  if (count > 16) to.set(from.subarray(start, start + count), place);
  else for (let i = 0; i < count; i++) to[place + i] = from[start + i] as number;
}
