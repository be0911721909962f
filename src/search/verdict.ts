import type { EpochRecord, Metrics } from "../training/records.js";
import { beatsGuessing, besideGuessing } from "./beside-guessing.js";
import { CERTAIN, compare, compareLosses, type Difference } from "./choice.js";
import { decidingLoss, type Failure, failuresOf, type Pruned, type Terms, type Tried } from "./evidence.js";
import { type Guess, mean } from "./guess.js";

/** The verdict on a rate. */
export type Verdict = "too low" | "good" | "as good for all we know" | "too high" | "erratic" | "diverged" | "lost" | "pruned";

/** Of runs that failed, or of a training loss that leaps. */
export const isFailing = (verdict: Verdict) => verdict === "diverged" || verdict === "erratic" || verdict === "lost";
/** Not seen to be worse than the chosen rate. */
export const isOpen = (verdict: Verdict) => verdict === "good" || verdict === "as good for all we know";

/** A measured fact behind a verdict, as plain data. `reasonText` puts it into words. */
export type Reason =
  /** It is the rate that was chosen. */
  | { readonly kind: "chosen" }
  /** The mean difference of its score (of minus the loss, in units of the chosen rate's, where there is no score) from the chosen rate's, and its standard error. */
  | {
      readonly kind: "difference";
      readonly mean: number;
      readonly error: number | null;
      readonly repeats: number;
      readonly relative: boolean;
    }
  /** It lies between good rates, and is not seen to be worse than they. */
  | { readonly kind: "betweenGood" }
  /** Its score is within a point, though not surely, and its validation loss is not told to be higher than the chosen rate's. */
  | { readonly kind: "lossAsLow"; readonly loss: number; readonly chosen: number }
  /** Losses alone are compared, and between it and the chosen rate lies one that is worse. */
  | { readonly kind: "beyondWorse" }
  /** Mean training loss in the first and the last epoch. */
  | { readonly kind: "hardlyMoved"; readonly from: number; readonly to: number }
  /** Training loss still falls over so many epochs at the end. */
  | { readonly kind: "stillFalling"; readonly from: number; readonly to: number; readonly epochs: number }
  | { readonly kind: "lossRose"; readonly from: number; readonly to: number }
  /** In the second half of a run, the training loss of an epoch was over twice the highest of the third of the run before it. */
  | { readonly kind: "jumps"; readonly from: number; readonly to: number }
  /** Lower training loss than the chosen rate, higher validation loss. */
  | {
      readonly kind: "overfits";
      readonly training: number;
      readonly chosenTraining: number;
      readonly validation: number;
      readonly chosenValidation: number;
    }
  /** Its validation loss was a tenth lower in an earlier epoch (the mean over runs of the best one), and its training loss fell on: more epochs made it worse on new rows. */
  | { readonly kind: "betterEarlier"; readonly epoch: number; readonly loss: number; readonly end: number }
  | { readonly kind: "higherLoss"; readonly loss: number; readonly chosen: number }
  /** Its validation loss is that of guessing or more. */
  | { readonly kind: "noBetterThanGuessing"; readonly loss: number; readonly guess: number }
  | ({ readonly kind: "pruned" } & Pruned)
  | (Failure & { readonly runs: number; readonly of: number });

export interface Judgement {
  readonly verdict: Verdict;
  /** What was measured, the most telling first. */
  readonly reasons: readonly Reason[];
}

/** A point: of accuracy, of explained variance; a hundredth of the loss. */
const POINT = 0.01;

export type Standing = "failing" | "pruned" | "good" | "unknown" | "worse";

/**
 * Where a rate stands beside the chosen one:
 * - good: the difference of their scores less one standard error is above minus a point;
 * - worse: the difference and two standard errors are below minus a point;
 * - unknown between these.
 */
export function standing(difference: Pick<Difference, "mean" | "error">): Exclude<Standing, "failing" | "pruned"> {
  if (difference.mean - difference.error >= -POINT) return "good";
  return difference.mean + CERTAIN * difference.error < -POINT ? "worse" : "unknown";
}

/**
 * Hits are coarse: on few rows, one more or less is half a point. Where they leave open whether a rate is good, though it is within a point as it stands, the losses of the same rows
 * tell more: it is good when they are not told to be higher, by a standard error.
 */
function isLossAsLow(one: Tried, best: Tried, difference: Difference, terms: Terms): boolean {
  if (!terms.hits || !hasScores(best) || standing(difference) !== "unknown" || difference.mean < -POINT) return false;
  const { mean, error } = compareLosses(one, best, terms);
  return mean + error >= 0;
}

/** Whether two rates are told to be as good as each other, to a point. */
export function isWithinPoint({ mean, error }: Difference): boolean {
  return Math.abs(mean) + CERTAIN * error <= POINT;
}

