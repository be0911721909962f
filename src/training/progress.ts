import type { StreamPosition } from "../data/source.js";
import type { MadeChange } from "../optimizers/manual-rate.js";
import { CheckpointError, OptionError } from "../options/errors.js";
import { boolean, type Field, integer, list, number, optional, readOptions, show } from "../options/options.js";
import type { EpochRecord, Metrics } from "./records.js";

/** Where a run stands, beside its tensors: plain JSON. */
export interface Progress {
  /** Batches done since the start. */
  readonly done: number;
  /** Of the epoch that is under way: the sum of its losses times rows. */
  readonly lossSum: number;
  readonly finished: boolean;
  readonly history: readonly EpochRecord[];
  /** The rate that the last update used, null before the first; format 1 did not write it. */
  readonly learningRate?: number | null;
  /** Of a stream, where it stands within the epoch that is under way. */
  readonly stream?: StreamPosition;
  /** The epoch of the best weights, of a run that stops early, and what they were judged by, the higher the better. */
  readonly best?: { readonly metric: number; readonly epoch: number };
}

/** Reads where a run stands, trusting nothing. Throws CheckpointError that names what is wrong. */
export function readProgress(value: unknown): Progress {
  try {
    return progress.read(value, "progress");
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new CheckpointError(`the checkpoint is damaged: ${error.message}`, { cause: error });
  }
}

const any = number(undefined);
const rate: Field<number | null> = { fallback: undefined, read: (value, path) => (value === null ? null : any.read(value, path)) };
const byName: Field<Readonly<Record<string, number | null>>> = {
  fallback: undefined,
  read(value, path) {
    if (typeof value !== "object" || value === null) throw new OptionError(path, value, `must be an object, got ${show(value)}`);
    return Object.fromEntries(Object.entries(value).map(([name, number]) => [name, rate.read(number, `${path}.${name}`)]));
  },
};
const text: Field<string> = {
  fallback: undefined,
  read(value, path) {
    if (typeof value !== "string") throw new OptionError(path, value, `must be a text, got ${show(value)}`);
    return value;
  },
};
const metrics = record<Metrics>({ loss: any, score: optional(any), metrics: optional(byName) });
const progress = record<Progress>({
  done: integer(undefined, { min: 0 }),
  lossSum: any,
  finished: boolean(undefined),
  history: list(
    undefined,
    record<EpochRecord>({
      epoch: integer(undefined, { min: 1 }),
      step: integer(undefined, { min: 0 }),
      loss: any,
      learningRate: rate,
      validation: optional(metrics),
      rateChanges: optional(
        list(
          undefined,
          record<MadeChange>({ step: integer(undefined, { min: 0 }), rate: number(undefined, { min: 0 }), match: optional(text) }),
        ),
      ),
    }),
  ),
  learningRate: optional(rate),
  // a stream reads its own
  stream: optional({ fallback: undefined, read: (value: unknown) => value as StreamPosition }),
  best: optional(record({ metric: any, epoch: integer(undefined, { min: 1 }) })),
});

function record<T extends object>(fields: { readonly [K in keyof T]-?: Field<unknown> }): Field<T> {
  return { fallback: undefined, read: (value, path) => readOptions<T>(path, value, fields as never) };
}
