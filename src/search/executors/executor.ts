import type { EpochRecord } from "../../training/records.js";
import type { CheckedRun } from "../../training/run.js";
import type { SearchData, TrialResult } from "../trial.js";

/** A trial to be run. */
export interface Job {
  readonly rate: number;
  /** From 0: which rows, which seed. */
  readonly repeat: number;
  readonly seed: number;
}

/** What the trials of a search have in common. */
export interface Work {
  readonly run: CheckedRun;
  /** The rows of a repeat. */
  readonly dataOf: (repeat: number) => SearchData;
  readonly signal?: AbortSignal | undefined;
  readonly onEpoch?: ((job: Job, epoch: EpochRecord) => void) | undefined;
  /** Called with every result as it arrives, in any order. */
  readonly onTrial?: ((job: Job, result: TrialResult) => void) | undefined;
}

/**
 * Runs trials, somewhere, in any order, each at least once: a trial is a pure function, so that it makes no difference where, and one that was
 * lost is run again. Gives the results in the order of the jobs.
 */
export interface Executor {
  run(jobs: readonly Job[], work: Work): Promise<readonly TrialResult[]>;
}