/**
 * The standing of every rate beside the chosen one; see `standing` and, for hits, `isLossAsLow`. What costs as much as guessing, while the chosen rate does not, is not good whatever its
 * score, since what it says of how sure it is misleads; it is worse where it is told to cost more. What lies between good rates and is not worse is good: scores do not go up and down by chance. Where losses alone are
 * compared, what lies beyond a worse rate is worse: the loss of a run without noise swings, and at some rates its end happens to be low.
 */
export function standings(tried: readonly Tried[], chosen: number, terms: Terms): Standing[] {
  const signal = beatsGuessing(tried[chosen] as Tried, terms);
  const own = tried.map((one, i): Standing => {
    if (failuresOf(one, terms).length > 0) return "failing";
    if (one.pruned !== undefined) return "pruned";
    if (i === chosen) return "good";
    const { gain, error } = besideGuessing(one, terms);
    if (signal && -gain > CERTAIN * error) return "worse";
    const difference = compare(one, tried[chosen] as Tried, terms);
    const stand = isLossAsLow(one, tried[chosen] as Tried, difference, terms) ? "good" : standing(difference);
    return signal && gain <= 0 && stand === "good" ? "unknown" : stand;
  });
  if (!hasScores(tried[chosen] as Tried)) {
    const turned = (i: number) => own.slice(Math.min(i, chosen), Math.max(i, chosen) + 1).includes("worse");
    return own.map((now, i) => (now !== "failing" && now !== "pruned" && turned(i) ? "worse" : now));
  }
  const [first, last] = [own.indexOf("good"), own.lastIndexOf("good")];
  return own.map((now, i) => (now === "unknown" && i > first && i < last ? "good" : now));
}

function hasScores({ trials }: Tried): boolean {
  return trials[0]?.rows?.scores !== undefined;
}

/**
 * The verdict on every rate:
 * - diverged: a number stopped being finite, or the training loss ended above ten times that of guessing, in every run;
 * - lost: every run ended each worker it was given to, so that nothing is known of the rate;
 * - erratic: the same in some of the runs, or worse than the chosen rate, above it, and with a training loss that jumped in the second half of the run;
 * - good and as good for all we know: see `standing`; where no rate is better than guessing (`signal` is false), none is good;
 * - too low, too high: worse, and below or above the chosen rate;
 * - pruned: not worth going on with, see `prune`.
 */
export function judge(tried: readonly Tried[], chosen: number | undefined, terms: Terms, signal = true): Judgement[] {
  const stand = chosen === undefined ? [] : standings(tried, chosen, terms);
  return tried.map((one, i) => {
    const failures = failuresOf(one, terms);
    if (failures.length === 0 && one.pruned !== undefined) return { verdict: "pruned", reasons: [{ kind: "pruned", ...one.pruned }] };
    if (failures[0] !== undefined || chosen === undefined) {
      const reason: Reason = { ...(failures[0] as Failure), runs: failures.length, of: one.trials.length };
      const all = failures.every(({ kind }) => kind === "lost") ? "lost" : "diverged";
      return { verdict: failures.length < one.trials.length ? "erratic" : all, reasons: [reason] };
    }
    // beside what the chosen rate came to in the same repeats: splits differ
    const { trials, ...its } = tried[chosen] as Tried;
    const best = { ...its, trials: trials.slice(0, one.trials.length) };
    if (i === chosen) return { verdict: signal ? "good" : "as good for all we know", reasons: [{ kind: "chosen" }] };
    const difference = compare(one, best, terms);
    const told = toldApart(one, best, difference);
    if (stand[i] === "good") {
      const why: Reason[] = !signal || standing(difference) === "good" ? [] : [goodReason(one, best, difference, terms)];
      return { verdict: signal ? "good" : "as good for all we know", reasons: [...why, told] };
    }
    if (stand[i] === "unknown") {
      const why = standing(difference) === "good" ? [guessingReason(one, terms)] : [];
      return { verdict: "as good for all we know", reasons: [...why, told] };
    }
    const beyond = !hasScores(best) && standing(difference) !== "worse";
    if (one.rate < best.rate)
      return { verdict: "too low", reasons: [...(beyond ? [{ kind: "beyondWorse" } as const] : lowReasons(one, best, terms)), told] };
    const jump = jumpOf(one, terms);
    const high: Reason = jump ?? (beyond ? { kind: "beyondWorse" } : highReason(one, best, terms));
    return { verdict: jump === undefined ? "too high" : "erratic", reasons: [high, told] };
  });
}

/** Why a rate is good whose score alone does not say so. */
function goodReason(one: Tried, best: Tried, difference: Difference, terms: Terms): Reason {
  if (!isLossAsLow(one, best, difference, terms)) return { kind: "betweenGood" };
  return { kind: "lossAsLow", loss: mean(one.trials.map(decidingLoss)), chosen: mean(best.trials.map(decidingLoss)) };
}

function toldApart(one: Tried, best: Tried, { mean, error }: Difference): Reason {
  const repeats = Math.min(one.trials.length, best.trials.length);
  return {
    kind: "difference",
    mean,
    error: Number.isFinite(error) ? error : null,
    repeats,
    relative: !hasScores(one),
  };
}

