import { type PlainError, plainError } from "../../../options/plain-error.js";
import type { CheckedRun } from "../../../training/run.js";
import { readJSON, trialKey, writeJSON } from "../../ledger.js";
import type { TrialResult } from "../../trial.js";
import type { Job } from "../executor.js";
import type { BlobReference } from "./blobs.js";

/** A trial as a worker is given it: data and checkpoint are somewhere else, under their hashes. */
export interface TrialMessage {
  readonly run: CheckedRun;
  readonly rate: number;
  readonly repeat: number;
  readonly seed: number;
  readonly split: number | null;
  readonly until?: number;
  readonly from?: BlobReference & { readonly epoch: number };
  readonly data: BlobReference & { readonly shared: boolean };
  /** Seconds for which the result stays. */
  readonly keep: number;
  /** Whether epochs are told while they run. */
  readonly listened: boolean;
}

/** What becomes of it. */
export type TrialAnswer =
  | { readonly result: Omit<TrialResult, "checkpoint">; readonly checkpoint?: BlobReference }
  /** It cannot be run anywhere. */
  | { readonly error: PlainError };

/** The id of a trial: a hash of all that decides it, so that the same one is not queued twice. BullMQ takes no numbers. */
export function idOf(job: Job, data: string): string {
  return `t${trialKey(job, data)}`;
}

/** With the numbers that JSON does not have. */
export const writeMessage = (message: TrialMessage): { text: string } => ({ text: writeJSON(message) });
export const readMessage = ({ text }: { text: string }): TrialMessage => readJSON(text) as TrialMessage;

export const writeAnswer = (answer: TrialAnswer): string => writeJSON(answer);
export const readAnswer = (text: string): TrialAnswer => readJSON(text) as TrialAnswer;

export function failure(error: unknown): TrialAnswer {
  const { stack: _, ...plain } = plainError(error);
  return { error: { ...plain, stack: undefined, fields: JSON.parse(JSON.stringify(plain.fields)) } };
}

/** The row of a trial that nobody could run. */
export function lostTrial({ rate, seed }: Pick<Job, "rate" | "seed">, why: string): TrialResult {
  return {
    ...{ rate, seed, startLoss: null, history: [], kept: null, rows: null, balancedAccuracy: null, test: null, weights: null },
    ...{ divergence: null, lost: why },
  };
}
