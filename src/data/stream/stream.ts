import { OptionError } from "../../options/errors.js";
import { boolean, demand, integer, optional, readOptions } from "../../options/options.js";
import { names } from "../checks.js";
import { type RowStream, SOURCE } from "../source.js";
import type { StreamItem } from "./items.js";
import { StreamSource } from "./source.js";

/** What gives a stream: anything that can be gone through once. */
export type StreamInput<T> = AsyncIterable<T> | Iterable<T> | ReadableStream<T>;

/** Options of every stream. */
export interface StreamOptions {
  /** Rows of an epoch: it ends there, whatever follows, and a stream that ends before is an error. Default: as many as come. */
  rows?: number;
  /** Batches of an epoch, in the same way. Schedules that need the length of a run need `rows` or this. */
  batches?: number;
  /** Rows in the buffer that the order is drawn from, by the run's seed. Default 0: the order in which they come. */
  shuffle?: number;
  /** Whether each item is a batch as it comes, of any number of rows up to `run.batchSize`. Default false: batches have `run.batchSize` rows. */
  ownBatches?: boolean;
}

/** Options of `stream`. */
export interface RowStreamOptions extends StreamOptions {
  /** Features a row. */
  columns: number;
  /** The names of the classes, in their order. With them targets are classes, without them quantities. */
  classes?: readonly string[];
  /** Quantities a row, where targets are such. Default 1. */
  outputs?: number;
}

export const streamFields = {
  rows: optional(integer(undefined, { min: 1 })),
  batches: optional(integer(undefined, { min: 1 })),
  shuffle: integer(0, { min: 0 }),
  ownBatches: boolean(false),
};

/**
 * Rows that come one after the other, from what is larger than memory: a Trainer takes it where it takes a data set. The function is called at the
 * beginning of each epoch, with its number from 1, and gives an async iterable, an iterable or a ReadableStream that begins anew. Its items are
 *
 * - rows: `{ features, target, weight? }`;
 * - rows side by side: `{ features, targets, weights? }`, as a data set has them; features flat or an array of rows;
 * - numbers in float32, the features of a row and then its targets (a class by its number), as a Float32Array of whole rows, or as bytes,
 *   little-endian and cut anywhere: what a file of such numbers gives.
 *
 * Arrays may be used again once the next item is asked for. The stream is read one batch ahead and no further, and closed (`return()`) where an epoch
 * ends before it does, or training is left. The same rows in the same order give the same bits as in memory; a shuffle buffer that all rows fit into
 * gives the order that they have in memory. A checkpoint in the middle of an epoch keeps the place: to go on, the epoch is read again up to there.
 *
 * @throws OptionError for a wrong option; while training DataError for what is no row or no finite number, with the row counted from 1 in the epoch, for a
 *   stream that fails, and for one that is shorter than was said.
 * @example
 * const rows = stream(async function* () {
 *   for (let i = 0; i < 1000; i++) yield { features: [i / 1000, (i % 7) / 7], target: i % 2 };
 * }, { columns: 2, classes: ["even", "odd"], rows: 1000, shuffle: 100 });
 * const trainer = new Trainer(engine, { ...run, model: mlp({ inputs: 2, outputs: 2 }) }, { training: rows });
 */
export function stream(
  factory: (epoch: number) => StreamInput<StreamItem> | Promise<StreamInput<StreamItem>>,
  options: RowStreamOptions,
): RowStream {
  const settings = readOptions<Required<Omit<StreamOptions, "rows" | "batches">> & RowStreamOptions>("stream", options, {
    columns: integer(undefined, { min: 1 }),
    classes: optional(names(undefined)),
    outputs: optional(integer(undefined, { min: 1 })),
    ...streamFields,
  });
  const { classes, outputs, ...rest } = settings;
  if (classes !== undefined && outputs !== undefined)
    throw new OptionError("stream.outputs", outputs, "must be left out where there are classes");
  return makeStream(
    factory,
    classes === undefined
      ? { ...rest, task: "regression", outputs: outputs ?? 1 }
      : { ...rest, task: "classification", classes, outputs: classes.length },
  );
}

/** A stream of which everything is known. */
export function makeStream(factory: (epoch: number) => unknown, about: Omit<RowStream, typeof SOURCE>): RowStream {
  demand(typeof factory === "function", "stream.factory", factory, "a function that gives an iterable, once an epoch");
  const { ownBatches, shuffle, rows, batches } = about;
  if (ownBatches && shuffle > 0) throw new OptionError("stream.shuffle", shuffle, "must be 0 with ownBatches: batches keep their rows");
  if (rows !== undefined && batches !== undefined) throw new OptionError("stream.batches", batches, "must be left out where rows is given");
  const made: RowStream = { ...about, [SOURCE]: (context) => new StreamSource(made, factory, context) };
  return Object.freeze(made);
}
