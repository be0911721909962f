import type { Dataset } from "../data/dataset.js";
import { findRawColumns } from "../data/raw.js";
import type { Engine } from "../engine/engine.js";
import { log } from "../numerics/math.js";
import { make as makeOptimizer, type OptimizerDescription, ruleOf, type Scheduled } from "../optimizers/rule.js";
import { unwrap, withCore } from "../optimizers/wrapper.js";
import { DivergedError, OptionError } from "../options/errors.js";
import { integer, list, number, readOptions } from "../options/options.js";
import { scaleSchedule } from "../schedules/kinds/scaleSchedule.js";
import { isPlateau, startPlateau } from "../schedules/plateau.js";
import { type Clock, make, rateAt, ruleOf as scheduleRuleOf } from "../schedules/schedule.js";
import { checkDatasets } from "../training/checks.js";
import type { EpochRecord, Metrics, TrainingData } from "../training/records.js";
import { type CheckedRun, clockOf, type Run, readRun } from "../training/run.js";
import { type ScoreName, scoreName } from "../training/score.js";
import { Trainer } from "../training/trainer.js";
import { defaultRates } from "./rates.js";
import { bestOf, type Judgement, judge, type Outcome, type Tolerance, type Verdict } from "./verdict.js";

/** The data on which a search compares rates; `test` is touched only once, by the best rate. */
export interface SearchData extends TrainingData {
  readonly test?: TrainingData["training"];
}

export interface SearchOptions {
  /** The learning rates to try, each greater than 0. Default: 1e-6 to 1, two a decade. */
  rates?: readonly number[];
  /** Runs for each rate, with seeds of their own (the same for every rate). Default 1. */
  repeats?: number;
  /** Where to run. Default: `await load()`. */
  engine?: Engine;
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
  /** Epochs done and to do over the whole search; a run that ends early counts as done. */
  readonly done: number;
  readonly total: number;
}

/** One run of one rate. */
export interface Trial {
  readonly seed: number;
  readonly history: readonly EpochRecord[];
  /** The epoch whose weights were kept: the last, or the best with early stopping. */
  readonly kept: EpochRecord | null;
  /** The quantity that stopped being finite, and when, if the run diverged. */
  readonly divergence?: string;
}

/** The result of a rate; numbers are means over its repeats, null when one of them diverged. */
export interface RateResult {
  readonly rate: number;
  readonly verdict: Verdict;
  /** Why, in words. */
  readonly reason: string;
  /** The training loss of the last epoch. */
  readonly finalLoss: number | null;
  /** The lowest training loss of an epoch. */
  readonly bestLoss: number | null;
  /** Loss and score on the validation data with the weights that were kept. */
  readonly validation: Metrics | null;
  readonly trials: readonly Trial[];
}

export interface SearchResult {
  /** The name of `score`. */
  readonly scoreName: ScoreName;
  /** In the order of rising rates. */
  readonly rates: readonly RateResult[];
  /** The one with the lowest validation loss among the good rates that lie side by side; null when every rate diverged. */
  readonly best: RateResult | null;
  /** The lowest and the highest of the good rates that lie side by side around the best. */
  readonly good: { readonly from: number; readonly to: number } | null;
  /** Loss and score of the best rate's first run on the test data. */
  readonly test: Metrics | null;
  /** Notes for a person, such as a best rate at the edge of the grid. */
  readonly notes: readonly string[];
}

/** Scores within this of the best are as good: a point of accuracy, or of explained variance; a hundredth of a loss. */
const CLOSE = 0.01;

