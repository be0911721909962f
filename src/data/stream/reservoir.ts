import type { Random } from "../../numerics/random.js";
import { copy, type StreamBuffer } from "./buffer.js";
import type { Chunk } from "./chunk.js";

/**
 * Rows that wait in no order. Once it is full, each row that comes takes the place of one that is drawn and goes; at the end the rest is shuffled and
 * goes. Where all rows fit in, that is the order of a data set in memory.
 */
export class Reservoir {
  readonly #size: number;
  readonly #columns: number;
  readonly #width: number;
  readonly #random: Random;
  #rows = 0;
  #held: Held;
  #order: Uint32Array | undefined;
  #gone = 0;

  constructor(size: number, columns: number, width: number, random: Random) {
    this.#size = size;
    this.#columns = columns;
    this.#width = width;
    this.#random = random;
    this.#held = heldRows(0, 0, new Float32Array(0));
  }

  /** Takes a row in; where there is no room, one that is drawn goes to the batch. */
  add(chunk: Chunk, from: number, batch: StreamBuffer): void {
    if (this.#rows < this.#size) {
      if (this.#rows === this.#held.rows) this.#grow(chunk);
      this.#set(this.#rows++, chunk, from);
      return;
    }
    const place = this.#random.below(this.#size);
    batch.put(this.#held, place, 1);
    this.#set(place, chunk, from);
  }

  /** At the end: rows that are left go to the batch, as many as it has room for. */
  drain(batch: StreamBuffer): void {
    this.#order ??= this.#random.shuffle(Uint32Array.from({ length: this.#rows }, (_, i) => i));
    while (this.#gone < this.#rows && batch.rows < batch.capacity) batch.put(this.#held, this.#order[this.#gone++] as number, 1);
  }

  #set(place: number, { features, targets, weights, ownWeights }: Chunk, from: number): void {
    const held = this.#held;
    const width = this.#width;
    copy(features, from * this.#columns, held.features, place * this.#columns, this.#columns);
    copy(targets, from * width, held.targets, place * width, width);
    if (weights !== undefined) held.weights ??= new Float32Array(held.rows).fill(1);
    if (ownWeights !== undefined) held.ownWeights ??= new Float32Array(held.rows).fill(1);
    if (held.weights !== undefined) held.weights[place] = weights?.[from] ?? 1;
    if (held.ownWeights !== undefined) held.ownWeights[place] = ownWeights?.[from] ?? 1;
  }

  #grow({ targets }: Chunk): void {
    const old = this.#held;
    const room = Math.min(this.#size, Math.max(1024, 2 * old.rows));
    const Vector = targets instanceof Uint32Array ? Uint32Array : Float32Array;
    const held = heldRows(room, room * this.#columns, new Vector(room * this.#width));
    held.features.set(old.features);
    held.targets.set(old.targets);
    for (const key of ["weights", "ownWeights"] as const) {
      if (old[key] === undefined) continue;
      held[key] = new Float32Array(room).fill(1);
      held[key].set(old[key]);
    }
    this.#held = held;
  }
}

/** A chunk that is written to; `rows` is its room. */
type Held = { -readonly [K in keyof Chunk]: Chunk[K] };

function heldRows(rows: number, features: number, targets: Float32Array | Uint32Array): Held {
  return { rows, features: new Float32Array(features), targets, weights: undefined, ownWeights: undefined };
}
