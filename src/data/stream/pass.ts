import { Random } from "../../numerics/random.js";
import { DataError, StepsizeError } from "../../options/errors.js";
import { messageOf } from "../../options/plain-error.js";
import type { RowStream, SourceContext } from "../source.js";
import type { StreamBuffer } from "./buffer.js";
import { type Chunk, widthOf } from "./chunk.js";
import { ItemReader, iteratorOf } from "./items.js";
import { Reservoir } from "./reservoir.js";

/** What a stream is made by: epochs count from 1. */
export type StreamFactory = (epoch: number) => unknown;

/** One pass over a stream: its rows, batch after batch, in the order of the epoch. */
export class Pass {
  readonly #stream: RowStream;
  readonly #factory: StreamFactory;
  readonly #epoch: number;
  readonly #reader: ItemReader;
  readonly #reservoir: Reservoir | undefined;
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined;
  #chunk: Chunk | undefined;
  /** Rows of the chunk that have gone on. */
  #from = 0;
  #batches = 0;
  /** No more rows come. */
  #exhausted = false;
  #cancelled = false;

  constructor(stream: RowStream, factory: StreamFactory, context: SourceContext, epoch: number) {
    this.#stream = stream;
    this.#factory = factory;
    this.#epoch = epoch;
    this.#reader = new ItemReader(stream, context);
    const { shuffle, columns } = stream;
    this.#reservoir =
      shuffle > 0 ? new Reservoir(shuffle, columns, widthOf(stream), new Random(context.seed, "shuffle", epoch)) : undefined;
  }

  /** The rows that were read, and batches that were filled. */
  get read(): { rows: number; batches: number } {
    return { rows: this.#reader.rows, batches: this.#batches };
  }

  /** Fills a batch, which has no rows where the epoch is over; a promise where rows have to be waited for. */
  fill(batch: StreamBuffer): undefined | Promise<void> {
    batch.clear();
    const { batches } = this.#stream;
    if (this.#batches === batches) return this.#leave();
    return this.#isFilled(batch) ? undefined : this.#wait(batch);
  }

  /** Lets go of the stream, without waiting for it. */
  cancel(): void {
    this.#cancelled = true;
    void this.#leave()?.catch(() => {});
  }

  async #wait(batch: StreamBuffer): Promise<void> {
    do await this.#pull();
    while (!this.#isFilled(batch));
  }

  /** Puts what is at hand into a batch: whether that was all there is room for, or all there is. */
  #isFilled(batch: StreamBuffer): boolean {
    this.#put(batch);
    const isFilled = batch.rows === batch.capacity || (this.#stream.ownBatches && batch.rows > 0) || this.#exhausted;
    if (!isFilled) return false;
    const { batches } = this.#stream;
    if (batch.rows > 0) this.#batches++;
    else if (batches !== undefined) this.#tooShort(`${this.#batches} batches`, batches);
    batch.weigh();
    return true;
  }

  #put(batch: StreamBuffer): void {
    // whose batch is another's by now
    if (this.#cancelled) throw new Cancelled();
    const { ownBatches } = this.#stream;
    const chunk = this.#chunk;
    if (chunk !== undefined) {
      const left = chunk.rows - this.#from;
      if (ownBatches && left > batch.capacity)
        throw new DataError(
          `a batch of ${left} rows ends at row ${this.#reader.rows}: run.batchSize must be at least that, it is ${batch.capacity}`,
          this.#reader.rows,
        );
      if (this.#reservoir === undefined) {
        const count = Math.min(left, batch.capacity - batch.rows);
        batch.put(chunk, this.#from, count);
        this.#from += count;
      } else while (this.#from < chunk.rows && batch.rows < batch.capacity) this.#reservoir.add(chunk, this.#from++, batch);
      if (this.#from === chunk.rows) this.#chunk = undefined;
    }
    if (this.#exhausted && this.#chunk === undefined) this.#reservoir?.drain(batch);
  }

  /** Reads on in the stream. */
  async #pull(): Promise<void> {
    const reader = this.#reader;
    let next: IteratorResult<unknown>;
    try {
      this.#iterator ??= iteratorOf(await this.#factory(this.#epoch + 1));
      next = await this.#iterator.next();
    } catch (cause) {
      this.#iterator = undefined;
      if (cause instanceof StepsizeError) throw cause;
      const error = new DataError(
        `the stream failed after row ${reader.rows} of epoch ${this.#epoch + 1}: ${messageOf(cause)}`,
        reader.rows,
      );
      error.cause = cause;
      throw error;
    }
    if (this.#cancelled) {
      void this.#leave()?.catch(() => {});
      throw new Cancelled();
    }
    const { rows } = this.#stream;
    if (next.done) {
      this.#iterator = undefined;
      this.#exhausted = true;
      reader.end();
      if (rows !== undefined && reader.rows < rows) this.#tooShort(`${reader.rows} rows`, rows);
      return;
    }
    const before = reader.rows;
    const chunk = reader.read(next.value);
    const count = Math.min(chunk.rows, (rows ?? Number.POSITIVE_INFINITY) - before);
    this.#chunk = count === chunk.rows ? chunk : { ...chunk, rows: count };
    this.#from = 0;
    if (before + count === rows) await this.#leave();
  }

  /** Ends the pass: the stream may have more, which is not wanted. */
  #leave(): undefined | Promise<void> {
    this.#exhausted = true;
    const iterator = this.#iterator;
    this.#iterator = undefined;
    return iterator?.return === undefined ? undefined : Promise.resolve(iterator.return()).then(() => {});
  }

  #tooShort(has: string, wanted: number): never {
    throw new DataError(`the stream ends after ${has} in epoch ${this.#epoch + 1}, ${wanted} were said to be there`, this.#reader.rows);
  }
}

/** Stands for a pass that nobody wants any more. */
class Cancelled extends Error {}
