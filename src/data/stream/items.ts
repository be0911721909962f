import { DataError, OptionError, ShapeError } from "../../options/errors.js";
import { isArrayLike, show } from "../../options/options.js";
import { cellError, listed, toFloat32 } from "../checks.js";
import { type Label, targetName } from "../dataset.js";
import type { SourceContext } from "../source.js";
import { targetsFor } from "../targets.js";
import { type Chunk, type RowShape, widthOf } from "./chunk.js";

/** One row. */
export interface StreamRow {
  readonly features: ArrayLike<number>;
  /** A class, by its name or its number from 0; a quantity; or quantities. */
  readonly target: Label | ArrayLike<number>;
  readonly weight?: number;
}

/** Rows side by side: a data set is one. */
export interface StreamRows {
  /** An array of rows, or rows × columns numbers. */
  readonly features: ArrayLike<number> | ArrayLike<ArrayLike<number>>;
  /** A class a row, by its name or its number from 0; or quantities, rows × outputs. */
  readonly targets: ArrayLike<Label> | ArrayLike<ArrayLike<number>>;
  readonly weights?: ArrayLike<number>;
}

/**
 * What a stream may hold: single rows, rows side by side, or numbers in float32, row after row, the targets of each behind its features; as bytes
 * (little-endian) these may be cut anywhere.
 */
export type StreamItem = StreamRow | StreamRows | Float32Array | Uint8Array | ArrayBuffer;

/** Makes chunks of what a stream holds, and checks every number. Rows are counted from 1 in errors. */
export class ItemReader {
  readonly #shape: RowShape;
  readonly #context: SourceContext;
  readonly #indexOf: ReadonlyMap<string, number>;
  /** Numbers a row has as targets. */
  readonly #width: number;
  /** The bytes of a row that has not come whole. */
  #rest = new Uint8Array(0);
  /** Room for bytes that go on with a row. */
  #bytes = new Uint8Array(0);
  /** Room for the features of numbers that come. */
  #features = new Float32Array(0);
  /** Rows that were read. */
  rows = 0;

  constructor(shape: RowShape, context: SourceContext) {
    this.#shape = shape;
    this.#context = context;
    this.#indexOf = new Map(shape.classes?.map((label, index) => [label, index]));
    this.#width = widthOf(shape);
  }

  read(item: unknown): Chunk {
    const chunk = this.#chunkOf(item);
    this.rows += chunk.rows;
    return chunk;
  }

  /** @throws DataError where the stream has ended within a row. */
  end(): void {
    if (this.#rest.length === 0) return;
    const bytes = 4 * (this.#shape.columns + this.#width);
    throw new DataError(`row ${this.rows + 1}: the stream ends after ${this.#rest.length} of the ${bytes} bytes of a row`, this.rows + 1);
  }

  #chunkOf(item: unknown): Chunk {
    if (item instanceof Float32Array) return this.#ofNumbers(item);
    if (item instanceof ArrayBuffer) return this.#ofBytes(new Uint8Array(item));
    if (item instanceof Uint8Array) return this.#ofBytes(item);
    const { features, target, targets, weight, weights } = (item ?? {}) as Partial<StreamRow & StreamRows>;
    if (isArrayLike(features)) {
      if (targets !== undefined) return this.#ofRows({ features, targets, ...(weights && { weights }) });
      if (target !== undefined)
        return this.#ofRows({ features, targets: [target] as ArrayLike<Label>, ...(weight !== undefined && { weights: [weight] }) });
    }
    throw new DataError(
      `row ${this.rows + 1}: a stream must give rows { features, target }, rows side by side { features, targets }, or float32 numbers, got ${show(item)}`,
      this.rows + 1,
    );
  }

  #ofRows({ features: given, targets: labels, weights }: StreamRows): Chunk {
    const { columns } = this.#shape;
    const isNested = typeof given[0] === "object";
    const rows = isNested ? given.length : given.length / columns;
    const before = this.rows;
    if (!Number.isInteger(rows)) throw new ShapeError(`row ${before + 1}: ${given.length} features cannot be rows of ${columns} columns`);
    let features: Float32Array;
    if (!isNested && given instanceof Float32Array) features = given;
    else {
      features = new Float32Array(rows * columns);
      for (let row = 0; row < rows; row++) {
        const line = (isNested ? given[row] : given) as ArrayLike<number>;
        if (isNested && line?.length !== columns)
          throw new ShapeError(`row ${before + row + 1} has ${line?.length} features instead of ${columns}`);
        const from = isNested ? 0 : row * columns;
        for (let column = 0; column < columns; column++) {
          const value = line[from + column];
          features[row * columns + column] = typeof value === "number" ? value : Number.NaN;
          // the cell itself, for what the error says
          if (typeof value !== "number") toFloat32(value, before + row + 1, `x${column + 1}`);
        }
      }
    }
    this.#checkFeatures(features, rows);
    const targets = this.#targetsOf(labels, rows);
    return this.#finish(rows, features, targets, weights === undefined ? undefined : this.#weightsOf(weights, rows));
  }

