import { log } from "../numerics/math.js";
import { mean } from "./guess.js";

/** One run of a range test. */
export interface RangeRun {
  readonly seed: number;
  /** The loss of the first batch, before any update. */
  readonly before: number;
  /** By rate, the loss of the batch after the update with it; as many as there were until the run ended. */
  readonly losses: readonly number[];
  /** How the run ended before the highest rate: a number was not finite, or losses had come to four times those of the start (then `loss` has the last). */
  readonly divergence: { readonly rate: number; readonly what: string; readonly loss: number | null } | null;
}

export interface RangePoint {
  readonly rate: number;
  /** The mean over runs of the loss after an update with this rate. */
  readonly loss: number;
  /** The same, smoothed over a third of a decade to both sides. */
  readonly smoothed: number;
}

/** Why a range test cannot tell. */
export type RangeReason =
  /** The loss did not fall by more than three standard errors of its noise. */
  | { readonly kind: "noFall"; readonly fall: number; readonly noise: number }
  /** Training broke down before the loss had fallen. */
  | { readonly kind: "breaksDownFirst"; readonly rate: number }
  /** A run ended after so few rates that there is no curve. */
  | { readonly kind: "tooShort"; readonly points: number }
  /** The rates at which single runs have their lowest loss lie so many decades apart. */
  | { readonly kind: "runsDisagree"; readonly from: number; readonly to: number };

export interface RangeCurve {
  readonly certainty: "told" | "cannot tell";
  /** Why it cannot be told, as measured. */
  readonly reason: RangeReason | null;
  /** From the lowest rate to the last that every run came to. */
  readonly curve: readonly RangePoint[];
  /** The loss at the lowest rates, where nothing is learnt yet. */
  readonly start: number;
  /** The standard error of the smoothed loss, from its scatter around the curve. */
  readonly noise: number;
  /** The lowest rate from which the loss is below that of the start for good: by a twentieth of its whole fall, and by two standard errors. */
  readonly falls: number | null;
  /** Where the loss falls fastest with the logarithm of the rate. */
  readonly steepest: number | null;
  /** Where the smoothed loss is lowest. */
  readonly lowest: number | null;
  /** The first rate above it with a loss that is higher by a tenth of the fall, and by two standard errors; null where it does not rise again. */
  readonly rises: number | null;
  /** The lowest rate at which a run broke down; null where none did. */
  readonly diverges: number | null;
  /** Where to look first: the decade below the rate of the lowest loss. Which of them suits a whole run, a search says. */
  readonly suggestion: { readonly from: number; readonly to: number } | null;
}

/** In decades, to both sides. */
const SMOOTHING = 1 / 3;
const FEWEST = 8;
const LN10 = 2.302585092994046;

