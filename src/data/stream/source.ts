import { Slices } from "../../engine/slices.js";
import type { Model } from "../../models/model.js";
import { CheckpointError, DataError, OptionError } from "../../options/errors.js";
import { show } from "../../options/options.js";
import type { BatchSource, EvaluatedRows, RowStream, SourceContext, StreamPosition } from "../source.js";
import { targetsFor } from "../targets.js";
import { StreamBuffer } from "./buffer.js";
import { widthOf } from "./chunk.js";
import { evaluateStream } from "./evaluate.js";
import { Pass, type StreamFactory } from "./pass.js";

/** The batch at hand, the one behind it, which tells whether the epoch goes on, and one that is read meanwhile. */
const BUFFERS = 3;

/**
 * The batches of a stream. It is read one batch ahead of what is needed, and no further. Where a batch is asked for that is not the next one, after a
 * checkpoint or an interruption, the epoch is read again up to there: rows and random numbers are then those of before.
 */
export class StreamSource implements BatchSource {
  readonly stream: RowStream;
  readonly #factory: StreamFactory;
  readonly #context: SourceContext;
  readonly #buffers: StreamBuffer[] = [];
  #pass: Pass | undefined;
  #epoch = 0;
  /** The batch that is taken next, and batches that were filled. */
  #index = 0;
  #filled = 0;
  /** The epoch has as many batches as were filled. */
  #ended = false;
  #filling: Promise<void> | undefined;
  #failure: { error: unknown } | undefined;

  constructor(stream: RowStream, factory: StreamFactory, context: SourceContext) {
    this.stream = stream;
    this.#factory = factory;
    this.#context = context;
    const { engine, batchSize, loss, outputs: modelOutputs, classWeights } = context;
    if (typeof classWeights === "string")
      throw new OptionError("run.classWeights", classWeights, "must be numbers for a stream, whose classes cannot be counted beforehand");
    const { task, outputs, classes = [], columns } = stream;
    const width = widthOf(stream);
    // targets of no row, for what they are to the loss
    const none =
      task === "classification"
        ? { task, outputs, classes, targets: new Uint32Array(1) }
        : { task, outputs, targets: new Float32Array(width) };
    const integers = targetsFor(none, loss, modelOutputs) instanceof Uint32Array;
    try {
      for (let i = 0; i < BUFFERS; i++) this.#buffers.push(new StreamBuffer(engine, batchSize, columns, width, integers));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** The batch that was taken last. */
  get batch(): StreamBuffer {
    return this.#bufferOf(Math.max(0, this.#index - 1));
  }

  ready(epoch: number, index: number, signal?: AbortSignal): undefined | Promise<void> {
    if (this.#pass === undefined || epoch !== this.#epoch || index !== this.#index) this.#open(epoch, index);
    if (this.#filling === undefined && this.#failure === undefined) this.#fill(index + 2);
    // an error further on is told when it is in the way
    if (this.#isKnown) return undefined;
    if (this.#failure === undefined) return interruptible(this.#filling as Promise<void>, signal);
    const { error } = this.#failure;
    this.close();
    throw error;
  }

  over(index: number): boolean {
    return this.#ended && index >= this.#filled;
  }

  next(step: number): StreamBuffer {
    const batch = this.#bufferOf(this.#index++);
    batch.step = step;
    if (this.#filling === undefined && this.#failure === undefined) this.#fill(this.#index + 2);
    return batch;
  }

  position(batches: number, rows: number): StreamPosition {
    return { batches, rows, shuffle: this.stream.shuffle };
  }

  place(_done: number, _epochs: number, position: unknown): StreamPosition {
    if (position === undefined) throw new CheckpointError("the checkpoint was trained on data in memory, the data here are a stream");
    const { batches, rows, shuffle } = (position ?? {}) as Partial<StreamPosition>;
    const isPlace = [batches, rows, shuffle].every((value) => Number.isSafeInteger(value) && (value as number) >= 0);
    if (!isPlace)
      throw new CheckpointError(`the checkpoint is damaged: progress.stream must be a place in a stream, got ${show(position)}`);
    if (shuffle !== this.stream.shuffle)
      throw new CheckpointError(
        `the checkpoint's stream was shuffled in a buffer of ${shuffle} rows, the one here in ${this.stream.shuffle}`,
      );
    return position as StreamPosition;
  }

  evaluate(model: Model): Promise<EvaluatedRows> {
    return evaluateStream(this, model);
  }

  close(): void {
    this.#pass?.cancel();
    this.#pass = undefined;
    this.#filling = undefined;
    this.#failure = undefined;
  }

  dispose(): void {
    this.close();
    for (const buffer of this.#buffers) buffer.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The batch that is taken next is there, and whether another follows is known. */
  get #isKnown(): boolean {
    return this.#ended || this.#filled >= this.#index + 2;
  }

  #bufferOf(index: number): StreamBuffer {
    return this.#buffers[index % BUFFERS] as StreamBuffer;
  }

  /** Begins an epoch, and reads up to a batch of it. */
  #open(epoch: number, index: number): void {
    this.close();
    const pass = new Pass(this.stream, this.#factory, this.#context, epoch);
    this.#pass = pass;
    this.#epoch = epoch;
    this.#index = index;
    this.#filled = index;
    this.#ended = false;
    if (index > 0) this.#until(pass, this.#skip(pass, index));
  }

  async #skip(pass: Pass, batches: number): Promise<void> {
    const [buffer] = this.#buffers as [StreamBuffer];
    const slices = new Slices();
    for (let i = 0; i < batches; i++) {
      await pass.fill(buffer);
      if (buffer.rows === 0)
        throw new CheckpointError(
          `the run stands after batch ${batches} of epoch ${this.#epoch + 1}, the stream has ${i}: it is another one`,
        );
      if (slices.over) await slices.pause();
    }
  }

  /** Reads on until so many batches are there. */
  #fill(wanted: number): void {
    const pass = this.#pass;
    if (pass === undefined) return;
    try {
      while (this.#filled < wanted && !this.#ended) {
        const buffer = this.#bufferOf(this.#filled);
        const waiting = pass.fill(buffer);
        if (waiting !== undefined) {
          this.#until(
            pass,
            waiting.then(() => this.#pass === pass && this.#note(buffer)),
          );
          return;
        }
        this.#note(buffer);
      }
    } catch (error) {
      // it is told when the batch is asked for
      this.#failure = { error };
    }
  }

  #note(buffer: StreamBuffer): void {
    if (buffer.rows > 0) this.#filled++;
    else if (this.#filled === 0)
      throw new DataError(`the stream has no rows in epoch ${this.#epoch + 1}: its function must give one that begins anew`);
    else this.#ended = true;
  }

  /** Waits for something of a pass, unless it is left meanwhile. */
  #until(pass: Pass, waiting: Promise<unknown>): void {
    const filling = waiting.then(
      () => {},
      (error) => {
        if (this.#pass === pass) this.#failure = { error };
      },
    );
    this.#filling = filling.then(() => {
      if (this.#pass === pass) this.#filling = undefined;
    });
  }
}

/** A promise that an abort ends early. */
function interruptible(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
