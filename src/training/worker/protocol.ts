import type { Dataset } from "../../data/dataset.js";
import type { LoadOptions } from "../../engine/start.js";
import type { PlainError } from "../../options/plain-error.js";
import type { EpochRecord, StepRecord, TrainingData, TrainProgress } from "../records.js";

/** What a worker is started with: the run as plain data, and where to look whether to stop. */
export interface Start {
  readonly run: unknown;
  readonly data: TrainingData;
  readonly engine: LoadOptions;
  /** A number that is not 0 once the run is to stop, in memory that both share; undefined where there is no such memory. */
  readonly stop: Int32Array | undefined;
}

/** What the worker is asked, by name, with its arguments. Everything but `epoch` is done between two steps. */
export interface Requests {
  start: { readonly argument: Start; readonly result: { readonly backend: string; readonly reason: string } };
  /** Trains on to the end of the epoch; undefined when the run is finished. */
  epoch: { readonly argument: { readonly steps: boolean; readonly progress: boolean }; readonly result: EpochRecord | undefined };
  /** Ends the iteration over epochs. */
  leave: { readonly argument: undefined; readonly result: undefined };
  evaluate: { readonly argument: Dataset; readonly result: unknown };
  checkpoint: { readonly argument: unknown; readonly result: Uint8Array };
  restore: { readonly argument: Uint8Array; readonly result: undefined };
  setLearningRate: { readonly argument: readonly [rate: number, match?: string | undefined]; readonly result: undefined };
  recordedRun: { readonly argument: undefined; readonly result: unknown };
}

export interface ToWorker {
  readonly id: number;
  readonly request: keyof Requests | "stop";
  readonly argument: unknown;
}

/** Where the run stands after a request. */
export interface Standing {
  readonly finished: boolean;
  readonly bestEpoch: number | undefined;
  /** The epochs that are new; all of them after `restore`. */
  readonly history: readonly EpochRecord[];
  readonly from: number;
}

/** The reason of a stop that was asked for, in the place of an error. */
export const STOPPED = "stopped";

export type FromWorker =
  | { readonly id: number; readonly result: unknown; readonly standing: Standing }
  | { readonly id: number; readonly error: PlainError | typeof STOPPED; readonly standing: Standing | undefined }
  | { readonly steps: readonly StepRecord[] }
  | { readonly progress: TrainProgress };
