import { log } from "../numerics/math.js";
import { unwrap } from "../optimizers/wrapper.js";
import { isPlateau } from "../schedules/plateau.js";
import { rateAt } from "../schedules/schedule.js";
import type { EpochRecord } from "../training/records.js";
import { type CheckedRun, clockOf } from "../training/run.js";
import { failuresOf, floorOf, type Pruned, type Terms, type Tried } from "./evidence.js";

/** The epochs after which a search that prunes looks at its trials: a ninth and a third of the run. */
export function rungsOf(epochs: number): number[] {
  const rungs = [Math.round(epochs / 9), Math.round(epochs / 3)];
  return [...new Set(rungs)].filter((epoch) => epoch >= 1 && epoch < epochs);
}

/** The square root of 10 downwards, less what rates are rounded by. */
const HALF_DECADE = 0.99 / Math.sqrt(10);

/**
 * The trials that are not worth going on with after an epoch, by their index. Decided by all of a rung, never by the order in which they arrived.
 *
 * Training goes about as far as the sum of its rates, and the best rate falls as it goes on. So what is above the rate with the lowest loss, and has a
 * higher loss than it (no lower one, from half a decade above), is pruned. Low rates overtake late, whatever their loss is now: only those are pruned whose whole run gets less than a third as far
 * as that rate has gone by now. The lowest loss is looked for on the log, smoothed over neighbours.
 *
 * Source: K. Jamieson and A. Talwalkar, Non-stochastic best arm identification and hyperparameter optimization, AISTATS 2016 (successive halving), with
 * rungs of a third; which ones are pruned is this library's own rule, since halving by loss drops the rates that overtake.
 */
export function prune(tried: readonly Tried[], epoch: number, run: CheckedRun, terms: Terms): Map<number, Pruned> {
  const losses = tried.map((one) => lossAfter(one, epoch, terms));
  const known = losses.filter(Number.isFinite);
  const open = tried.flatMap(({ pruned, trials }, i) =>
    pruned === undefined && trials[0]?.divergence === null && trials[0].lost === undefined ? [i] : [],
  );
  const sound = open.filter((i) => Number.isFinite(losses[i]));
  const roof = Math.max(...known, terms.guesses[0]?.loss ?? Number.NEGATIVE_INFINITY);
  const logs = losses.map((loss) => log(Math.min(loss, roof)));
  const at = (i: number) => logs[Math.min(logs.length - 1, Math.max(0, i))] as number;
  const smooth = (i: number) => (at(i - 1) + 2 * at(i) + at(i + 1)) / 4;
  const best = sound.reduce((best, i) => (smooth(i) < smooth(best) ? i : best), sound[0] ?? -1);
  const found = new Map<number, Pruned>();
  if (best < 0) return found;
  const { rate: bestRate } = tried[best] as Tried;
  const bestLoss = losses[best] as number;
  const least = bestRate * wayOf(run, epoch, terms.trainingRows) * HALF_DECADE;
  for (const i of open) {
    const { rate } = tried[i] as Tried;
    const loss = losses[i] as number;
    const isHigh = rate > bestRate && (loss > bestLoss || (loss === bestLoss && rate * HALF_DECADE > bestRate));
    const side = isHigh ? "high" : rate < least ? "low" : undefined;
    if (side !== undefined) found.set(i, { epoch, side, loss: Number.isFinite(loss) ? loss : null, bestRate, bestLoss });
  }
  return found;
}

/** The loss after an epoch that decides, floored; of a trial that was pruned, its last; infinite of one that failed. */
function lossAfter(one: Tried, epoch: number, terms: Terms): number {
  const { history, divergence } = one.trials[0] as Tried["trials"][number];
  if (divergence !== null || (one.pruned === undefined && failuresOf(one, terms).length > 0)) return Number.POSITIVE_INFINITY;
  const record = history[Math.min(epoch, history.length) - 1] as EpochRecord;
  return Math.max(floorOf(terms, 0), record.validation?.loss ?? record.loss);
}

/** The share of the sum of a run's rates that belongs to its epochs up to this one; a rate that is decided on the way counts as constant. */
function wayOf(run: CheckedRun, epoch: number, rows: number): number {
  const { learningRate } = unwrap(run.optimizer).core;
  if (typeof learningRate === "number" || (typeof learningRate === "object" && isPlateau(learningRate))) return epoch / run.epochs;
  const clock = clockOf(run, rows);
  const until = (epoch / run.epochs) * clock.totalSteps;
  let [gone, all] = [0, 0];
  for (let step = 0; step < clock.totalSteps; step++) {
    const rate = rateAt(learningRate, step, clock);
    all += rate;
    if (step < until) gone += rate;
  }
  return gone / all;
}
