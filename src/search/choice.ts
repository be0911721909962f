import { log } from "../numerics/math.js";
import { alignedMeans } from "./aligned-means.js";
import { decidingLoss, failuresOf, logLosses, lossMeritsOf, meritsOf, type Terms, type Tried } from "./evidence.js";
import { mean } from "./guess.js";

/**
 * The index of the rate to use, of rates in rising order; undefined when every one fails.
 *
 * The one with the lowest log loss, smoothed over its neighbours (a quarter of each, half of its own; of R runs a quarter / R) and averaged over half a step of the grid
 * to both sides, since a rate is not hit exactly by who uses it with other rows; never one whose next higher neighbour fails, as long as there is another.
 *
 * @param among the rates to choose from by index, as long as one of them is not beside a failing one: all of them by default.
 */
export function choose(tried: readonly Tried[], terms: Terms, among?: ReadonlySet<number>): number | undefined {
  const failing = tried.map((one) => failuresOf(one, terms).length > 0);
  const losses = alignedMeans(tried.map((one, i) => (failing[i] ? [] : logLosses(one, terms))));
  // beside a failing rate a smooth curve would go on rising, at least to the loss of guessing
  const guess = terms.guesses.flatMap(({ loss }) => (loss !== null && loss > 0 ? [log(loss)] : []));
  const known = losses.filter(Number.isFinite);
  const roof = Math.max(...known, ...(guess.length > 0 ? [mean(guess)] : []));
  // smoothing takes out what chance puts in, of which there is less in a mean of more runs
  const repeats = Math.max(1, ...tried.map(({ trials }, i) => (failing[i] ? 0 : trials.length)));
  const smooth = averaged(
    averaged(
      losses.map((loss) => Math.min(loss, roof)),
      1 / (4 * repeats),
    ),
    1 / 8,
  );
  const sound = tried.map((_, i) => i).filter((i) => !failing[i] && tried[i]?.pruned === undefined);
  const safe = sound.filter((i) => failing[i + 1] !== true);
  const first = safe.filter((i) => among?.has(i) ?? true);
  const candidates = [first, safe, sound].find(({ length }) => length > 0) ?? [];
  return candidates.reduce<number | undefined>(
    (best, i) => (best === undefined || (smooth[i] as number) < (smooth[best] as number) ? i : best),
    undefined,
  );
}

/** A share of each neighbour, the rest of its own. Over half a step to both sides, straight lines between points average to an eighth of each. */
function averaged(values: readonly number[], share: number): number[] {
  const at = (i: number) => values[Math.min(values.length - 1, Math.max(0, i))] as number;
  return values.map((value, i) => share * at(i - 1) + (1 - 2 * share) * value + share * at(i + 1));
}

/** How far the merit of one rate is above that of another. */
export interface Difference {
  readonly mean: number;
  /** The standard error on these rows: what other splits, initial weights and orders would change. */
  readonly error: number;
  /** The standard error for new rows and new training sets (Nadeau and Bengio's, which counts that splits share rows). */
  readonly errorOnNewRows: number;
}

/** So many standard errors tell two numbers apart. */
export const CERTAIN = 2;

/** Repeats from which their own spread tells the standard error; of fewer it is itself too uncertain, and rows are asked too. */
export const REPEATS = 4;

/**
 * Compares two rates that do not fail on the repeats they share, row by row. The standard error comes from the spread over repeats, and with fewer
 * than 4 from that over rows where it is more; that for new rows comes from rows too where all repeats have the same. Half a row better and half a row
 * worse are added to differences of hits: no difference in 20 rows is no certainty.
 *
 * Source: C. Nadeau and Y. Bengio, Inference for the generalization error, Machine Learning 52, 2003.
 */
export function compare(one: Tried, other: Tried, terms: Terms): Difference {
  return compareBy(meritsOf, one, other, terms);
}

/** The same by losses alone, in units of the other's: of hits they tell more than right and wrong do. */
export function compareLosses(one: Tried, other: Tried, terms: Terms): Difference {
  return compareBy(lossMeritsOf, one, other, { ...terms, hits: false });
}

function compareBy(merits: typeof meritsOf, one: Tried, other: Tried, terms: Terms): Difference {
  const scale = Math.abs(mean(other.trials.map(decidingLoss))) || 1;
  const shared = one.trials.slice(0, other.trials.length);
  const differences = shared.map((trial, repeat) => {
    const others = merits(other.trials[repeat] as Tried["trials"][number], scale);
    return merits(trial, scale).map((merit, i) => merit - (others[i] as number));
  });
  return differenceOf(differences, terms);
}

/** The mean of differences, by repeat and row, and its standard errors; see `compare`. */
export function differenceOf(differences: readonly (readonly number[])[], terms: Terms): Difference {
  const { trainingRows, validationRows, hits, resplit } = terms;
  const repeats = differences.length;
  const means = differences.map(mean);
  const rowError = validationRows === 0 ? 0 : differences.reduce((sum, rows) => sum + errorOverRows(rows, hits) / repeats, 0);
  if (repeats === 1) return { mean: means[0] as number, error: rowError, errorOnNewRows: rowError };
  const spread = deviation(means);
  const over = (share: number) => spread * Math.sqrt(share);
  // rows of other splits are other rows, until all were seen
  const seen = resplit ? Math.min(repeats * validationRows, trainingRows + validationRows) : validationRows;
  const rows = rowError * Math.sqrt(validationRows / seen || 1);
  const least = (count: number) => (hits && count > 0 ? 1 / count : 0);
  return {
    mean: mean(means),
    error: Math.max(least(repeats * validationRows), repeats < REPEATS ? rows : 0, over(1 / repeats)),
    errorOnNewRows: Math.max(least(seen), repeats < REPEATS || !resplit ? rows : 0, over(1 / repeats + validationRows / trainingRows)),
  };
}

/** The standard error of a mean of differences, to which of hits half a better and half a worse row are added, as Jeffreys would. */
function errorOverRows(differences: readonly number[], hits: boolean): number {
  const n = differences.length;
  if (n < 2) return Number.POSITIVE_INFINITY;
  const centre = mean(differences);
  const squares = differences.reduce((sum, difference) => sum + (difference - centre) * (difference - centre), hits ? 1 : 0);
  return Math.sqrt(squares / (hits ? n : n - 1) / n);
}

/** The standard deviation. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) * (value - centre), 0) / (values.length - 1));
}
