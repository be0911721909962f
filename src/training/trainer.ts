import type { Dataset } from "../data/dataset.js";
import { AUGMENT, type Augmented, type BatchSource, type RowStream } from "../data/source.js";
import { checkEngine, type Engine } from "../engine/engine.js";
import { Slices } from "../engine/slices.js";
import { Network } from "../models/network.js";
import { changesWithin } from "../optimizers/manual-rate.js";
import { Optimizer } from "../optimizers/optimizer.js";
import type { StepOptions } from "../optimizers/rule.js";
import { DisposedError, DivergedError } from "../options/errors.js";
import type { Clock } from "../schedules/schedule.js";
import { type Best, better } from "./best.js";
import { writeCheckpoint } from "./checkpoint.js";
import { checkData, checkDatasets, checkEvaluated, checkModel, checkOptions } from "./checks.js";
import { evaluate, evaluateApart } from "./evaluation.js";
import { Meter } from "./meter.js";
import { bindPenalty } from "./penalty.js";
import type { EpochRecord, Metrics, StepRecord, TrainerData, TrainOptions, TrainProgress } from "./records.js";
import { readRestored, restoreOptimizer, showResult, whileTraining } from "./restoring.js";
import { type CheckedRun, clockOfData, type ModelOf, type Run, readRun } from "./run.js";
import { type ScoreName, scoreName } from "./score.js";
import { sourceOf } from "./sources.js";
import { classWeightsOf } from "./weights.js";

/**
 * Trains a run on data: mini-batches in an order shuffled from the seed, one optimizer step a batch, validation after every epoch. Data are in
 * memory (`dataset`), or come as they are read (`stream` of `stepsize/data`).
 *
 * Iterate over `epochs()` (or `steps()`), or await `train()`. Everything but time is decided by the run: the same run gives the same bits.
 *
 * @throws OptionError, ShapeError or OutOfMemoryError at construction; while training DivergedError when a loss, a weight or the optimizer's
 *   state stops being finite, EngineError when a thread dies.
 * @example
 * const trainer = new Trainer(engine, run, { training, validation });
 * for await (const { epoch, loss, validation } of trainer.epochs()) console.log(epoch, loss, validation?.score);
 */
export class Trainer<R extends Pick<Run, "model"> = Run> implements Disposable {
  readonly run: CheckedRun;
  readonly model: ModelOf<R>;
  readonly optimizer!: Optimizer;
  readonly scoreName: ScoreName;
  readonly #engine: Engine;
  readonly #source!: BatchSource;
  readonly #validation: BatchSource | undefined;
  readonly #augment: Augmented[typeof AUGMENT];
  /** How long an epoch and the run are, where the data tell. */
  readonly #clock: Clock;
  readonly #data: Dataset | RowStream;
  readonly #stepOptions: StepOptions = {};
  /** @internal */
  readonly classWeights: readonly number[] | undefined;
  /** Fills the gradients of the batch at hand and returns its loss. */
  readonly #learn!: () => number;
  #history: EpochRecord[] = [];
  /** Batches done since the start. */
  #done = 0;
  /** Of the epoch that is under way: its batches and rows that are done, and the sum of its losses times rows. */
  #index = 0;
  #epochRows = 0;
  #lossSum = 0;
  #rateBefore: number | null = null;
  /** @internal The loss of the first batch that this object learnt from, before the update. */
  startLoss: number | null = null;
  #best: Best | undefined;
  /** The training values of a finished run whose model shows others. */
  #training: Float32Array | undefined;
  #finished = false;
  /** While rows to validate on are waited for: whoever else goes through the run waits too. */
  #validating: Promise<void> | undefined;
  #disposed = false;

