import { log } from "../numerics/math.js";
import { CERTAIN, deviation, differenceOf, REPEATS } from "./choice.js";
import { floorOf, type Terms, type Tried } from "./evidence.js";
import { mean } from "./guess.js";

/**
 * Whether a rate's validation loss is told to be lower than that of guessing, or it is lower and more rows are told to be right than by always the most frequent class. Without
 * anything to compare with, it is.
 */
export function beatsGuessing(tried: Tried, terms: Terms): boolean {
  const { gain, error } = besideGuessing(tried, terms);
  return Number.isNaN(gain) || gain > CERTAIN * error || (gain > 0 && hasMoreHits(tried, terms));
}

/** On so few rows, the loss of a few that are wrong and sure hides what hits show. */
function hasMoreHits({ trials }: Tried, terms: Terms): boolean {
  const differences = trials.flatMap(({ rows }, repeat) => {
    const guessed = terms.guesses[repeat]?.hits;
    return rows?.scores && guessed ? [rows.scores.map((score, i) => score - (guessed[i] as number))] : [];
  });
  if (differences.length === 0) return false;
  const { mean, errorOnNewRows } = differenceOf(differences, terms);
  return mean > CERTAIN * errorOnNewRows;
}

/**
 * The logarithm of guessing's validation loss less that of the rate's, on average over its runs, and the standard error of it; NaN without anything to compare with. What a loss is at
 * all varies with the rows far more than how it stands beside guessing (one house that costs ten times the others is in some splits and not in others), and a few rows with
 * enormous losses tell enough: with l and g the losses of the n rows of a run,
 *
 *   gain = log(mean of g) − log(mean of l)
 *   error = deviation of (l / mean of l − g / mean of g) / √n      from the rows of a run (the ratio of two means, to first order)
 *   error = deviation of the runs' gains · √(1/R + validation rows/training rows)      from four splits on (Nadeau and Bengio's)
 *
 * An error that a single row cannot tell is infinite.
 */
export function besideGuessing({ trials }: Tried, terms: Terms): { gain: number; error: number } {
  const { guesses, resplit, trainingRows, validationRows } = terms;
  const gains: number[] = [];
  const errors: number[] = [];
  trials.forEach(({ rows }, repeat) => {
    const guessed = guesses[repeat]?.rows;
    if (rows === null || !guessed) return;
    const floored = (losses: readonly number[]) => Math.max(mean(losses), floorOf(terms, repeat), Number.MIN_VALUE);
    const [own, guess] = [floored(rows.losses), floored(guessed)];
    gains.push(log(guess) - log(own));
    const residuals = rows.losses.map((loss, i) => loss / own - (guessed[i] as number) / guess);
    errors.push(residuals.length < 2 ? Number.POSITIVE_INFINITY : deviation(residuals) / Math.sqrt(residuals.length));
  });
  const overSplits = resplit && gains.length >= REPEATS;
  const error = overSplits ? deviation(gains) * Math.sqrt(1 / gains.length + validationRows / trainingRows) : mean(errors);
  return { gain: mean(gains), error };
}
