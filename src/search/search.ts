import type { Engine } from "../engine/engine.js";
import { DataError } from "../options/errors.js";
import { boolean, integer, list, number, optional, readOptions } from "../options/options.js";
import { checkDatasets } from "../training/checks.js";
import type { EpochRecord } from "../training/records.js";
import { type CheckedRun, type Run, readRun } from "../training/run.js";
import { conclude, type SearchResult } from "./conclude.js";
import type { Terms, Tried } from "./evidence.js";
import type { Executor, Job } from "./executors/executor.js";
import { threadExecutor } from "./executors/thread.js";
import { guessOf } from "./guess.js";
import { nextRung, type Order } from "./race.js";
import { defaultRates } from "./rates.js";
import { resplit } from "./resplit.js";
import type { SearchData, TrialResult } from "./trial.js";
import { widened, zoomed } from "./widen.js";

export interface SearchOptions {
  /** The learning rates to try, each greater than 0. Default: 1e-6 to 1, two a decade. */
  rates?: readonly number[];
  /**
   * Runs for each rate, with seeds of their own (the same for every rate). Default: one, and on small data more for the rates that one cannot
   * tell apart, until all runs together went through half a million rows.
   */
  repeats?: number;
  /**
   * Part the training and validation rows anew for every repeat, so that split, initial weights and order vary together. Only for rows that may be
   * mixed: not for a series in time, nor for rows that belong together. Default false: the same rows for all.
   *
   * Source: X. Bouthillier et al., Accounting for variance in machine learning benchmarks, 2021.
   */
  resplit?: boolean;
  /**
   * Add rates beyond an edge of the grid while the rate to use, or the range of good ones, touches it: up to eight to each side, by the step of the grid there.
   * Default: true where `rates` are left out.
   */
  widen?: boolean;
  /** In the end try rates between those beside the best as well, by quarters of a step. Default false. */
  zoom?: boolean;
  /** Where to run. Default: `await load()`. */
  engine?: Engine;
  /** Runs the trials. Default: one after the other, in this thread. */
  executor?: Executor;
  /** Stops the search between two steps. */
  signal?: AbortSignal;
  /** Called after every epoch of every run. */
  onEpoch?: (progress: SearchProgress) => void;
}

export interface SearchProgress {
  readonly rate: number;
  /** From 0. */
  readonly repeat: number;
  readonly epoch: EpochRecord;
  /** Epochs done and to do over all runs planned so far; a run that ends early counts as done. */
  readonly done: number;
  readonly total: number;
}

/**
 * Grid search over the learning rate: it cannot be computed, it must be found by trial. Trains the run with each rate, from the same initial weights
 * and with the same order of rows, and says which rates are too low, good, too high, erratic, or diverge, and which these rows cannot tell apart.
 *
 * A learning rate that follows a schedule keeps its shape: the rate searched for is its highest. Groups with rates of their own keep their ratio to it.
 *
 * The rate to use is the one with the lowest validation loss: on a logarithmic scale, floored at what so few rows can show, smoothed over neighbouring
 * rates, and never beside a rate that fails. Others are compared with it by their scores (accuracy, R², minus the loss where there is neither), row
 * by row: good is a rate whose difference less one standard error is within a point (0.01). On small data the rates that one run cannot tell apart run
 * again, with other seeds and, with `resplit`, other rows. Without validation data the training loss decides.
 *
 * @throws OptionError for a rate that is not greater than 0, or a wrong run; DataError for targets that are all the same; what the Trainer throws, but
 *   for divergence, which is a verdict.
 * @example
 * const { best, rates } = await searchLearningRate(run, { training, validation }, { rates: logspace(1e-5, 1, 11) });
 * for (const { rate, verdict, reasons } of rates) console.log(rate, verdict, reasons);
 */
export type SearchLearningRate = (run: Run, data: SearchData, options?: SearchOptions) => Promise<SearchResult>;

/** The search of an entry point, which runs on that entry's `load()` unless it is given an engine. */
export function searchWith(load: () => Promise<Engine>): SearchLearningRate {
  return async (run, data, { engine, executor, ...options } = {}) =>
    search(run, data, executor ?? threadExecutor(engine ?? (await load())), options);
}