/**
 * Grid search over the learning rate: it cannot be computed, it must be found by trial. Trains the run once (or `repeats` times) with each
 * rate, from the same initial weights and with the same order of rows, and says which rates are too low, good, too high, or diverge.
 *
 * A learning rate that follows a schedule keeps its shape: the rate searched for is its highest. Groups with rates of their own keep their ratio to it.
 *
 * Good is what scores, on the validation data, within a point (0.01) of the highest accuracy or R², or within the standard error of such a
 * number over so few rows, where that is more; without a score, a loss within 1 % of the lowest. With a cross-entropy it must also gain, over
 * guessing by the frequency of classes, half of what the lowest loss gains: a network can score well and be overconfident. The
 * best rate is the one with the lowest validation loss among the most good rates that lie side by side, which is less left to chance than
 * the highest score. Without validation data the training loss decides.
 *
 * @throws OptionError for a rate that is not greater than 0, or a wrong run; what the Trainer throws, but for divergence, which is a verdict.
 * @example
 * const { best, rates } = await searchLearningRate(run, { training, validation }, { rates: logspace(1e-5, 1, 11) });
 * for (const { rate, verdict, reason } of rates) console.log(rate, verdict, reason);
 */
export type SearchLearningRate = (run: Run, data: SearchData, options?: SearchOptions) => Promise<SearchResult>;

/** The search of an entry point, which runs on that entry's `load()` unless it is given an engine. */
export function searchWith(load: () => Promise<Engine>): SearchLearningRate {
  return async (run, data, { engine, ...options } = {}) => search(engine ?? (await load()), run, data, options);
}

async function search(engine: Engine, run: Run, data: SearchData, options: Omit<SearchOptions, "engine">): Promise<SearchResult> {
  const { signal, onEpoch, ...rest } = options;
  const { rates, repeats } = readOptions<{ rates: readonly number[]; repeats: number }>("search", rest, {
    rates: list(defaultRates(), number(undefined, { above: 0 }), 1),
    repeats: integer(1, { min: 1 }),
  });
  const checked = readRun(run);
  checkDatasets(data);
  const rising = [...new Set(rates)].sort((a, b) => a - b);
  const total = rising.length * repeats * checked.epochs;
  const tests = new Map<number, Metrics>();
  const tried: Tried[] = [];
  for (const rate of rising) {
    const trials: Trial[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const seed = checked.seed + repeat;
      const before = (tried.length * repeats + repeat) * checked.epochs;
      const trainer = new Trainer(engine, { ...checked, seed, optimizer: withRate(checked, data, rate) }, data);
      try {
        let divergence: string | undefined;
        try {
          for await (const epoch of trainer.epochs(signal ? { signal } : {})) {
            onEpoch?.({ rate, repeat, epoch, done: before + epoch.epoch, total });
          }
        } catch (error) {
          if (!(error instanceof DivergedError)) throw error;
          divergence = `${error.what} was no longer finite after step ${error.step}`;
        }
        const kept = trainer.history[(trainer.bestEpoch ?? trainer.history.length) - 1];
        trials.push({ seed, history: trainer.history, kept: kept ?? null, ...(divergence !== undefined && { divergence }) });
        // evaluated while the weights are there; only what belongs to the rate that validation chooses is looked at
        if (data.test !== undefined && repeat === 0 && divergence === undefined) tests.set(rate, trainer.evaluate(data.test));
      } finally {
        trainer.dispose();
      }
    }
    tried.push({ rate, trials });
  }
  return conclude(tried, data, tests, checked.loss === "crossEntropy" || checked.loss === "binaryCrossEntropy");
}

interface Tried {
  readonly rate: number;
  readonly trials: readonly Trial[];
}