  #ofBytes(bytes: Uint8Array): Chunk {
    const size = 4 * (this.#shape.columns + this.#width);
    const length = this.#rest.length + bytes.length;
    let whole = bytes;
    // a Float32Array begins where four bytes do
    if (this.#rest.length > 0 || bytes.byteOffset % 4 !== 0) {
      if (this.#bytes.length < length) this.#bytes = new Uint8Array(length);
      whole = this.#bytes.subarray(0, length);
      whole.set(this.#rest);
      whole.set(bytes, this.#rest.length);
    }
    const used = length - (length % size);
    this.#rest = whole.slice(used);
    return this.#ofNumbers(new Float32Array(whole.buffer, whole.byteOffset, used / 4));
  }

  #ofNumbers(numbers: Float32Array): Chunk {
    const { columns, task } = this.#shape;
    const width = this.#width;
    const rows = numbers.length / (columns + width);
    if (!Number.isInteger(rows))
      throw new ShapeError(`row ${this.rows + 1}: ${numbers.length} numbers cannot be rows of ${columns} features and ${width} targets`);
    // fresh memory costs more than what is done with it, and the last chunk has gone on
    if (this.#features.length < rows * columns) this.#features = new Float32Array(rows * columns);
    const features = this.#features.subarray(0, rows * columns);
    const targets = new Float32Array(rows * width);
    let [from, feature, target] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let column = 0; column < columns; column++) {
        const value = numbers[from++] as number;
        sum += value - value;
        features[feature++] = value;
      }
      if (sum !== 0) this.#checkFeatures(features.subarray(feature - columns, feature), 1, row);
      for (let output = 0; output < width; output++) targets[target++] = numbers[from++] as number;
    }
    return this.#finish(rows, features, task === "classification" ? this.#classesOf(targets, rows) : this.#quantitiesOf(targets, rows));
  }

  #finish(rows: number, features: Float32Array, given: Float32Array | Uint32Array, ownWeights?: Float32Array): Chunk {
    const { task, outputs, classes = [] } = this.#shape;
    const { loss, outputs: modelOutputs, classWeights } = this.#context;
    const asked =
      task === "classification"
        ? { task, outputs, classes, targets: given as Uint32Array }
        : { task, outputs, targets: given as Float32Array };
    const targets = targetsFor(asked, loss, modelOutputs, this.rows);
    const weights =
      classWeights === undefined
        ? ownWeights
        : Float32Array.from(given, (ofClass, row) => (ownWeights?.[row] ?? 1) * (classWeights[ofClass] as number));
    return { rows, features, targets, ownWeights, weights };
  }

