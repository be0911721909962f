import type { Backend } from "../../engine/engine.js";
import type { PlainError } from "../../options/plain-error.js";
import type { EpochRecord } from "../../training/records.js";
import type { CheckedRun } from "../../training/run.js";
import type { SearchData, TrialResult } from "../trial.js";

/** What a worker of trials is told, one thing after the other. */
export type ToWorker =
  /** How to run; comes first. Where there are locks, the worker holds the one of this name as long as it lives. */
  | { readonly kind: "start"; readonly backend: Backend | undefined; readonly lock: string | undefined }
  /** The rows of all jobs that follow. */
  | { readonly kind: "data"; readonly data: SearchData }
  | {
      readonly kind: "job";
      /** Of the answers to it. */
      readonly id: number;
      /** As plain data. */
      readonly run: CheckedRun;
      readonly rate: number;
      readonly seed: number;
      readonly split: number | null;
      readonly until: number | undefined;
      readonly checkpoint: Uint8Array | undefined;
      /** Whether epochs are to be told. */
      readonly listened: boolean;
    }
  /** Stop a job, between two steps. */
  | { readonly kind: "abort"; readonly id: number };

/** What a worker tells. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "epochs"; readonly id: number; readonly epochs: readonly EpochRecord[] }
  | { readonly kind: "result"; readonly id: number; readonly result: TrialResult }
  | { readonly kind: "error"; readonly id: number; readonly error: PlainError };
