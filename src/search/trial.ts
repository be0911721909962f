import type { Dataset } from "../data/dataset.js";
import type { Engine } from "../engine/engine.js";
import { shapesOf } from "../models/sequential.js";
import { DivergedError, OptionError } from "../options/errors.js";
import { given, listener, signal as signalField } from "../options/listeners.js";
import { demand, type Fields, integer, number, optional, readOptions } from "../options/options.js";
import { Batches } from "../training/batches.js";
import { checkDatasets } from "../training/checks.js";
import type { EpochRecord, Metrics, TrainingData } from "../training/records.js";
import { type Run, readRun } from "../training/run.js";
import { Trainer } from "../training/trainer.js";
import { rowWeights, weigh } from "../training/weights.js";
import { fingerprint } from "./fingerprint.js";
import { scaleRun } from "./scale.js";

/** The data of a trial: `test` has no part in any choice. */
export interface SearchData extends TrainingData {
  readonly test?: Dataset;
}

export interface TrialSpec {
  /** Where to run. Both backends, and every machine, give the same bits. */
  readonly engine: Engine;
  readonly run: Run;
  readonly data: SearchData;
  /** The learning rate, greater than 0: the highest of the run's schedule. */
  readonly rate: number;
  /** Takes the place of the run's seed: initial weights, order of rows, dropout. Default: that of the run. */
  readonly seed?: number;
  /** Pause after this epoch, from 1: the result then has a checkpoint, from which the trial goes on. Default: train to the end. */
  readonly until?: number;
  /** The checkpoint of the same trial to go on from. The bits are those of a trial that was never paused. */
  readonly from?: Uint8Array;
  /** Stops the trial between two steps. */
  readonly signal?: AbortSignal;
  /** Called after every epoch. */
  readonly onEpoch?: (epoch: EpochRecord) => void;
}

const specFields = {
  engine: given,
  run: given,
  data: given,
  rate: number(undefined, { above: 0 }),
  seed: optional(integer(undefined, { min: 0 })),
  until: optional(integer(undefined, { min: 1 })),
  from: optional({
    fallback: undefined,
    read(value, path) {
      demand(value instanceof Uint8Array, path, value, "the checkpoint of a paused trial");
      return value;
    },
  }),
  signal: signalField,
  onEpoch: listener(),
} as Fields<TrialSpec>;

/** One run of one rate, as plain JSON but for the checkpoint of one that was paused. */
export interface TrialResult {
  readonly rate: number;
  readonly seed: number;
  /** The loss of the first update's batch, before the update: what the untrained network costs. Null where there was no update. */
  readonly startLoss: number | null;
  readonly history: readonly EpochRecord[];
  /** The epoch whose weights were kept: the last, or the best with early stopping. */
  readonly kept: EpochRecord | null;
  /** What each validation row contributes to loss and score; null of a run that diverged, or without validation data. */
  readonly rows: RowResults | null;
  /** The mean over classes of the share of their validation rows that are right; null where there are no such rows, or no classes. */
  readonly balancedAccuracy: number | null;
  /** Loss and score on the test data. */
  readonly test: Metrics | null;
  /** A fingerprint of the weights; null of a run that diverged. */
  readonly weights: string | null;
  /** The quantity that stopped being finite, and when, if the run diverged. */
  readonly divergence: { readonly what: string; readonly step: number } | null;
  /** Why there is no result, of a trial that ended every worker it was given to; it has no history then. */
  readonly lost?: string;
  /** The epoch after which a trial was paused, of one that has not ended; it has no rows, no balanced accuracy, no test and no weights. */
  readonly paused?: number;
  /** Where it goes on from: bytes, and so the one thing that is not JSON. */
  readonly checkpoint?: Uint8Array;
}

/** Results of the validation rows, in their order. Where rows count by weights, of their own or of their class, each is times the row's weight by the mean weight. */
export interface RowResults {
  /** The mean is the validation loss. */
  readonly losses: readonly number[];
  /**
   * 1 or 0 for a row that is classified right or wrong; for quantities 1 less the row's squared error in units of the variance, averaged over outputs. The mean is the score, or a
   * weighted one. Missing where there is no score.
   */
  readonly scores?: readonly number[];
}

/**
 * Trains a run with one learning rate and tells all that a search decides by. A pure function of run, data, rate and seed: the same bits on
 * every machine, in both backends, however often it is run.
 *
 * @throws OptionError for a rate that is not greater than 0 or a wrong run; CheckpointError for a checkpoint of another trial; what the Trainer
 *   throws, but for divergence, which is a result.
 * @example
 * const { kept, rows, weights } = await runTrial({ engine, run, data: { training, validation }, rate: 0.01, seed: 3 });
 */