/** `entropic` where the loss is a cross-entropy. */
function conclude(tried: readonly Tried[], data: SearchData, tests: ReadonlyMap<number, Metrics>, entropic: boolean): SearchResult {
  const scored = tried.some(({ trials }) => trials.some(({ kept }) => kept?.validation?.score !== undefined));
  const outcomes = tried.map(outcomeOf);
  const name = scoreName(data.training);
  const guess = entropic ? entropy(data.validation ?? data.training) : undefined;
  const limits = tolerance(scored ? name : "loss", outcomes, data.validation?.rows ?? data.training.rows, guess);
  const index = bestOf(outcomes, limits);
  const judgements = judge(outcomes, limits);
  const rates = tried.map(({ rate, trials }, i): RateResult => {
    const { divergence, finalLoss, bestLoss } = outcomes[i] as Outcome;
    const numbers =
      divergence === undefined
        ? { finalLoss, bestLoss, validation: meanMetrics(trials) }
        : { finalLoss: null, bestLoss: null, validation: null };
    return { rate, ...(judgements[i] as Judgement), ...numbers, trials };
  });
  const best = index === undefined ? null : (rates[index] as RateResult);
  return {
    scoreName: name,
    rates,
    best,
    good: index === undefined ? null : goodAround(rates, index),
    test: (best && tests.get(best.rate)) ?? null,
    notes: [...rawNotes(data.training), ...notesOn(rates, index, scored ? name : "loss", guess)],
  };
}

function outcomeOf({ rate, trials }: Tried): Outcome {
  const diverged = trials.filter(({ divergence }) => divergence !== undefined);
  const mean = (value: (trial: Trial) => number) => trials.reduce((sum, trial) => sum + value(trial), 0) / trials.length;
  const share = diverged.length < trials.length ? ` (${diverged.length} of ${trials.length} runs)` : "";
  const validation = meanMetrics(trials);
  const finalLoss = mean(({ history }) => history.at(-1)?.loss ?? Number.NaN);
  return {
    rate,
    firstLoss: mean(({ history }) => history[0]?.loss ?? Number.NaN),
    finalLoss,
    bestLoss: mean(({ history }) => Math.min(...history.map(({ loss }) => loss))),
    merit: validation?.score ?? -(validation?.loss ?? finalLoss),
    tie: validation?.loss ?? finalLoss,
    ...(diverged[0]?.divergence !== undefined && { divergence: diverged[0].divergence + share }),
  };
}

function meanMetrics(trials: readonly Trial[]): Metrics | null {
  let loss = 0;
  let score: number | undefined = 0;
  for (const { kept } of trials) {
    if (!kept?.validation) return null;
    loss += kept.validation.loss / trials.length;
    if (score !== undefined) score = kept.validation.score === undefined ? undefined : score + kept.validation.score / trials.length;
  }
  return { loss, ...(score !== undefined && { score }) };
}

function tolerance(name: ScoreName | "loss", outcomes: readonly Outcome[], rows: number, guess: number | undefined): Tolerance {
  const highest = outcomes.reduce((high, { merit, divergence }) => (divergence === undefined ? Math.max(high, merit) : high), -Infinity);
  const limits = guess === undefined ? {} : { guess };
  if (name === "accuracy") {
    // of the difference of two accuracies, each a share of so many rows, to which a right and a wrong one are added: 20 of 20 is no certainty
    const share = (Math.max(0, highest) * rows + 1) / (rows + 2);
    const standardError = Math.sqrt((2 * share * (1 - share)) / rows);
    return { distance: Math.max(CLOSE, standardError), show: (merit) => `accuracy ${(100 * merit).toFixed(1)} %`, ...limits };
  }
  if (name === "r2") {
    // of an R² over so many rows, for large numbers of them: 2 R (1 - R²) / √n
    const standardError = (2 * Math.sqrt(Math.max(0, highest)) * (1 - highest)) / Math.sqrt(rows);
    // below 0 a point is nothing: then of the error that is left
    return {
      distance: Math.max(CLOSE, CLOSE * (1 - highest), standardError),
      show: (merit) => `R² ${merit.toFixed(merit > -1000 ? 3 : 0)}`,
      ...limits,
    };
  }
  return { distance: CLOSE * Math.abs(highest), show: (merit) => `loss ${Number((-merit).toPrecision(3))}`, ...limits };
}

/** The cross-entropy of who knows only how frequent each class is; undefined for quantities. */
function entropy({ task, targets, outputs, rows }: Dataset): number | undefined {
  if (task !== "classification") return undefined;
  const counts = new Array<number>(outputs).fill(0);
  for (const target of targets) counts[target] = (counts[target] as number) + 1;
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / rows) * log(count / rows)), 0);
}