  /** Checks rows from one of the item's on. */
  #checkFeatures(features: Float32Array, rows: number, from = 0): void {
    const { columns } = this.#shape;
    for (let i = 0; i < rows * columns; i++) {
      const value = features[i] as number;
      if (value - value !== 0) toFloat32(value, this.rows + from + Math.floor(i / columns) + 1, `x${(i % columns) + 1}`);
    }
  }

  #targetsOf(given: ArrayLike<Label> | ArrayLike<ArrayLike<number>>, rows: number): Float32Array | Uint32Array {
    if (!isArrayLike(given)) throw new ShapeError(`row ${this.rows + 1}: targets must be an array, got ${show(given)}`);
    if (this.#shape.task === "classification") return this.#classesOf(given as ArrayLike<Label>, rows);
    const flat = isArrayLike(given[0])
      ? (Array.from(given as ArrayLike<ArrayLike<number>>, (line) => Array.from(line)).flat() as number[])
      : given;
    return this.#quantitiesOf(flat as ArrayLike<number>, rows);
  }

  #quantitiesOf(given: ArrayLike<number>, rows: number): Float32Array {
    const width = this.#width;
    this.#demandLength("targets", given.length, rows * width);
    const result = new Float32Array(given.length);
    for (let i = 0; i < result.length; i++) {
      const value = given[i] as number;
      result[i] = Math.abs(value) < 3e38 ? value : toFloat32(value, this.rows + Math.floor(i / width) + 1, targetName(i % width));
    }
    return result;
  }

  #classesOf(given: ArrayLike<Label>, rows: number): Uint32Array {
    this.#demandLength("targets", given.length, rows);
    const { outputs, classes = [] } = this.#shape;
    const result = new Uint32Array(rows);
    for (let row = 0; row < rows; row++) {
      const label = given[row] as Label;
      if (typeof label === "number") {
        if (!(label >>> 0 === label && label < outputs))
          throw cellError(this.rows + row + 1, "target", `${label} is no class: with ${outputs} of them, they are 0 to ${outputs - 1}`);
        result[row] = label;
        continue;
      }
      const index = this.#indexOf.get(String(label));
      if (index === undefined)
        throw cellError(this.rows + row + 1, "target", `${show(label)} is not one of the classes ${listed(classes)}`);
      result[row] = index;
    }
    return result;
  }

  #weightsOf(given: ArrayLike<number>, rows: number): Float32Array {
    this.#demandLength("weights", given.length, rows);
    return Float32Array.from(given, (value, row) => {
      const weight = toFloat32(value, this.rows + row + 1, "weights");
      if (weight < 0) throw cellError(this.rows + row + 1, "weights", `a weight must be at least 0, got ${weight}`);
      return weight;
    });
  }

  #demandLength(what: string, given: number, wanted: number): void {
    if (given !== wanted) throw new ShapeError(`row ${this.rows + 1}: there are ${given} ${what} where ${wanted} belong to the rows`);
  }
}

/** What can be gone through, whatever a stream is made of. @throws OptionError for what is no stream. */
export function iteratorOf(source: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  const stream = source as Partial<AsyncIterable<unknown> & Iterable<unknown> & ReadableStream<unknown>> | null | undefined;
  if (typeof stream === "object" && stream !== null) {
    if (typeof stream[Symbol.asyncIterator] === "function") return (stream as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    if (typeof stream[Symbol.iterator] === "function") return (stream as Iterable<unknown>)[Symbol.iterator]();
    if (typeof stream.getReader === "function") return readerOf(stream as ReadableStream<unknown>);
  }
  throw new OptionError("stream.factory", source, `must give an async iterable, an iterable or a ReadableStream, got ${show(source)}`);
}

/** Browsers without async iteration of ReadableStreams. */
async function* readerOf(stream: ReadableStream<unknown>): AsyncGenerator<unknown> {
  const reader = stream.getReader();
  let done = false;
  try {
    for (;;) {
      const next = await reader.read();
      done = next.done;
      if (done) return;
      yield next.value;
    }
  } finally {
    if (!done) await reader.cancel();
    reader.releaseLock();
  }
}
