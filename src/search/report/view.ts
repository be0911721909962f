import type { SearchResult } from "../conclude.js";
import { mean } from "../guess.js";
import { isFailing, isOpen, type Verdict } from "../verdict.js";

/** The score of every rate as plots draw it, and the part of its axis where the choice is made. */
export interface ScoreView {
  /** By rate: the chosen rate's score plus the difference from it on the same rows (of scores that count all rows alike); null of rates that fail. */
  readonly points: readonly (ScorePoint | null)[];
  readonly low: number;
  readonly high: number;
  /** What guessing scores. */
  readonly guess: number | null;
}

export interface ScorePoint {
  readonly score: number;
  /** The 90 % interval of the difference from the chosen rate, without width for that one; null where it is not known, as where rates are compared by a weighted score. */
  readonly interval: readonly [number, number] | null;
  /** Its single runs: the chosen rate's score plus the difference from the chosen rate's run on the same rows. */
  readonly runs: readonly number[];
}

/** What plots are drawn from: of a `SearchResult` and of its document. */
export type Viewed = Pick<SearchResult, "certainty" | "guessing" | "scoreName" | "notes"> & {
  readonly best: { readonly rate: number; readonly validation: { readonly score?: number } | null } | null;
  readonly rates: readonly (Pick<SearchResult["rates"][number], "rate" | "verdict" | "difference"> & {
    readonly trials: readonly Pick<SearchResult["rates"][number]["trials"][number], "kept">[];
  })[];
};

/** At least so much of the axis is drawn: four points. */
const LEAST = 0.04;
/** Nothing further below the chosen rate is in question, however uncertain it is. */
const MOST = 0.5;

/**
 * The scores, zoomed to the rates that may be used: what lies far below, as rates that are clearly too low do, is drawn at the edge. Undefined
 * where there is no score that tells anything: losses are drawn then.
 */
export function scoreView({ rates, best, guessing, certainty, scoreName, notes }: Viewed): ScoreView | undefined {
  const chosen = best?.validation?.score;
  // an R² far below that of guessing tells nothing: the loss does
  if (best === null || chosen === undefined || chosen < -1) return undefined;
  const scoresOf = ({ trials }: Viewed["rates"][number]) => trials.map(({ kept }) => kept?.validation?.score);
  const weighted = isWeighted(notes);
  const own = scoresOf(rates.find(({ rate }) => rate === best.rate) as Viewed["rates"][number]);
  const points = rates.map((one): ScorePoint | null => {
    const { rate, difference } = one;
    const runs = scoresOf(one).flatMap((score, repeat) => {
      const beside = own[repeat];
      return score === undefined || beside === undefined ? [] : [chosen + score - beside];
    });
    if (rate === best.rate) return { score: chosen, interval: weighted ? null : [chosen, chosen], runs };
    if (difference === null) return null;
    if (weighted) return { score: mean(runs), interval: null, runs };
    const { low, high } = difference;
    return { score: chosen + difference.mean, interval: low === null || high === null ? null : [chosen + low, chosen + high], runs };
  });
  const near = points.flatMap((point, i) =>
    point !== null && isOpen((rates[i] as Viewed["rates"][number]).verdict) ? [point.score, ...(point.interval ?? [])] : [],
  );
  const shown = certainty === "told apart" || guessing.score === null ? near : [...near, guessing.score];
  const [least, most] = [Math.min(chosen, ...shown), Math.max(chosen, ...shown)];
  // as much again below, where rates that are worse begin
  const low = Math.max(least - Math.max(LEAST / 2, most - least), chosen - MOST);
  // neither an accuracy nor an R² is above 1
  const high = Math.min(1, Math.max(most, chosen) + Math.max(LEAST / 4, (most - least) / 8), chosen + MOST);
  return { points, low: scoreName === "accuracy" ? Math.max(0, low) : low, high, guess: guessing.score };
}

/** Losses on a logarithmic axis: from a share of the lowest that is not 0 to ten times that of guessing. What lies outside is drawn at the edges. */
export function lossRange(losses: readonly (number | null)[], guess: number | null, share = 1 / 3): [number, number] {
  const known = losses.filter((loss): loss is number => loss !== null && loss > 0);
  if (known.length === 0) return [1e-3, 1];
  const low = Math.min(...known) * share;
  const roof = guess !== null && guess > 0 ? 10 * guess : Number.POSITIVE_INFINITY;
  return [low, Math.max(Math.min(2 * Math.max(...known), roof), 10 * low)];
}

/** Stretches of rates that fail, by index from and to, both within. */
export function failingStretches(rates: readonly { readonly verdict: Verdict }[]): [number, number][] {
  const stretches: [number, number][] = [];
  rates.forEach(({ verdict }, i) => {
    if (!isFailing(verdict)) return;
    const last = stretches.at(-1);
    if (last !== undefined && last[1] === i - 1) last[1] = i;
    else stretches.push([i, i]);
  });
  return stretches;
}

/** Whether rates are compared by a weighted score, of which nothing is drawn. */
export function isWeighted(notes: SearchResult["notes"]): boolean {
  return notes.some(({ kind }) => kind === "weighted");
}