function goodAround(rates: readonly RateResult[], best: number): { from: number; to: number } {
  let [from, to] = [best, best];
  while (rates[from - 1]?.verdict === "good") from--;
  while (rates[to + 1]?.verdict === "good") to++;
  return { from: (rates[from] as RateResult).rate, to: (rates[to] as RateResult).rate };
}

/** Raw prices and counts are the commonest reason why no rate is good. */
function rawNotes(training: Dataset): string[] {
  const raw = findRawColumns(training);
  const of = (part: "features" | "targets") => raw.filter((column) => column.part === part);
  const listOf = (part: "features" | "targets") =>
    of(part)
      .slice(0, 3)
      .map(
        ({ column, mean, deviation }) => `${column} (mean ${Number(mean.toPrecision(3))}, deviation ${Number(deviation.toPrecision(3))})`,
      )
      .join(", ") + (of(part).length > 3 ? ` and ${of(part).length - 3} more` : "");
  return [
    ...(of("features").length > 0 ? [`features far from the size of 1 want standardize(): ${listOf("features")}`] : []),
    ...(of("targets").length > 0 ? [`targets far from the size of 1 want standardizeTargets(): ${listOf("targets")}`] : []),
  ];
}

function notesOn(rates: readonly RateResult[], best: number | undefined, name: ScoreName | "loss", guess: number | undefined): string[] {
  if (best === undefined) return ["every rate diverged: try lower ones"];
  const notes: string[] = [];
  if (rates.length > 1 && best === 0) notes.push("the best rate is the lowest of the grid: try lower ones");
  if (rates.length > 1 && best === rates.length - 1) notes.push("the best rate is the highest of the grid: try higher ones");
  const { loss, score } = rates[best]?.validation ?? {};
  if (guess !== undefined && loss !== undefined && loss >= guess)
    notes.push("even the best rate predicts no better than how frequent each class is: train longer, or look at the data");
  if (name === "r2" && score !== undefined && score <= 0)
    notes.push("even the best rate predicts no better than the mean: train longer, or look at the data, for outliers first");
  return notes;
}

/** The run's optimizer with its learning rate scaled so that its highest is `rate`. */
function withRate(run: CheckedRun, data: TrainingData, rate: number): OptimizerDescription {
  const { core } = unwrap(run.optimizer);
  const { kind: _, groups, ...options } = core;
  const factor = rate / peak(options.learningRate, clockOf(run, data.training.rows));
  const scaled = groups.map((group) =>
    group["learningRate"] === undefined
      ? group
      : ({ ...group, learningRate: scaledBy(group["learningRate"] as Scheduled, factor) } as typeof group),
  );
  const learningRate = typeof options.learningRate === "number" ? rate : scaledBy(options.learningRate, factor);
  return withCore(run.optimizer, makeOptimizer(ruleOf(core), { ...options, learningRate, groups: scaled }, "run.optimizer"));
}

function scaledBy(schedule: Scheduled, factor: number): Scheduled {
  if (typeof schedule === "number") return schedule * factor;
  if (typeof schedule === "object" && isPlateau(schedule))
    return make(scheduleRuleOf(schedule), { ...schedule, rate: startPlateau(schedule).rate * factor });
  return scaleSchedule(schedule, factor);
}

/** The highest rate of a run. */
function peak(schedule: Scheduled, clock: Required<Clock>): number {
  if (typeof schedule === "number") return schedule;
  if (typeof schedule === "object" && isPlateau(schedule)) return startPlateau(schedule).rate;
  let highest = 0;
  for (let step = 0; step < Math.max(1, clock.totalSteps); step++) highest = Math.max(highest, rateAt(schedule, step, clock));
  if (highest === 0) throw new OptionError("run.optimizer.learningRate", schedule, "is 0 throughout: there is nothing to scale");
  return highest;
}
