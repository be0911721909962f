import { checkEngine, type Engine } from "../engine/engine.js";
import { DataError, OptionError, StepsizeError } from "../options/errors.js";
import { listener, signal as signalField } from "../options/listeners.js";
import { boolean, demand, type Field, integer, list, number, optional, readOptions } from "../options/options.js";
import { checkDatasets } from "../training/checks.js";
import type { EpochRecord } from "../training/records.js";
import { type CheckedRun, type Run, readRun } from "../training/run.js";
import { functionIn, runToJSON } from "../training/run-json.js";
import type { SearchResult } from "./conclude.js";
import { type Budget, conduct, type Plan, type Subject, type Trials } from "./conduct.js";
import type { Executor, Job } from "./executors/executor.js";
import { threadExecutor } from "./executors/thread.js";
import { factsOf } from "./facts.js";
import { guessOf } from "./guess.js";
import { checkLedger, type Ledger, withLedger } from "./ledger.js";
import { defaultRates } from "./rates.js";
import { rowsOf } from "./resplit.js";
import { Time } from "./time.js";
import type { SearchData, TrialResult } from "./trial.js";

export interface SearchOptions {
  /** The learning rates to try, each greater than 0. Default: 1e-6 to 1, two a decade. */
  rates?: readonly number[];
  /**
   * The least number of runs for each rate, with seeds of their own (the same for every rate). Rates that they cannot tell apart run again, until all runs together went
   * through half a million rows for each repeat asked for. Without a budget, 1 is one run of each and no more, and with `prune` none is added. Default: one, and again
   * on small data.
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
   * Add rates beyond an edge of the grid while the rate to use, or the range of good ones, touches it: up to eight to each side, by the step of the grid there,
   * as far as the budget goes. They are run to the end, with `prune` too. Default false.
   */
  widen?: boolean;
  /** In the end try rates between those beside the best as well, by quarters of a step. Default false. */
  zoom?: boolean;
  /** Where to run. Default: `await load()`. */
  engine?: Engine;
  /**
   * Runs the trials, such as `workersExecutor()` of `stepsize/workers`. Default: one after the other, in this thread, as runs that hold functions are
   * in any case.
   */
  executor?: Executor;
  /**
   * Race on until rates are told apart by a point, or this is spent: the answer is then that of the trials so far. `repeats` come first, as far as they
   * fit. Default: none.
   */
  budget?: Budget;
  /**
   * Look at the trials after a ninth and a third of their epochs, and go on only with those that may still be the best: successive halving, which costs about
   * a quarter of the grid. The others get the verdict "pruned". Without a budget there is no race then. Default false.
   */
  prune?: boolean;
  /** Keeps the results of trials, and has those of earlier searches. Default: none. */
  ledger?: Ledger;
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
  return async (run, data, given = {}) => {
    const checked = readRun(run);
    demand(typeof given === "object" && given !== null, "search", given, "an object of options");
    const { engine, executor, ...options } = given;
    if (engine !== undefined) checkEngine(engine);
    demand(
      executor === undefined || typeof executor?.run === "function",
      "search.executor",
      executor,
      "an executor, such as workersExecutor()",
    );
    const away = executor !== undefined && (executor.remote !== true || functionIn(runToJSON(checked)) === undefined);
    return search(checked, data, away ? executor : threadExecutor(engine ?? (await load())), options);
  };
}

async function search(
  checked: CheckedRun,
  data: SearchData,
  executor: Executor,
  { signal: outer, onEpoch: told, ledger, ...rest }: Omit<SearchOptions, "engine" | "executor">,
): Promise<SearchResult> {
  const plan = readPlan(rest);
  const signal = signalField.read(outer, "search.signal");
  const onEpoch = listener<Exclude<typeof told, undefined>>().read(told, "search.onEpoch");
  const kept = ledger === undefined ? executor : withLedger(executor, checkLedger(ledger));
  checkTargets(checkDatasets(data));
  const progress = progressOf(checked, onEpoch);
  const time = new Time(plan.budget?.seconds, signal);
  let paused = 0;
  const run: Trials = async (jobs) => {
    progress.plan(jobs);
    const results = new Map<Job, TrialResult>();
    const onTrial = (job: Job, result: TrialResult) => {
      results.set(job, result);
      paused = Math.max(paused, result.paused ?? 0);
      progress.trial(job);
    };
    try {
      await kept.run(jobs, { data, signal: time.signal, onEpoch: onEpoch && progress.epoch, onTrial });
    } catch (error) {
      if (!time.over || error instanceof StepsizeError) throw error;
    }
    return jobs.map((job) => results.get(job));
  };
  const result = await conduct(subjectOf(checked, data), plan, run).finally(() => time.dispose());
  if (result !== undefined) return result;
  const far =
    paused === 0 ? "before a trial was done" : `when trials had come to epoch ${paused} of ${checked.epochs}, and none to its end`;
  const way = paused === 0 || ledger === undefined ? "allow more time" : "the same search goes on from its ledger";
  throw new OptionError("search.budget.seconds", plan.budget?.seconds, `was over ${far}: ${way}`);
}

const budget: Field<Budget> = {
  fallback: undefined,
  read(value, path) {
    const read = readOptions<Budget>(path, value, {
      seconds: optional(number(undefined, { above: 0 })),
      trials: optional(integer(undefined, { min: 1 })),
    });
    demand(read.seconds !== undefined || read.trials !== undefined, path, value, "an object with seconds, trials or both");
    return read;
  },
};

/** Reads what a search does from options. */
export function readPlan(options: Partial<Plan>): Plan {
  return readOptions<Plan>("search", options, {
    rates: list(defaultRates(), number(undefined, { above: 0 }), 1),
    repeats: optional(integer(undefined, { min: 1 })),
    resplit: boolean(false),
    budget: optional(budget),
    prune: boolean(false),
    widen: boolean(false),
    zoom: boolean(false),
  });
}

/** What is searched, of data that are there. */
export function subjectOf(run: CheckedRun, data: SearchData): Subject {
  return { run, facts: factsOf(data, run.classWeights), guess: (split) => guessOf(rowsOf(data, split), run) };
}

/** @throws DataError for quantities that are all the same. */
function checkTargets({ training }: SearchData): void {
  if (training.task !== "regression" || training.targets.some((target, i) => target !== training.targets[i % training.outputs])) return;
  throw new DataError(`every training row has the target ${training.targets[0]}, so there is nothing to learn`);
}

/** Counts epochs over trials that may go on side by side, and end early. */
function progressOf({ epochs }: CheckedRun, onEpoch: SearchOptions["onEpoch"]) {
  let [ended, total] = [0, 0];
  const running = new Map<Job, number>();
  const lengthOf = ({ until = epochs, from }: Job) => until - (from?.epoch ?? 0);
  return {
    plan: (jobs: readonly Job[]) => {
      for (const job of jobs) total += lengthOf(job);
    },
    epoch: (job: Job, epoch: EpochRecord) => {
      running.set(job, epoch.epoch - (job.from?.epoch ?? 0));
      const done = ended + [...running.values()].reduce((sum, count) => sum + count, 0);
      onEpoch?.({ rate: job.rate, repeat: job.repeat, epoch, done, total });
    },
    trial: (job: Job) => {
      running.delete(job);
      ended += lengthOf(job);
    },
  };
}