async function search(
  run: Run,
  data: SearchData,
  executor: Executor,
  { signal, onEpoch, ...rest }: Omit<SearchOptions, "engine" | "executor">,
): Promise<SearchResult> {
  const {
    rates,
    repeats,
    resplit: anew,
    widen,
    zoom,
  } = readOptions<{ rates: readonly number[]; repeats?: number; resplit: boolean; widen: boolean; zoom: boolean }>("search", rest, {
    rates: list(defaultRates(), number(undefined, { above: 0 }), 1),
    repeats: optional(integer(undefined, { min: 1 })),
    resplit: boolean(false),
    widen: boolean((rest as SearchOptions).rates === undefined),
    zoom: boolean(false),
  });
  const checked = readRun(run);
  checkTargets(checkDatasets(data));
  const rising = [...new Set(rates)].sort((a, b) => a - b);
  const dataOf = cached((repeat) => (repeat === 0 || !anew ? data : resplit(data, checked.seed + repeat)));
  const trials: TrialResult[][] = rising.map(() => []);
  const progress = progressOf(checked, onEpoch);
  let spent = 0;
  const cost = data.training.rows * checked.epochs;
  const runAll = async (orders: readonly Order[]) => {
    const jobs = orders.map(({ index, repeat }) => ({ rate: rising[index] as number, repeat, seed: checked.seed + repeat }));
    progress.plan(jobs);
    const results = await executor.run(jobs, { run: checked, dataOf, signal, onEpoch: progress.epoch, onTrial: progress.trial });
    results.forEach((result, i) => {
      trials[(orders[i] as Order).index]?.push(result);
    });
    spent += orders.length * cost;
  };
  const tried = (): Tried[] => rising.map((rate, i) => ({ rate, trials: trials[i] as TrialResult[] }));
  const terms = (): Terms => termsOf(checked, data, Math.max(...trials.map(({ length }) => length)), dataOf);

  /** Runs rates that were not there before as often as the others; false when there are none. */
  const add = async (more: readonly number[]): Promise<boolean> => {
    const count = repeats ?? Math.max(1, ...trials.map(({ length }) => length));
    for (const rate of more) {
      const place = rising.findIndex((other) => other > rate);
      const index = place < 0 ? rising.length : place;
      rising.splice(index, 0, rate);
      trials.splice(index, 0, []);
    }
    const fresh = trials.flatMap((own, index) => (own.length === 0 ? [index] : []));
    await runAll(fresh.flatMap((index) => Array.from({ length: count }, (_, repeat) => ({ index, repeat }))));
    return more.length > 0;
  };
  const race = async () => {
    for (;;) {
      const rung = repeats === undefined ? nextRung(tried(), terms(), cost, spent) : [];
      if (rung.length === 0) break;
      await runAll(rung);
    }
  };

  const grid = [...rising];
  await add([]);
  // in a race a rate at the edge may come to be the best, and beyond it there may be others to race with
  do {
    while (widen && (await add(widened(grid, tried(), terms()))));
    await race();
  } while (widen && widened(grid, tried(), terms()).length > 0);
  if (zoom) await add(zoomed(tried(), terms()));
  return conclude(tried(), terms(), data);
}

/** @throws DataError for quantities that are all the same. */
function checkTargets({ training }: SearchData): void {
  if (training.task !== "regression" || training.targets.some((target, i) => target !== training.targets[i % training.outputs])) return;
  throw new DataError(`every training row has the target ${training.targets[0]}, so there is nothing to learn`);
}

function termsOf(
  { loss }: CheckedRun,
  { training, validation }: SearchData,
  repeats: number,
  dataOf: (repeat: number) => SearchData,
): Terms {
  return {
    guesses: Array.from({ length: repeats }, (_, repeat) => guessOf(dataOf(repeat), loss)),
    trainingRows: training.rows,
    validationRows: validation?.rows ?? 0,
    entropic: loss === "crossEntropy" || loss === "binaryCrossEntropy",
    hits: training.task === "classification",
  };
}

/** Splits are made once. */
function cached<T>(make: (index: number) => T): (index: number) => T {
  const made = new Map<number, T>();
  return (index) => {
    if (!made.has(index)) made.set(index, make(index));
    return made.get(index) as T;
  };
}

/** Counts epochs over runs that may go on side by side, and end early. */
function progressOf({ epochs }: CheckedRun, onEpoch: SearchOptions["onEpoch"]) {
  let [ended, total] = [0, 0];
  const running = new Map<Job, number>();
  return {
    plan: (jobs: readonly Job[]) => {
      total += jobs.length * epochs;
    },
    epoch: (job: Job, epoch: EpochRecord) => {
      running.set(job, epoch.epoch);
      const done = ended + [...running.values()].reduce((sum, count) => sum + count, 0);
      onEpoch?.({ rate: job.rate, repeat: job.repeat, epoch, done, total });
    },
    trial: (job: Job) => {
      running.delete(job);
      ended += epochs;
    },
  };
}
