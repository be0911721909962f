/** What became of a rate, in a word. */
export type Verdict = "too low" | "good" | "too high" | "diverged";

/** What the runs of one rate came to, averaged over repeats; numbers are NaN for a rate that diverged. */
export interface Outcome {
  readonly rate: number;
  /** The training loss of the first epoch. */
  readonly firstLoss: number;
  /** The training loss of the last epoch. */
  readonly finalLoss: number;
  /** The lowest training loss of an epoch. */
  readonly bestLoss: number;
  /** What rates are compared by, the higher the better: the score on validation data, or minus the loss where there is no score. */
  readonly merit: number;
  /** Decides between equal merits, the lower the better: the validation loss. */
  readonly tie: number;
  /** What diverged and when, for a rate of which a run diverged. */
  readonly divergence?: string;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Why, in words. */
  readonly reason: string;
}

/** What counts as a good merit beside the best. */
export interface Tolerance {
  /** Largest distance below the best merit. */
  readonly distance: number;
  /** A merit as a person reads it. */
  show(merit: number): string;
}

/** The index of the best rate: highest merit, then lowest tie; undefined when every rate diverged. */
export function bestOf(outcomes: readonly Outcome[]): number | undefined {
  let best: number | undefined;
  outcomes.forEach((outcome, i) => {
    const leader = best === undefined ? undefined : (outcomes[best] as Outcome);
    if (outcome.divergence !== undefined) return;
    if (leader === undefined || outcome.merit > leader.merit || (outcome.merit === leader.merit && outcome.tie < leader.tie)) best = i;
  });
  return best;
}

/**
 * A verdict for each rate:
 * - diverged: a loss, weight or optimizer state stopped being finite;
 * - good: its merit is within the tolerance of the best;
 * - too low, too high: it is not, and lies below or above the best rate. Between good rates the best decides as well.
 */
export function judge(outcomes: readonly Outcome[], { distance, show }: Tolerance): Judgement[] {
  const index = bestOf(outcomes);
  const best = index === undefined ? undefined : (outcomes[index] as Outcome);
  return outcomes.map((outcome) => {
    if (outcome.divergence !== undefined) return { verdict: "diverged", reason: outcome.divergence };
    if (best === undefined) throw new RangeError("a rate that did not diverge is always comparable");
    if (outcome === best) return { verdict: "good", reason: `the best: ${show(outcome.merit)}` };
    const gap = `${show(outcome.merit)}, the best rate has ${show(best.merit)}`;
    if (outcome.merit >= best.merit - distance) return { verdict: "good", reason: `close to the best: ${gap}` };
    return outcome.rate < best.rate
      ? { verdict: "too low", reason: `${crawls(outcome, best)}; ${gap}` }
      : { verdict: "too high", reason: `${jumps(outcome, best)}; ${gap}` };
  });
}

function crawls({ firstLoss, finalLoss }: Outcome, best: Outcome): string {
  const fall = 1 - finalLoss / firstLoss;
  if (fall < 0.05) return `hardly moved: loss ${short(firstLoss)} → ${short(finalLoss)}`;
  return `still falling when it ended: loss ${short(firstLoss)} → ${short(finalLoss)}, the best rate reached ${short(best.finalLoss)}`;
}

function jumps({ firstLoss, finalLoss, bestLoss }: Outcome, best: Outcome): string {
  if (finalLoss > firstLoss) return `loss rose: ${short(firstLoss)} → ${short(finalLoss)}`;
  if (finalLoss > 1.2 * bestLoss) return `jumps over the minimum: loss ended at ${short(finalLoss)} after ${short(bestLoss)}`;
  if (finalLoss <= best.finalLoss) return `fits the training rows (loss ${short(finalLoss)}) better than the others`;
  return `settled above the minimum: loss ${short(finalLoss)}, the best rate reached ${short(best.finalLoss)}`;
}

function short(loss: number): string {
  return Number(loss.toPrecision(3)).toString();
}
