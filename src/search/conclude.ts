import type { Metrics } from "../training/records.js";
import type { ScoreName } from "../training/score.js";
import { beatsGuessing } from "./beside-guessing.js";
import { choose, compare, deviation } from "./choice.js";
import { failuresOf, type Left, type NotRun, type Terms, type Tried } from "./evidence.js";
import type { Facts } from "./facts.js";
import { mean } from "./guess.js";
import type { SearchNote } from "./notes.js";
import { among } from "./race.js";
import type { TrialResult } from "./trial.js";
import { type BestEpoch, bestEpochOf, isFailing, isOpen, type Judgement, judge, type Reason, type Verdict } from "./verdict.js";

/** The outcome of a rate; numbers are means over its repeats, null when one of them failed or was pruned. */
export interface RateResult {
  readonly rate: number;
  readonly verdict: Verdict;
  /** Measured facts; `reasonText` puts them into words. */
  readonly reasons: readonly Reason[];
  /** The training loss of the last epoch. */
  readonly finalLoss: number | null;
  /** The lowest training loss of an epoch. */
  readonly bestLoss: number | null;
  /** Loss and score on the validation data with the weights that were kept. */
  readonly validation: Metrics | null;
  /** The epoch with the lowest validation loss, which early stopping would have kept: with `validation` it tells whether more epochs were too many. */
  readonly bestEpoch: BestEpoch | null;
  /** The mean over classes of the share of their validation rows that are right; null of quantities. */
  readonly balancedAccuracy: number | null;
  /** The standard deviation of the score (of the loss, where there is none) over repeats; null of a single run. */
  readonly spread: number | null;
  /** How far it is above the chosen rate; null of the chosen rate and of rates that fail. */
  readonly difference: RateDifference | null;
  readonly trials: readonly TrialResult[];
}

/** The difference of a rate's score from the chosen rate's (of minus its loss, in units of the chosen rate's, where there is no score), over the runs they share. */
export interface RateDifference {
  readonly mean: number;
  /** The ends of its 90 % interval on new rows; null where so few rows cannot tell. */
  readonly low: number | null;
  readonly high: number | null;
}

/** How sure the answer is. */
export type Certainty =
  /** Some rates are good, others are not. */
  | "told apart"
  /** No rate that does not fail is told to be worse than another. */
  | "cannot tell"
  /** The chosen rate is not seen to be better than guessing. */
  | "no better than guessing"
  /** Rates of the grid beside the chosen one, or beside those that are as good for all that is known, were not run: one of them may be better. */
  | "unfinished"
  /** Every rate fails. */
  | "all fail";

export interface SearchResult {
  /** The name of `score`. */
  readonly scoreName: ScoreName;
  /** In the order of rising rates. */
  readonly rates: readonly RateResult[];
  /** Rates of the grid that have no result, since the search ended before: nothing is said of them. In the order of rising rates. */
  readonly notRun: readonly NotRun[];
  readonly certainty: Certainty;
  /** The rate to use; null when every rate fails. Under "cannot tell" and "no better than guessing" it is one of many, under "unfinished" the choice of those that were run. */
  readonly best: RateResult | null;
  /** The lowest and the highest of the good rates that lie side by side around the best. */
  readonly good: { readonly from: number; readonly to: number } | null;
  /** The same, with those that are as good for all that is known. */
  readonly undecided: { readonly from: number; readonly to: number } | null;
  /** The width of a 90 % interval, to one side, of the difference between two such rates on new rows; null where it cannot be told. */
  readonly resolution: number | null;
  /** What guessing scores; null where it is not known. */
  readonly guessing: { readonly loss: number | null; readonly score: number | null };
  /** Whether classes are so uneven that the balanced accuracy says more than the accuracy. */
  readonly uneven: boolean;
  /** Loss and score of the best rate's first run on the test data. */
  readonly test: Metrics | null;
  /** What a person should know, as data. */
  readonly notes: readonly SearchNote[];
}

/** 90 % of a normal distribution lie within so many standard errors. */
const NINETY = 1.645;

const NOTHING_LEFT: Left = { notRun: [], spent: false, notRepeated: false };