export async function runTrial(spec: TrialSpec): Promise<TrialResult> {
  const { engine, run, data, rate, seed, until, from, signal, onEpoch } = readOptions<TrialSpec>("runTrial", spec, specFields);
  const checked = readRun(run);
  checkDatasets(data);
  const own = seed === undefined ? checked : readRun({ ...checked, seed });
  const trainer = new Trainer(engine, scaleRun(own, data.training.rows, rate), data);
  try {
    if (from !== undefined) {
      // the first update again, of which no checkpoint tells
      for await (const _ of trainer.steps()) break;
      trainer.restore(from);
    }
    let divergence: TrialResult["divergence"] = null;
    let checkpoint: Uint8Array | undefined;
    try {
      if (until === undefined || until > trainer.history.length) {
        for await (const epoch of trainer.epochs(signal && { signal })) {
          onEpoch?.(epoch);
          if (epoch.epoch === until) break;
        }
      }
      if (!trainer.finished) checkpoint = trainer.checkpoint();
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      divergence = { what: error.what, step: error.step };
    }
    const { history, bestEpoch, model, startLoss } = trainer;
    const ended = divergence === null && checkpoint === undefined;
    const rows = ended && data.validation !== undefined ? rowResults(engine, trainer, data.validation) : null;
    return {
      rate,
      seed: own.seed,
      startLoss,
      history,
      kept: history[(bestEpoch ?? history.length) - 1] ?? null,
      rows: rows && weighed(rows, rowWeights(data.validation as Dataset, trainer.classWeights)),
      balancedAccuracy: balancedAccuracy(rows, data.validation),
      test: ended && data.test !== undefined ? trainer.evaluate(data.test) : null,
      weights: ended ? fingerprint(model.parameters.values.view) : null,
      divergence,
      ...(checkpoint && { paused: history.length, checkpoint }),
    };
  } finally {
    trainer.dispose();
  }
}

/** Evaluates row by row, which gives the losses of each whatever the loss is, a model of the user's own included. */
function rowResults(engine: Engine, { model, run }: Trainer, data: Dataset): RowResults {
  const outputs = typeof run.model === "function" ? undefined : shapesOf(run.model).outputs;
  const evaluate = model.evaluate?.bind(model);
  if (evaluate === undefined) throw new OptionError("run.model", model, "needs evaluate(batch) to be checked on data");
  const batches = new Batches(engine, data, 1, run.loss, outputs);
  const losses: number[] = [];
  const scores: number[] = [];
  const scoreOf = rowScore(data);
  try {
    for (let row = 0; row < data.rows; row++) {
      const evaluation = evaluate(batches.gather(row, 1, 0));
      losses.push(evaluation.loss);
      if (scoreOf !== undefined && evaluation.outputs !== undefined) scores.push(scoreOf(evaluation.outputs, row));
    }
  } finally {
    batches.dispose();
  }
  return { losses, ...(scores.length === data.rows && { scores }) };
}

function weighed({ losses, scores }: RowResults, weights: Float32Array | undefined): RowResults {
  return { losses: weigh(losses, weights), ...(scores && { scores: weigh(scores, weights) }) };
}

function balancedAccuracy(rows: RowResults | null, data: Dataset | undefined): number | null {
  if (rows?.scores === undefined || data?.task !== "classification") return null;
  const [right, all] = [new Array<number>(data.outputs).fill(0), new Array<number>(data.outputs).fill(0)];
  rows.scores.forEach((score, row) => {
    const target = data.targets[row] as number;
    right[target] = (right[target] as number) + score;
    all[target] = (all[target] as number) + 1;
  });
  const shares = all.flatMap((count, i) => (count > 0 ? [(right[i] as number) / count] : []));
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** How a row's outputs contribute to the score; undefined where there is none, since all targets are equal. */
function rowScore(data: Dataset): ((outputs: Float32Array, row: number) => number) | undefined {
  const { targets, rows, outputs: width } = data;
  if (data.task === "classification") return (outputs, row) => (classOf(outputs) === targets[row] ? 1 : 0);
  const totals = Array.from({ length: width }, (_, j) => {
    let mean = 0;
    for (let r = 0; r < rows; r++) mean += (targets[r * width + j] as number) / rows;
    let total = 0;
    for (let r = 0; r < rows; r++) total += ((targets[r * width + j] as number) - mean) * ((targets[r * width + j] as number) - mean);
    return targets.every((target, i) => i % width !== j || target === targets[j]) ? 0 : total;
  });
  const varying = totals.filter((total) => total > 0).length;
  if (varying === 0) return undefined;
  return (outputs, row) => {
    let share = 0;
    totals.forEach((total, j) => {
      const error = (outputs[j] as number) - (targets[row * width + j] as number);
      if (total > 0) share += (error * error * rows) / total / varying;
    });
    return 1 - share;
  };
}

/** The class that outputs stand for, as `Score` reads them. */
function classOf(outputs: Float32Array): number {
  if (outputs.length === 1) return (outputs[0] as number) > 0 ? 1 : 0;
  let best = 0;
  for (let j = 1; j < outputs.length; j++) if ((outputs[j] as number) > (outputs[best] as number)) best = j;
  return best;
}