  constructor(engine: Engine, run: R & Run, data: TrainerData) {
    checkEngine(engine);
    this.run = readRun(run);
    this.#engine = engine;
    const { training, validation } = checkDatasets(data, true);
    checkData(this.run, data);
    const { batchSize, seed, model, loss } = this.run;
    this.scoreName = scoreName(training);
    this.classWeights = classWeightsOf(this.run.classWeights, training);
    this.#augment = (training as Augmented)[AUGMENT];
    this.#data = training;
    this.#clock = clockOfData(this.run, training);
    const context = { rows: batchSize, seed };
    const made = typeof model === "function" ? model(engine, context) : new Network(engine, model, loss as never, context);
    checkModel(made, engine);
    this.model = made as ModelOf<R>;
    try {
      this.optimizer = new Optimizer(this.model.parameters, this.run.optimizer, this.#clock, true);
      const penalty = bindPenalty(engine, this.model.parameters, this.run);
      this.#learn = () => this.model.train(this.#source.batch) + (penalty?.() ?? 0);
      this.#source = sourceOf(engine, this.run, training, this.classWeights);
      this.#validation = validation && sourceOf(engine, this.run, validation, this.classWeights);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** The epochs done so far. */
  get history(): readonly EpochRecord[] {
    return this.#history;
  }

  /** True when all epochs are done, or early stopping has ended the run. */
  get finished(): boolean {
    return this.#finished;
  }

  /** With early stopping, the epoch with the best validation so far: its weights are restored at the end. */
  get bestEpoch(): number | undefined {
    return this.#best?.epoch;
  }

  /**
   * Sets the learning rate from the next update on, as `Optimizer.setLearningRate`, while it trains. What is set is kept by checkpoints, told by
   * the history, and made data by `recordedRun`.
   */
  setLearningRate(rate: number, match?: string): void {
    this.#alive();
    this.optimizer.setLearningRate(rate, match);
  }

  /** Trains on, epoch by epoch, from where the run stands to its end. */
  async *epochs(options: TrainOptions = {}): AsyncGenerator<EpochRecord, void, undefined> {
    const { signal, onStep, onProgress } = checkOptions(options);
    const slices = new Slices();
    const meter = onProgress && this.#meter(onProgress);
    const isTold = onStep !== undefined || meter !== undefined;
    try {
      while (!this.#finished) {
        const waiting = this.#ready(signal);
        if (waiting !== undefined) {
          await waiting;
          continue;
        }
        const step = this.#step() && isTold ? this.#record() : undefined;
        meter?.add(this.#source.batch.rows, step);
        // first the epoch's end, so that what onStep sees, and may write to a checkpoint, is whole
        const epoch = this.#source.over(this.#index) ? await this.#endEpoch() : undefined;
        if (step !== undefined) onStep?.(step);
        if (epoch !== undefined) yield epoch;
        if (slices.over) await slices.pause();
      }
    } finally {
      this.#source.close();
    }
  }

  /** Trains on, optimizer update by optimizer update; `history` gains the epochs that end on the way. */
  async *steps(options: Pick<TrainOptions, "signal"> = {}): AsyncGenerator<StepRecord, void, undefined> {
    const { signal } = checkOptions(options);
    const slices = new Slices();
    try {
      while (!this.#finished) {
        const waiting = this.#ready(signal);
        if (waiting !== undefined) {
          await waiting;
          continue;
        }
        const step = this.#step() ? this.#record() : undefined;
        if (this.#source.over(this.#index)) await this.#endEpoch();
        if (step !== undefined) yield step;
        if (slices.over) await slices.pause();
      }
    } finally {
      this.#source.close();
    }
  }

  /** Trains to the end and returns the history. */
  async train(options: TrainOptions = {}): Promise<readonly EpochRecord[]> {
    for await (const _ of this.epochs(options));
    return this.#history;
  }

  /** The mean loss and the score on a data set, without learning from it; a promise of them for a stream. */
  evaluate(data: Dataset): Metrics;
  evaluate(data: RowStream): Promise<Metrics>;
  evaluate(data: Dataset | RowStream): Metrics | Promise<Metrics> {
    this.#alive();
    checkEvaluated(this.run, this.#data, data);
    const source = sourceOf(this.#engine, this.run, data, this.classWeights);
    return evaluateApart(this.model, this.optimizer, source, this.run);
  }

  /**
   * The run as a safetensors file: weights, optimizer state, where it stands, and the run itself. Of a model of the user's own, or a rate that
   * is a function, only the name is in it: `restore` goes on with those of the Trainer that restores.
   *
   * @param notes JSON of the caller's own, such as the encoder of a CSV file.
   * @throws DivergedError when a weight or the optimizer's state is not finite; OptionError for notes that are not JSON.
   */
  checkpoint(notes?: unknown): Uint8Array<ArrayBuffer> {
    this.#alive();
    const broken = this.optimizer.findNonFinite();
    if (broken !== undefined) throw new DivergedError(broken, this.optimizer.steps);
    const { values: bestValues, ...best } = this.#best ?? {};
    const stream = this.#source.position(this.#index, this.#epochRows);
    const progress = {
      done: this.#done,
      lossSum: this.#lossSum,
      finished: this.#finished,
      history: this.#history,
      learningRate: this.#learningRate,
      ...(stream && { stream }),
      ...(this.#best && { best: best as { metric: number; epoch: number } }),
    };
    const blocks = { best: bestValues, training: this.#training };
    const write = () => writeCheckpoint(this.run, this.model.parameters, this.optimizer.state(), progress, blocks, notes);
    // a run under way is written with its training values, whatever is shown at the moment
    return this.#finished || !this.optimizer.evaluating ? write() : whileTraining(this.optimizer, write);
  }

  /**
   * Takes over a checkpoint of the same run, to go on as if nothing had happened. The run may have more epochs now: then a finished one goes
   * on from its training values, unless early stopping had ended it.
   *
   * @throws CheckpointError, and changes nothing, when the checkpoint is damaged or belongs to another run; it says what differs.
   */
  restore(bytes: Uint8Array): void {
    this.#alive();
    const { parameters } = this.model;
    const restored = readRestored(bytes, this.run, parameters);
    const { progress, finished, goesOn, shownValues, trainingValues, bestValues } = restored;
    const { done, lossSum, history } = progress;
    const { batches, rows } = this.#source.place(done, history.length, progress.stream);
    restoreOptimizer(this.optimizer, restored.optimizer, (goesOn && trainingValues) || shownValues);
    this.#done = done;
    this.#index = batches;
    this.#epochRows = rows;
    this.#lossSum = lossSum;
    this.#finished = finished;
    this.#history = [...history];
    this.#rateBefore = progress.learningRate ?? history.at(-1)?.learningRate ?? null;
    this.#best = bestValues && { ...(progress.best as { metric: number; epoch: number }), values: bestValues };
    this.#training = finished ? trainingValues : undefined;
    if (finished) {
      // a finished run's values are already those to evaluate
      this.optimizer.toEvaluation();
      parameters.values.view.set(shownValues);
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // construction may have ended before all of them were there
    this.#source?.dispose();
    this.#validation?.dispose();
    this.optimizer?.dispose();
    this.model.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Makes the next batch ready; a promise where that takes a while: then it is to be asked for again. */
  #ready(signal: AbortSignal | undefined): undefined | Promise<void> {
    this.#alive();
    signal?.throwIfAborted();
    return this.#validating ?? this.#source.ready(this.#history.length, this.#index, signal);
  }

  /** Learns from the next batch; true when that completed an update. */
  #step(): boolean {
    const source = this.#source;
    // an epoch whose end failed
    if (source.over(this.#index)) return false;
    const batch = source.next(this.#done);
    const { batchSize, epochs, seed } = this.run;
    const { rows } = batch;
    const epoch = this.#history.length + 1;
    this.#augment?.(batch, seed, epoch);
    // a short batch counts by its rows among those that are accumulated; the run's last ones are not left out
    this.#stepOptions.weight = rows / batchSize;
    const endsEpoch = source.over(this.#index + 1);
    this.#stepOptions.last = endsEpoch && epoch === epochs;
    const updated = this.optimizer.step(this.#learn, this.#stepOptions);
    this.#done++;
    const { loss } = this.optimizer;
    if (this.#index++ === 0) this.#lossSum = 0;
    // a batch that the guard has left out counts as those before it
    this.#lossSum += rows * (Number.isNaN(loss) ? (this.#epochRows > 0 ? this.#lossSum / this.#epochRows : 0) : loss);
    this.#epochRows += rows;
    if (updated) this.startLoss ??= loss;
    return updated;
  }

  /** Of the update that was just made, in an epoch that is not over. */
  #record(): StepRecord {
    const { steps: step, loss, learningRate } = this.optimizer;
    return { epoch: this.#history.length + 1, step, loss, learningRate };
  }

  /** The rate that the last update used, of this object or of the run that it goes on with; null before the first. */
  get #learningRate(): number | null {
    const { learningRate } = this.optimizer;
    return Number.isNaN(learningRate) ? this.#rateBefore : learningRate;
  }

  #meter(tell: (progress: TrainProgress) => void): Meter {
    const { epochs } = this.run;
    const rowsLeft = (epochs - this.#history.length) * (this.#data.rows ?? Number.NaN) - this.#epochRows;
    return new Meter(tell, { epochs, steps: this.#clock.totalSteps ?? null, rowsLeft }, this.optimizer);
  }

  async #endEpoch(): Promise<EpochRecord> {
    this.optimizer.check();
    this.optimizer.toEvaluation();
    let validation = this.#validation && evaluate(this.model, this.#validation, this.run);
    if (validation instanceof Promise) {
      const end = (result: unknown) => {
        this.#validating = undefined;
        if (result instanceof Error) this.optimizer.toTraining();
      };
      this.#validating = validation.then(end, end);
      validation = await validation;
    }
    const record: EpochRecord = {
      epoch: this.#history.length + 1,
      step: this.optimizer.steps,
      loss: this.#lossSum / this.#epochRows,
      learningRate: this.#learningRate,
      ...(validation && { validation }),
      ...changesWithin(this.optimizer.rateChanges, this.#history.at(-1)?.step ?? 0, this.optimizer.steps),
    };
    this.#history.push(record);
    this.#index = 0;
    this.#epochRows = 0;
    const watched = record.validation?.loss ?? record.loss;
    if (!Number.isFinite(watched)) {
      this.optimizer.toTraining();
      throw new DivergedError("the validation loss", this.optimizer.steps);
    }
    this.optimizer.observe(watched);
    const { earlyStopping, epochs } = this.run;
    if (earlyStopping) this.#best = better(this.#best, record, this.run, this.model.parameters.values.view);
    const idle = record.epoch - (this.#best?.epoch ?? record.epoch);
    this.#finished = record.epoch >= epochs || (earlyStopping !== undefined && idle >= earlyStopping.patience);
    if (this.#finished) this.#training = showResult(this.optimizer, this.#best?.values);
    else this.optimizer.toTraining();
    return record;
  }

  #alive(): void {
    if (this.#disposed) throw new DisposedError("trainer");
  }
}