const lossesAt = (trials: Tried["trials"], place: number) => mean(trials.map(({ history }) => history.at(place)?.loss as number));

function lowReasons({ trials }: Tried, best: Tried, terms: Terms): Reason[] {
  const [from, to] = [lossesAt(trials, 0), lossesAt(trials, -1)];
  const epochs = Math.max(1, Math.round((trials[0]?.history.length as number) / 5));
  const before = lossesAt(trials, -1 - epochs);
  // a twentieth of what it fell in all, in the last fifth of the run
  if (from - to < 0.05 * from) return [{ kind: "hardlyMoved", from, to }];
  if (before - to > 0.05 * (from - to)) return [{ kind: "stillFalling", from: before, to, epochs }];
  return [highReason({ rate: 0, trials }, best, terms)];
}

/** What it and guessing cost. */
function guessingReason({ trials }: Tried, { guesses }: Terms) {
  const guess = mean(trials.map((_, repeat) => guesses[repeat]?.loss ?? Number.NaN));
  return { kind: "noBetterThanGuessing", loss: mean(trials.map(decidingLoss)), guess } as const;
}

function highReason(one: Tried, best: Tried, terms: Terms): Reason {
  const { trials } = one;
  const [from, to] = [lossesAt(trials, 0), lossesAt(trials, -1)];
  const [loss, chosen] = [mean(trials.map(decidingLoss)), mean(best.trials.map(decidingLoss))];
  if (to > from) return { kind: "lossRose", from, to };
  const guessing = guessingReason(one, terms);
  if (loss >= guessing.guess) return guessing;
  const earlier = betterEarlier(trials);
  if (earlier !== undefined) return earlier;
  const chosenTraining = lossesAt(best.trials, -1);
  if (terms.validationRows > 0 && to <= chosenTraining && loss > chosen)
    return { kind: "overfits", training: to, chosenTraining, validation: loss, chosenValidation: chosen };
  return to > chosenTraining ? { kind: "higherLoss", loss: to, chosen: chosenTraining } : { kind: "higherLoss", loss, chosen };
}

/** A tenth is more than what the loss of an epoch varies by. */
const LOWER = 0.9;

function betterEarlier(trials: Tried["trials"]): Reason | undefined {
  const best = bestEpochOf(trials);
  if (best === null) return undefined;
  const end = mean(trials.map(({ history }) => history.at(-1)?.validation?.loss as number));
  const then = mean(trials.map(({ history }) => bestOf(history)?.loss as number));
  const fell = lossesAt(trials, -1) <= then;
  return best.loss < LOWER * end && fell ? { kind: "betterEarlier", epoch: best.epoch, loss: best.loss, end } : undefined;
}

/** The epoch of a run with the lowest validation loss. */
function bestOf(history: readonly EpochRecord[]): EpochRecord | undefined {
  return history.reduce<EpochRecord | undefined>(
    (best, epoch) =>
      epoch.validation !== undefined && (best === undefined || epoch.validation.loss < (best.validation?.loss as number)) ? epoch : best,
    undefined,
  );
}

/** The best epochs of runs, by their validation loss: means over runs; null without validation data. */
export function bestEpochOf(trials: Tried["trials"]): BestEpoch | null {
  const best = trials.map(({ history }) => bestOf(history));
  const known = best.filter((epoch) => epoch !== undefined);
  if (known.length < trials.length || known.length === 0) return null;
  const scores = known.flatMap(({ validation }) => validation?.score ?? []);
  return {
    epoch: mean(known.map(({ epoch }) => epoch)),
    loss: mean(known.map(({ validation }) => validation?.loss as number)),
    ...(scores.length === known.length && { score: mean(scores) }),
  };
}

/** The epoch of a rate with the lowest validation loss: means over its runs. */
export interface BestEpoch extends Metrics {
  readonly epoch: number;
}

/**
 * The worst jump of the training loss in the second half of a run: to twice the highest of the third of the run before it, so that a loss that swings
 * while it falls, as momentum makes it, is no jump. Losses that so few rows cannot show do not count.
 */
function jumpOf({ trials }: Tried, { guesses }: Terms): Reason | undefined {
  let worst: { from: number; to: number } | undefined;
  trials.forEach(({ history }, repeat) => {
    const window = Math.max(1, Math.round(history.length / 3));
    // a hundredth of guessing's loss is noise of a run that has learnt its rows
    const floor = POINT * ((guesses[repeat] as Guess).trainingLoss ?? 0);
    for (let i = Math.max(1, Math.floor(history.length / 2)); i < history.length; i++) {
      const { loss } = history[i] as EpochRecord;
      const from = Math.max(...history.slice(Math.max(0, i - window), i).map((earlier) => earlier.loss));
      if (loss > 2 * Math.max(from, floor) && (worst === undefined || loss / from > worst.to / worst.from)) worst = { from, to: loss };
    }
  });
  return worst && { kind: "jumps", ...worst };
}
