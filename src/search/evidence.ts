import { log } from "../numerics/math.js";
import type { EpochRecord } from "../training/records.js";
import { type Guess, mean } from "./guess.js";
import type { TrialResult } from "./trial.js";

/** All runs of one rate. */
export interface Tried {
  readonly rate: number;
  /** By repeat: the same repeat of every rate has the same rows, seed and order. */
  readonly trials: readonly TrialResult[];
  /** Why its trial was not worth going on with. */
  readonly pruned?: Pruned | undefined;
}

/** What was measured when a trial was pruned. */
export interface Pruned {
  readonly epoch: number;
  /** Above the rate with the lowest loss then, or so far below that its whole run gets less far than that rate had gone. */
  readonly side: "low" | "high";
  /** Its loss after that epoch, null when far above that of guessing; and the rate with the lowest. */
  readonly loss: number | null;
  readonly bestRate: number;
  readonly bestLoss: number;
}

/** A rate of the grid that has no result: the search ended, or was stopped, before its first run had. */
export interface NotRun {
  readonly rate: number;
  /** How far that run had come by then; 0 where it had not begun. */
  readonly epochs: number;
}

/** What a search did not do that it would have done with a larger budget, or without pruning. */
export interface Left {
  /** In the order of rising rates. */
  readonly notRun: readonly NotRun[];
  /** Whether as many trials as the budget allows were begun. */
  readonly spent: boolean;
  /** Whether pruning kept it from running the rates again that it cannot tell apart. */
  readonly notRepeated: boolean;
}

/** The circumstances under which repeats were compared. */
export interface Terms {
  /** By repeat. */
  readonly guesses: readonly Guess[];
  readonly trainingRows: number;
  /** 0 where there is no validation data: training losses decide then. */
  readonly validationRows: number;
  /** Whether every repeat has training and validation rows of its own. */
  readonly resplit: boolean;
  /** True of cross-entropies, whose mean over n rows says nothing below log((n + 2) / (n + 1)): n right ones of n are no certainty. */
  readonly entropic: boolean;
  /** True of accuracies, whose contributions are right or wrong. */
  readonly hits: boolean;
}

/** How a trial failed: a number stopped being finite, it ended every worker it was given to, or the loss ended far above that of guessing. */
export type Failure =
  | { readonly kind: "notFinite"; readonly what: string; readonly step: number }
  | { readonly kind: "lost"; readonly why: string }
  | { readonly kind: "farAboveGuessing"; readonly loss: number; readonly guess: number }
  /** Of a model of the user's own: the highest training loss of the last fifth of the run, and that of the first epoch. */
  | { readonly kind: "farAboveStart"; readonly loss: number; readonly start: number };

/** A training loss so many times that of guessing, and of the untrained network, is a divergence, though its numbers are finite. */
const FAR = 10;

function failureOf(
  { divergence, lost, startLoss, history, kept }: TrialResult,
  { trainingLoss: guess, score: guessed }: Guess,
): Failure | undefined {
  if (divergence !== null) return { kind: "notFinite", ...divergence };
  if (lost !== undefined) return { kind: "lost", why: lost };
  const loss = history.at(-1)?.loss as number;
  if (guess === null) {
    // what guessing costs is not known of a model of the user's own: what its first epoch cost is
    const first = history[0]?.loss as number;
    const highest = Math.max(...lastOf(history).map((epoch) => epoch.loss));
    return first > 0 && highest > FAR * first ? { kind: "farAboveStart", loss: highest, start: first } : undefined;
  }
  // a network may be right and yet so overconfident that its few wrong answers cost more than this
  const better = guessed !== null && (kept?.validation?.score ?? Number.NEGATIVE_INFINITY) > guessed;
  // where targets hardly differ, or lie far from 0, a network that was hardly trained costs far more than guessing
  const far = loss > FAR * Math.max(guess, startLoss ?? 0);
  return far && !better ? { kind: "farAboveGuessing", loss, guess } : undefined;
}

/** The last fifth of the epochs: a loss that swings is told by more of them than the last. */
function lastOf(history: readonly EpochRecord[]): readonly EpochRecord[] {
  return history.slice(-Math.max(1, Math.round(history.length / 5)));
}

/** The failures of a rate's runs. */
export function failuresOf({ trials }: Tried, { guesses }: Terms): Failure[] {
  return trials.flatMap((trial, repeat) => failureOf(trial, guesses[repeat] as Guess) ?? []);
}

/**
 * The loss that decides: on the validation rows, with the weights that were kept, or after the last epoch of a trial that was paused; where there are no such rows, the mean
 * training loss of the last fifth of the run.
 */
export function decidingLoss({ rows, history, paused }: TrialResult): number {
  if (rows !== null) return mean(rows.losses);
  const checked = paused === undefined ? undefined : history.at(-1)?.validation;
  return checked?.loss ?? mean(lastOf(history).map(({ loss }) => loss));
}

/** The square of float32's relative precision, 2^-46: the least that squared errors can show. */
const FLOAT32_SQUARE = 1.4210854715202004e-14;

/** The least loss that so few rows can show. */
export function floorOf({ entropic, validationRows, trainingRows, guesses }: Terms, repeat: number): number {
  const n = validationRows || trainingRows;
  return entropic ? log((n + 2) / (n + 1)) : FLOAT32_SQUARE * (guesses[repeat]?.loss ?? 1);
}

/** By repeat, the logarithm of the deciding loss, floored at what so few rows can show. */
export function logLosses({ trials }: Tried, terms: Terms): number[] {
  return trials.map((trial, repeat) => log(Math.max(decidingLoss(trial), floorOf(terms, repeat))));
}

/** Merits whose differences are paired: by row, a row's contribution to the score (or minus its loss, in units of `scale`). */
export function meritsOf(trial: TrialResult, scale: number): readonly number[] {
  return trial.rows?.scores ?? lossMeritsOf(trial, scale);
}

/** The same of losses alone. */
export function lossMeritsOf(trial: TrialResult, scale: number): readonly number[] {
  const { rows } = trial;
  return rows === null ? [-decidingLoss(trial) / scale] : rows.losses.map((loss) => -loss / scale);
}