/** Reads from the losses of runs where learning begins and where it breaks down. */
export function readCurve(rates: readonly number[], runs: readonly RangeRun[]): RangeCurve {
  const points = Math.min(...runs.map(({ losses }) => losses.length));
  const ends = runs.flatMap(({ divergence }) => divergence?.rate ?? []);
  const diverges = ends.length > 0 ? Math.min(...ends) : null;
  const before = mean(runs.map(({ before }) => before));
  const nothing = { start: before, noise: 0, falls: null, steepest: null, lowest: null, rises: null, diverges, suggestion: null };
  const none = (reason: RangeReason) => ({ ...nothing, certainty: "cannot tell", reason }) as const;
  const decade = ((rates.length - 1) * LN10) / log((rates.at(-1) as number) / (rates[0] as number));
  const width = Math.max(2, Math.round(SMOOTHING * decade));
  const smooth = runs.map(({ losses }) => smoothed(losses.slice(0, points), width));
  const raw = Array.from({ length: points }, (_, i) => mean(runs.map(({ losses }) => losses[i] as number)));
  const line = raw.map((_, i) => mean(smooth.map((one) => one[i] as number)));
  const curve = raw.map((loss, i) => ({ rate: rates[i] as number, loss, smoothed: line[i] as number }));
  if (points < FEWEST) return { ...none({ kind: "tooShort", points }), curve };

  const lowest = lowestOf(line);
  const start = mean(line.slice(0, Math.max(1, Math.min(width, lowest))));
  const fall = start - (line[lowest] as number);
  const noise = noiseOf(runs, smooth, Math.max(lowest, FEWEST), width);
  // the difference of two smoothed losses has the noise of both
  const apart = Math.SQRT2 * noise;
  const known = { ...nothing, start, noise, curve };
  if (!(fall > 3 * apart))
    return {
      ...known,
      ...none(diverges !== null && fall <= 0 ? { kind: "breaksDownFirst", rate: diverges } : { kind: "noFall", fall, noise }),
      start,
      noise,
    };
  const below = (i: number) => start - (line[i] as number) > Math.max(0.05 * fall, 2 * apart);
  let falls = lowest;
  while (falls > 0 && below(falls - 1)) falls--;
  const steepest = steepestOf(line, falls, lowest, Math.max(1, width >> 1));
  const rises = line.findIndex((loss, i) => i > lowest && loss - (line[lowest] as number) > Math.max(0.1 * fall, 2 * apart));
  const rateAt = (i: number) => rates[i] as number;
  const found = {
    ...known,
    falls: rateAt(falls),
    steepest: rateAt(steepest),
    lowest: rateAt(lowest),
    rises: rises < 0 ? null : rateAt(rises),
  };
  const own = smooth.map((one) => rateAt(lowestOf(one)));
  const [from, to] = [Math.min(...own), Math.max(...own)];
  if (to > 100 * from) return { ...found, certainty: "cannot tell", reason: { kind: "runsDisagree", from, to } };
  return { ...found, certainty: "told", reason: null, suggestion: { from: rateAt(lowest) / 10, to: rateAt(lowest) } };
}

/** Means weighted by a triangle of so many points to both sides, cut off at the ends. */
function smoothed(losses: readonly number[], width: number): number[] {
  return losses.map((_, i) => {
    let [sum, weights] = [0, 0];
    for (let j = Math.max(0, i - width + 1); j < Math.min(losses.length, i + width); j++) {
      const weight = width - Math.abs(j - i);
      sum += weight * (losses[j] as number);
      weights += weight;
    }
    return sum / weights;
  });
}

function lowestOf(line: readonly number[]): number {
  return line.reduce((best, loss, i) => (loss < (line[best] as number) ? i : best), 0);
}

function steepestOf(line: readonly number[], from: number, to: number, reach: number): number {
  const slope = (i: number) => {
    const [left, right] = [Math.max(0, i - reach), Math.min(line.length - 1, i + reach)];
    return ((line[right] as number) - (line[left] as number)) / (right - left);
  };
  let best = from;
  for (let i = from + 1; i <= to; i++) if (slope(i) < slope(best)) best = i;
  return best;
}

/** The standard error of the smoothed mean over runs: from the scatter of losses around their own smooth line, up to a point. */
function noiseOf(runs: readonly RangeRun[], smooth: readonly (readonly number[])[], until: number, width: number): number {
  const squares = runs.map(({ losses }, run) =>
    mean(
      losses.slice(0, Math.min(until, (smooth[run] as number[]).length)).map((loss, i) => {
        const residual = loss - (smooth[run]?.[i] as number);
        return residual * residual;
      }),
    ),
  );
  // the sum of the squared weights of the triangle, about 2 / (3 width)
  let [sum, sumOfSquares] = [0, 0];
  for (let j = 1 - width; j < width; j++) {
    sum += width - Math.abs(j);
    sumOfSquares += (width - Math.abs(j)) * (width - Math.abs(j));
  }
  return Math.sqrt((mean(squares) * sumOfSquares) / (sum * sum) / runs.length);
}
