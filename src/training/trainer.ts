import { checkDataset, type Dataset } from "../data/dataset.js";
import { checkEngine, type Engine } from "../engine/engine.js";
import { Network } from "../models/network.js";
import { widthsOf } from "../models/sequential.js";
import { Random } from "../numerics/random.js";
import { changesWithin } from "../optimizers/manual-rate.js";
import { Optimizer } from "../optimizers/optimizer.js";
import type { StepOptions } from "../optimizers/rule.js";
import { DisposedError, DivergedError } from "../options/errors.js";
import { Batches } from "./batches.js";
import { type Best, better } from "./best.js";
import { blockOf, readCheckpoint, writeCheckpoint } from "./checkpoint.js";
import { checkCheckpoint, checkData, checkDatasets, checkModel, checkOptions } from "./checks.js";
import { evaluate } from "./evaluation.js";
import { Meter } from "./meter.js";
import { bindPenalty } from "./penalty.js";
import type { EpochRecord, Metrics, StepRecord, TrainingData, TrainOptions, TrainProgress } from "./records.js";
import { restoreOptimizer } from "./restoring.js";
import { type CheckedRun, clockOf, type ModelOf, type Run, readRun } from "./run.js";
import { type ScoreName, scoreName } from "./score.js";
import { Slices } from "./slices.js";
import { classWeightsOf, rowWeights } from "./weights.js";

