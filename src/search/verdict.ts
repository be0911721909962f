/** The verdict on a rate. */
export type Verdict = "too low" | "good" | "too high" | "diverged";

/** The outcome of the runs of one rate, averaged over repeats; numbers are NaN for a rate that diverged. */
export interface Outcome {
  readonly rate: number;
  /** The training loss of the first epoch. */
  readonly firstLoss: number;
  /** The training loss of the last epoch. */
  readonly finalLoss: number;
  /** The lowest training loss of an epoch. */
  readonly bestLoss: number;
  /** The figure that rates are compared by, the higher the better: the score on validation data, or minus the loss where there is no score. */
  readonly merit: number;
  /** Decides between merits that are as good, the lower the better: the validation loss. */
  readonly tie: number;
  /** The quantity that diverged and when, for a rate of which a run diverged. */
  readonly divergence?: string;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Why, in words. */
  readonly reason: string;
}

/** The tolerance within which a merit is as good as the best. */
export interface Tolerance {
  /** Largest distance below the highest merit. */
  readonly distance: number;
  /** The loss of guessing, where it is known: a rate that comes near it is overconfident, and not good, whatever its score. */
  readonly guess?: number;
  /** A merit as a person reads it. */
  show(merit: number): string;
}

/**
 * The index of the best rate, of outcomes by rising rate. Of those that are as good as any it is the one with the lowest tie, since scores
 * within the tolerance are chance; and it lies among the most good rates side by side, since a lone one is chance too. Undefined when every
 * rate diverged.
 */
export function bestOf(outcomes: readonly Outcome[], tolerance: Tolerance): number | undefined {
  let best: Outcome | undefined;
  for (const outcome of longestRun(outcomes, new Set(contenders(outcomes, tolerance)))) {
    if (best === undefined || outcome.tie < best.tie || (outcome.tie === best.tie && outcome.merit > best.merit)) best = outcome;
  }
  return best && outcomes.indexOf(best);
}

/** The most of `chosen` that lie side by side; of equally many, those with the lowest tie among them. */
function longestRun(outcomes: readonly Outcome[], chosen: ReadonlySet<Outcome>): Outcome[] {
  const lowest = (run: readonly Outcome[]) => Math.min(...run.map(({ tie }) => tie));
  let longest: Outcome[] = [];
  let run: Outcome[] = [];
  for (const outcome of outcomes) {
    run = chosen.has(outcome) ? [...run, outcome] : [];
    if (run.length > longest.length || (run.length === longest.length && lowest(run) < lowest(longest))) longest = run;
  }
  return longest;
}

/** The rates that are as good as any. */
function contenders(outcomes: readonly Outcome[], tolerance: Tolerance): Outcome[] {
  const finite = outcomes.filter(({ divergence }) => divergence === undefined);
  const limit = lossLimit(finite, tolerance);
  const calm = finite.filter(({ tie }) => tie <= limit);
  const highest = calm.reduce((high, { merit }) => Math.max(high, merit), Number.NEGATIVE_INFINITY);
  return calm.filter(({ merit }) => merit >= highest - tolerance.distance);
}

/** The loss of who gains half of what the lowest loss gains over guessing; without bound where guessing is unknown, or no worse. */
function lossLimit(finite: readonly Outcome[], { guess = Number.POSITIVE_INFINITY }: Tolerance): number {
  const lowest = finite.reduce((low, { tie }) => Math.min(low, tie), Number.POSITIVE_INFINITY);
  return lowest < guess ? (lowest + guess) / 2 : Number.POSITIVE_INFINITY;
}

/**
 * A verdict for each rate:
 * - diverged: a loss, weight or optimizer state stopped being finite;
 * - good: its merit is within the tolerance of the highest, and its loss gains at least half of what the lowest gains over guessing;
 * - too low, too high: it is not, and lies below or above the best rate. Between good rates the best decides as well.
 */
export function judge(outcomes: readonly Outcome[], tolerance: Tolerance): Judgement[] {
  const { show } = tolerance;
  const limit = lossLimit(
    outcomes.filter(({ divergence }) => divergence === undefined),
    tolerance,
  );
  const index = bestOf(outcomes, tolerance);
  const best = index === undefined ? undefined : (outcomes[index] as Outcome);
  const good = new Set(contenders(outcomes, tolerance));
  return outcomes.map((outcome) => {
    if (outcome.divergence !== undefined) return { verdict: "diverged", reason: outcome.divergence };
    if (best === undefined) throw new RangeError("a rate that did not diverge is always comparable");
    if (outcome === best) return { verdict: "good", reason: `the best: ${show(outcome.merit)}` };
    const gap = `${show(outcome.merit)}, the best rate has ${show(best.merit)}`;
    if (good.has(outcome)) return { verdict: "good", reason: `close to the best: ${gap}` };
    const wild = outcome.tie > limit && outcome.rate > best.rate && `overconfident: validation loss ${short(outcome.tie)}`;
    return outcome.rate < best.rate
      ? { verdict: "too low", reason: `${crawls(outcome, best)}; ${gap}` }
      : { verdict: "too high", reason: `${wild || jumps(outcome, best)}; ${gap}` };
  });
}

function crawls({ firstLoss, finalLoss }: Outcome, best: Outcome): string {
  if (finalLoss < best.finalLoss) return overfits(finalLoss);
  const fall = 1 - finalLoss / firstLoss;
  return `${fall < 0.05 ? "hardly moved" : "still falling at the end"}: loss ${short(firstLoss)} → ${short(finalLoss)}`;
}

function jumps({ firstLoss, finalLoss, bestLoss }: Outcome, best: Outcome): string {
  if (finalLoss > firstLoss) return `loss rose: ${short(firstLoss)} → ${short(finalLoss)}`;
  if (finalLoss > 1.2 * bestLoss) return `jumps over the minimum: loss ended at ${short(finalLoss)} after ${short(bestLoss)}`;
  if (finalLoss <= best.finalLoss) return overfits(finalLoss);
  return `settled above the minimum: loss ${short(finalLoss)}, the best ${short(best.finalLoss)}`;
}

function overfits(finalLoss: number): string {
  return `fits the training rows (loss ${short(finalLoss)}), new ones less`;
}

function short(loss: number): string {
  return Number(loss.toPrecision(3)).toString();
}
