import type { TrialResult } from "../trial.js";
import type { Job } from "./executor.js";

/**
 * What is to be done first of a trial, number `i` from 0 of so many: all of it, or half of its epochs, before all others, and the rest after them. That is of trials which would be
 * left over in the end for half of the workers or fewer, while the others had nothing to do: thirteen trials take two workers as long as six and a half, not seven. All are taken
 * for equally long.
 */
export function firstPart(job: Job, i: number, trials: number, workers: number): Job {
  const over = trials % workers;
  const isOver = trials > workers && 2 * over <= workers && i >= trials - over;
  const until = Math.floor(job.run.epochs / 2);
  return isOver && until > 0 && job.until === undefined && job.from === undefined ? { ...job, until } : job;
}

/** What is left of a trial after its first part; undefined where that was all of it, as of a run that diverged. */
export function secondHalf(job: Job, { paused, checkpoint }: TrialResult): Job | undefined {
  return paused === undefined || checkpoint === undefined ? undefined : { ...job, from: { epoch: paused, checkpoint } };
}