/**
 * Trains a run on data: mini-batches in an order shuffled from the seed, one optimizer step a batch, validation after every epoch.
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
  readonly #batches!: Batches;
  readonly #validation: Batches | undefined;
  readonly #batchesPerEpoch: number;
  readonly #stepOptions: StepOptions = {};
  readonly #classWeights: readonly number[] | undefined;
  readonly #penalty!: () => number;
  #history: EpochRecord[] = [];
  /** Batches done since the start. */
  #done = 0;
  /** Of the epoch that is under way: the sum of its losses times rows. */
  #lossSum = 0;
  /** The rate that the last update used. */
  #learningRate: number | null = null;
  #best: Best | undefined;
  /** The training values of a finished run whose model shows others. */
  #training: Float32Array | undefined;
  #finished = false;
  #disposed = false;

  constructor(engine: Engine, run: R & Run, data: TrainingData) {
    checkEngine(engine);
    this.run = readRun(run);
    this.#engine = engine;
    const { training, validation } = checkDatasets(data);
    checkData(this.run, data);
    const { batchSize, seed, model, loss } = this.run;
    this.scoreName = scoreName(training);
    this.#classWeights = classWeightsOf(this.run.classWeights, training);
    this.#batchesPerEpoch = Math.ceil(training.rows / batchSize);
    const context = { rows: batchSize, seed };
    const made = typeof model === "function" ? model(engine, context) : new Network(engine, model, loss as never, context);
    checkModel(made, engine);
    this.model = made as ModelOf<R>;
    try {
      this.optimizer = new Optimizer(this.model.parameters, this.run.optimizer, clockOf(this.run, training.rows), true);
      this.#penalty = bindPenalty(engine, this.model.parameters, this.run);
      this.#batches = this.#batchesOf(training);
      this.#validation = validation && this.#batchesOf(validation);
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
    while (!this.#finished) {
      signal?.throwIfAborted();
      const step = this.#step();
      meter?.add(this.#batches.rows, step);
      // first the epoch's end, so that what onStep sees, and may write to a checkpoint, is whole
      const epoch = this.#done % this.#batchesPerEpoch === 0 ? this.#endEpoch() : undefined;
      if (step !== undefined) onStep?.(step);
      if (epoch !== undefined) yield epoch;
      if (slices.over) await slices.pause();
    }
  }

  /** Trains on, optimizer update by optimizer update; `history` gains the epochs that end on the way. */
  async *steps(options: Pick<TrainOptions, "signal"> = {}): AsyncGenerator<StepRecord, void, undefined> {
    const { signal } = checkOptions(options);
    const slices = new Slices();
    while (!this.#finished) {
      signal?.throwIfAborted();
      const step = this.#step();
      if (this.#done % this.#batchesPerEpoch === 0) this.#endEpoch();
      if (step !== undefined) yield step;
      if (slices.over) await slices.pause();
    }
  }

  /** Trains to the end and returns the history. */
  async train(options: TrainOptions = {}): Promise<readonly EpochRecord[]> {
    for await (const _ of this.epochs(options));
    return this.#history;
  }

  /** The mean loss and the score on a data set, without learning from it. */
  evaluate(data: Dataset): Metrics {
    this.#alive();
    checkDataset(data, "evaluate.data");
    const { evaluating } = this.optimizer;
    const batches = this.#batchesOf(data);
    try {
      this.optimizer.toEvaluation();
      return evaluate(this.model, batches, this.run.batchSize, this.run.metrics);
    } finally {
      if (!evaluating) this.optimizer.toTraining();
      batches.dispose();
    }
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
    const progress = {
      done: this.#done,
      lossSum: this.#lossSum,
      finished: this.#finished,
      history: this.#history,
      learningRate: this.#learningRate,
      ...(this.#best && { best: best as { metric: number; epoch: number } }),
    };
    const blocks = { best: bestValues, training: this.#training };
    const write = () => writeCheckpoint(this.run, this.model.parameters, this.optimizer.state(), progress, blocks, notes);
    // a run under way is written with its training values, whatever is shown at the moment
    return this.#finished || !this.optimizer.evaluating ? write() : this.#whileTraining(write);
  }

  /**
   * Takes over a checkpoint of the same run, to go on as if nothing had happened. The run may have more epochs now: then a finished one goes
   * on from its training values, unless early stopping had ended it.
   *
   * @throws CheckpointError, and changes nothing, when the checkpoint is damaged or belongs to another run; it says what differs.
   */
  restore(bytes: Uint8Array): void {
    this.#alive();
    const checkpoint = readCheckpoint(bytes);
    const { values, optimizer, progress, best, training } = checkpoint;
    const { done, lossSum, history } = progress;
    const goesOn = checkCheckpoint(checkpoint, this.run, this.#batchesPerEpoch);
    const finished = progress.finished && !goesOn;
    const { parameters } = this.model;
    const shownValues = blockOf(parameters, values);
    const trainingValues = training.size > 0 ? blockOf(parameters, training) : undefined;
    const bestValues = progress.best && blockOf(parameters, best);
    restoreOptimizer(this.optimizer, optimizer, (goesOn && trainingValues) || shownValues);
    this.#done = done;
    this.#lossSum = lossSum;
    this.#finished = finished;
    this.#history = [...history];
    this.#learningRate = progress.learningRate ?? history.at(-1)?.learningRate ?? null;
    this.#best = bestValues && { ...(progress.best as { metric: number; epoch: number }), values: bestValues };
    this.#training = finished ? trainingValues : undefined;
    if (finished) {
      // a finished run's values are already those to evaluate
      this.optimizer.toEvaluation();
      parameters.values.view.set(shownValues);
    }
    if (done % this.#batchesPerEpoch !== 0) this.#shuffle();
  }

  /** Does something while the parameters hold the training values, and shows those to evaluate again. */
  #whileTraining<T>(action: () => T): T {
    this.optimizer.toTraining();
    try {
      return action();
    } finally {
      this.optimizer.toEvaluation();
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // construction may have ended before all of them were there
    this.#batches?.dispose();
    this.#validation?.dispose();
    this.optimizer?.dispose();
    this.model.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Learns from the next batch; returns a record when that completed an update. */
  #step(): StepRecord | undefined {
    this.#alive();
    const index = this.#done % this.#batchesPerEpoch;
    if (index === 0) {
      this.#shuffle();
      this.#lossSum = 0;
    }
    const from = index * this.run.batchSize;
    const rows = Math.min(this.run.batchSize, this.#batches.data.rows - from);
    const batch = this.#batches.gather(from, rows, this.#done);
    // a short batch counts by its rows among those that are accumulated; the run's last ones are not left out
    this.#stepOptions.weight = rows / this.run.batchSize;
    this.#stepOptions.last = this.#done + 1 === this.#batchesPerEpoch * this.run.epochs;
    const updated = this.optimizer.step(() => this.model.train(batch) + this.#penalty(), this.#stepOptions);
    this.#done++;
    const { loss } = this.optimizer;
    // a batch that the guard has left out counts as those before it
    this.#lossSum += rows * (Number.isNaN(loss) ? (from > 0 ? this.#lossSum / from : 0) : loss);
    if (!updated) return undefined;
    this.#learningRate = this.optimizer.learningRate;
    const epoch = Math.ceil(this.#done / this.#batchesPerEpoch);
    return { epoch, step: this.optimizer.steps, loss, learningRate: this.#learningRate };
  }

  #meter(tell: (progress: TrainProgress) => void): Meter {
    const { epochs, batchSize } = this.run;
    const { rows } = this.#batches.data;
    const rowsLeft = epochs * rows - this.#history.length * rows - (this.#done % this.#batchesPerEpoch) * batchSize;
    return new Meter(tell, {
      epochs,
      steps: clockOf(this.run, rows).totalSteps,
      rowsLeft,
      gradientNorm: () => this.optimizer.gradientNorm,
    });
  }

  #endEpoch(): EpochRecord {
    this.optimizer.check();
    this.optimizer.toEvaluation();
    const record: EpochRecord = {
      epoch: this.#done / this.#batchesPerEpoch,
      step: this.optimizer.steps,
      loss: this.#lossSum / this.#batches.data.rows,
      learningRate: this.#learningRate,
      ...(this.#validation && { validation: evaluate(this.model, this.#validation, this.run.batchSize, this.run.metrics) }),
      ...changesWithin(this.optimizer.rateChanges, this.#history.at(-1)?.step ?? 0, this.optimizer.steps),
    };
    this.#history.push(record);
    const watched = record.validation?.loss ?? record.loss;
    if (!Number.isFinite(watched)) {
      this.optimizer.toTraining();
      throw new DivergedError("the validation loss", this.optimizer.steps);
    }
    this.optimizer.observe(watched);
    this.#finished = this.#noImprovement(record) || record.epoch >= this.run.epochs;
    if (this.#finished) this.#showResult();
    else this.optimizer.toTraining();
    return record;
  }

  /** Leaves in the model what the run has come to, and keeps the training values where these are others. */
  #showResult(): void {
    const { view } = this.model.parameters.values;
    const result = this.#best?.values ?? view.slice();
    const training = this.#whileTraining(() => view.slice());
    view.set(result);
    this.#training = training.every((value, i) => value === result[i]) ? undefined : training;
  }

  /** Keeps the best weights; true when early stopping has run out of patience. */
  #noImprovement(record: EpochRecord): boolean {
    const { earlyStopping } = this.run;
    if (earlyStopping === undefined) return false;
    this.#best = better(this.#best, record, this.run, this.model.parameters.values.view);
    return record.epoch - this.#best.epoch >= earlyStopping.patience;
  }

  #shuffle(): void {
    const { index } = this.#batches;
    for (let i = 0; i < index.length; i++) index[i] = i;
    new Random(this.run.seed, "shuffle", Math.floor(this.#done / this.#batchesPerEpoch)).shuffle(index);
  }

  #batchesOf(data: Dataset): Batches {
    const { model, loss, batchSize } = this.run;
    const outputs = typeof model === "function" ? undefined : widthsOf(model).outputs;
    return new Batches(this.#engine, data, batchSize, loss, outputs, rowWeights(data, this.#classWeights));
  }

  #alive(): void {
    if (this.#disposed) throw new DisposedError("trainer");
  }
}
