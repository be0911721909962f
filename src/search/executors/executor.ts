import { OptionError } from "../../options/errors.js";
import type { EpochRecord } from "../../training/records.js";
import type { CheckedRun } from "../../training/run.js";
import { functionIn, runToJSON } from "../../training/run-json.js";
import type { SearchData, TrialResult } from "../trial.js";

/** A trial to be run: plain data, but for a run that holds functions. */
export interface Job {
  readonly run: CheckedRun;
  readonly rate: number;
  /** From 0. */
  readonly repeat: number;
  /** Takes the place of the run's seed. */
  readonly seed: number;
  /** From this seed training and validation rows are parted anew, by `rowsOf`; null: as they are given. */
  readonly split: number | null;
  /** Pause after this epoch. */
  readonly until?: number;
  /** The checkpoint to go on from, and the epochs behind it. */
  readonly from?: { readonly epoch: number; readonly checkpoint: Uint8Array };
}

/** What the trials of a call have in common. */
export interface Work {
  readonly data: SearchData;
  readonly signal?: AbortSignal | undefined;
  /** Called after every epoch of every trial; of a trial that was lost and is run again, epochs are told again. */
  readonly onEpoch?: ((job: Job, epoch: EpochRecord) => void) | undefined;
  /** Called with every result as it arrives, in any order. */
  readonly onTrial?: ((job: Job, result: TrialResult) => void) | undefined;
}

/**
 * Runs trials, somewhere, in any order, each at least once: a trial is a pure function, so that it makes no difference where, and one that was
 * lost is run again. Gives the results in the order of the jobs.
 */
export interface Executor {
  /** True where jobs go elsewhere as plain data: a run that holds functions cannot, and the search runs it in this thread. */
  readonly remote?: boolean;
  run(jobs: readonly Job[], work: Work): Promise<readonly TrialResult[]>;
}

/** @throws OptionError for a run that cannot go elsewhere. */
export function refuseFunctions(run: CheckedRun): void {
  const place = functionIn(runToJSON(run));
  if (place === undefined) return;
  throw new OptionError(place, run, "is a function, which cannot be sent to a worker: leave out the executor to run in this thread");
}