/** The answer that trials come to: a pure function of their results, in whatever order they arrived, and of what is left to do. */
export function conclude(tried: readonly Tried[], terms: Terms, facts: Facts, left: Left = NOTHING_LEFT): SearchResult {
  const chosen = choose(tried, terms, among(tried, terms));
  const certain = chosen === undefined || beatsGuessing(tried[chosen] as Tried, terms);
  const judgements = judge(tried, chosen, terms, certain);
  const rates = tried.map((one, i) => ({
    ...rateResult(one, judgements[i] as Judgement, terms),
    difference: i === chosen || chosen === undefined ? null : differenceOf(one, tried[chosen] as Tried, terms),
  }));
  const best = chosen === undefined ? null : (rates[chosen] as RateResult);
  const scores = terms.guesses.flatMap(({ score }) => score ?? []);
  const losses = terms.guesses.flatMap(({ loss }) => loss ?? []);
  const { notRun } = left;
  const good = chosen === undefined || !certain ? null : around(rates, chosen, ["good"], notRun);
  const undecided = chosen === undefined ? null : around(rates, chosen, ["good", "as good for all we know"], notRun);
  const sound = rates.filter(({ verdict }) => !isFailing(verdict));
  const told = sound.some(({ verdict }) => verdict === "too low" || verdict === "too high" || verdict === "pruned") || sound.length === 1;
  return {
    scoreName: facts.scoreName,
    rates,
    notRun,
    certainty: undecided === null ? "all fail" : certaintyOf(certain, told, hasGapBeside(undecided, rates, notRun)),
    best,
    good,
    undecided,
    resolution: chosen === undefined ? null : resolutionOf(tried, rates, chosen, terms),
    guessing: { loss: losses.length > 0 ? mean(losses) : null, score: scores.length > 0 ? mean(scores) : null },
    uneven: facts.uneven,
    test: (chosen !== undefined && tried[chosen]?.trials[0]?.test) || null,
    notes: notesOn(tried, rates, chosen, good, terms, facts, left),
  };
}

function certaintyOf(certain: boolean, told: boolean, gap: boolean): Certainty {
  if (!certain) return "no better than guessing";
  return gap ? "unfinished" : told ? "told apart" : "cannot tell";
}

/** Whether a rate of the grid was not run that lies next to a range of those that were. */
function hasGapBeside({ from, to }: { from: number; to: number }, rates: readonly RateResult[], notRun: readonly NotRun[]): boolean {
  const below = Math.max(...rates.map(({ rate }) => rate).filter((rate) => rate < from));
  const above = Math.min(...rates.map(({ rate }) => rate).filter((rate) => rate > to));
  return isGap(below, from, notRun) || isGap(to, above, notRun);
}

/** Whether a rate between two others was not run. */
function isGap(from: number, to: number, notRun: readonly NotRun[]): boolean {
  return notRun.some(({ rate }) => rate > from && rate < to);
}

function differenceOf(one: Tried, best: Tried, terms: Terms): RateDifference | null {
  if (one.pruned !== undefined || failuresOf(one, terms).length > 0) return null;
  const { mean, errorOnNewRows } = compare(one, best, terms);
  const known = Number.isFinite(errorOnNewRows) && terms.validationRows > 0;
  return { mean, low: known ? mean - NINETY * errorOnNewRows : null, high: known ? mean + NINETY * errorOnNewRows : null };
}

function rateResult(one: Tried, judgement: Judgement, terms: Terms): Omit<RateResult, "difference"> {
  const { rate, trials, pruned } = one;
  const failed = pruned !== undefined || failuresOf(one, terms).length > 0;
  const balanced = trials.flatMap(({ balancedAccuracy }) => balancedAccuracy ?? []);
  const validation = failed ? null : meanMetrics(trials);
  return {
    rate,
    ...judgement,
    finalLoss: failed ? null : mean(trials.map(({ history }) => history.at(-1)?.loss as number)),
    bestLoss: failed ? null : mean(trials.map(({ history }) => Math.min(...history.map(({ loss }) => loss)))),
    validation,
    bestEpoch: failed ? null : bestEpochOf(trials),
    balancedAccuracy: failed || balanced.length < trials.length ? null : mean(balanced),
    spread:
      failed || trials.length < 2
        ? null
        : deviation(
            trials.map(({ kept, history }) => kept?.validation?.score ?? kept?.validation?.loss ?? (history.at(-1)?.loss as number)),
          ),
    trials,
  };
}

/** The mean of each of the run's own metrics; null where one is not defined on the rows of a run. */
function meansOf(all: readonly Metrics[]): Pick<Metrics, "metrics"> {
  const names = Object.keys(all[0]?.metrics ?? {});
  if (names.length === 0) return {};
  const valuesOf = (name: string) => all.map(({ metrics }) => metrics?.[name] ?? null);
  const meanOf = (values: (number | null)[]) => (values.includes(null) ? null : mean(values as number[]));
  return { metrics: Object.fromEntries(names.map((name) => [name, meanOf(valuesOf(name))])) };
}

function meanMetrics(trials: readonly TrialResult[]): Metrics | null {
  const all = trials.flatMap(({ kept }) => kept?.validation ?? []);
  if (all.length < trials.length) return null;
  const scores = all.flatMap(({ score }) => score ?? []);
  return { loss: mean(all.map(({ loss }) => loss)), ...(scores.length === all.length && { score: mean(scores) }), ...meansOf(all) };
}

/** The range of rates with such verdicts around the chosen one; it ends before a rate that was not run. */
function around(
  rates: readonly RateResult[],
  chosen: number,
  verdicts: readonly Verdict[],
  notRun: readonly NotRun[],
): { from: number; to: number } {
  let [from, to] = [chosen, chosen];
  const at = (i: number) => (rates[i] as RateResult).rate;
  const fits = (i: number) => rates[i] !== undefined && verdicts.includes((rates[i] as RateResult).verdict);
  while (fits(from - 1) && !isGap(at(from - 1), at(from), notRun)) from--;
  while (fits(to + 1) && !isGap(at(to), at(to + 1), notRun)) to++;
  return { from: at(from), to: at(to) };
}

/** Half the width of the 90 % interval of the difference from the chosen rate, the median over rates near it in merit. */
function resolutionOf(tried: readonly Tried[], rates: readonly RateResult[], chosen: number, terms: Terms): number | null {
  const best = tried[chosen] as Tried;
  const near = tried.filter((_, i) => i !== chosen && isOpen((rates[i] as RateResult).verdict));
  const errors = near.map((one) => compare(one, best, terms).errorOnNewRows).sort((a, b) => a - b);
  const median = errors[errors.length >> 1];
  return median === undefined || !Number.isFinite(median) || terms.validationRows === 0 ? null : NINETY * median;
}

/** A network of values near the size of 1 does not need a rate as low as this. */
const UNUSUAL = 1e-6;

function notesOn(
  tried: readonly Tried[],
  rates: readonly RateResult[],
  chosen: number | undefined,
  good: SearchResult["good"],
  terms: Terms,
  facts: Facts,
  { notRun, spent, notRepeated }: Left,
): SearchNote[] {
  const notes: SearchNote[] = notRun.length > 0 ? [{ kind: "notRun", rates: notRun.map(({ rate }) => rate), spent }] : [];
  const failing = tried.map((one) => failuresOf(one, terms).length > 0);
  const lost =
    chosen === undefined ||
    (terms.guesses[0]?.score ?? Number.NEGATIVE_INFINITY) >= ((rates[chosen] as RateResult).validation?.score ?? Number.POSITIVE_INFINITY);
  if (chosen === undefined) return [...(notRun.length > 0 ? notes : [{ kind: "allFail" } as const]), ...facts.raw];
  if (notRepeated) notes.push({ kind: "notRepeated" });
  if (facts.weighted) notes.push({ kind: "weighted", scoreName: facts.scoreName });
  const last = rates.length - 1;
  if (last + notRun.length > 0) {
    for (const [side, end] of [
      ["lowest", 0],
      ["highest", last],
    ] as const) {
      const { rate } = rates[end] as RateResult;
      if (notRun.some((other) => (side === "lowest" ? other.rate < rate : other.rate > rate))) continue;
      if (chosen === end) notes.push({ kind: "edge", side, what: "chosen" });
      else if (good !== null && (good.from === rate || good.to === rate)) notes.push({ kind: "edge", side, what: "good" });
    }
  }
  const next = rates[chosen + 1];
  if (next !== undefined && failing[chosen + 1] === true && !isGap((rates[chosen] as RateResult).rate, next.rate, notRun))
    notes.push({ kind: "besideFailing", rate: next.rate });
  const rows = terms.validationRows;
  // a row is more than a point of accuracy
  if (rows > 0 && rows * (tried[chosen] as Tried).trials.length < 100) notes.push({ kind: "fewRows", rows });
  if (rows > 1 && !terms.hits && tried[chosen]?.trials[0]?.rows?.scores === undefined) notes.push({ kind: "equalTargets", rows });
  if (lost || (rates[chosen] as RateResult).rate < UNUSUAL) notes.push(...facts.raw);
  return notes;
}
