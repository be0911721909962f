import type { Dataset } from "../data/dataset.js";
import type { Engine } from "../engine/load.js";
import type { Model } from "../models/model.js";
import { Network } from "../models/network.js";
import { Random } from "../numerics/random.js";
import { Optimizer } from "../optimizers/optimizer.js";
import { CheckpointError, DisposedError, DivergedError, OptionError, ShapeError } from "../options/errors.js";
import { show } from "../options/options.js";
import { Batches } from "./batches.js";
import { blockOf, readCheckpoint, runToJSON, writeCheckpoint } from "./checkpoint.js";
import { type CheckedRun, clockOf, type Run, readRun } from "./run.js";
import { Score, type ScoreName, scoreName } from "./score.js";

/** What is learnt from, and what it is checked on. */
export interface TrainingData {
  readonly training: Dataset;
  readonly validation?: Dataset;
}

export interface Metrics {
  /** The mean loss over the rows. */
  readonly loss: number;
  /** Accuracy for classes, R² for quantities; missing when the model gives no outputs. */
  readonly score?: number;
}

/** One optimizer update. */
export interface StepRecord {
  /** From 1. */
  readonly epoch: number;
  /** The number of updates made, this one included. */
  readonly step: number;
  /** The loss of the update's last batch, before the update. */
  readonly loss: number;
  /** The rate that the update used. */
  readonly learningRate: number;
}

/** One pass over the training data. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** The number of updates made since the start. */
  readonly step: number;
  /** The mean over the epoch's batches, each weighted by its rows and measured before its update. */
  readonly loss: number;
  /** The rate that the epoch's last update used. */
  readonly learningRate: number;
  readonly validation?: Metrics;
}

export interface TrainOptions {
  /** Stops between two steps; what was trained stays, and training can go on from there. */
  signal?: AbortSignal;
  /** Called after every optimizer update. */
  onStep?: (step: StepRecord) => void;
}

/** Work is cut into pieces of about this many milliseconds, so that a page stays alive. */
const SLICE = 12;

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
export class Trainer implements Disposable {
  readonly run: CheckedRun;
  readonly model: Model;
  readonly optimizer!: Optimizer;
  readonly scoreName: ScoreName;
  readonly #engine: Engine;
  readonly #batches!: Batches;
  readonly #validation: Batches | undefined;
  readonly #batchesPerEpoch: number;
  #history: EpochRecord[] = [];
  /** Batches done since the start. */
  #done = 0;
  /** Of the epoch that is under way: the sum of its losses times rows. */
  #lossSum = 0;
  #best: { metric: number; epoch: number; values: Float32Array } | undefined;
  #finished = false;
  #disposed = false;

  constructor(engine: Engine, run: Run, data: TrainingData) {
    this.run = readRun(run);
    this.#engine = engine;
    const { training, validation } = checkDatasets(data);
    checkData(this.run, data);
    const { batchSize, seed, model, loss } = this.run;
    this.scoreName = scoreName(training);
    this.#batchesPerEpoch = Math.ceil(training.rows / batchSize);
    const context = { rows: batchSize, seed };
    this.model = typeof model === "function" ? model(engine, context) : new Network(engine, model, loss as never, context);
    try {
      this.optimizer = new Optimizer(this.model.parameters, this.run.optimizer, clockOf(this.run, training.rows));
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

  /** Trains on, epoch by epoch, from where the run stands to its end. */
  async *epochs({ signal, onStep }: TrainOptions = {}): AsyncGenerator<EpochRecord, void, undefined> {
    let last = now();
    while (!this.#finished) {
      signal?.throwIfAborted();
      const step = this.#step();
      // first the epoch's end, so that what onStep sees, and may write to a checkpoint, is whole
      const epoch = this.#done % this.#batchesPerEpoch === 0 ? this.#endEpoch() : undefined;
      if (step !== undefined) onStep?.(step);
      if (epoch !== undefined) yield epoch;
      if (now() - last > SLICE) {
        await pause();
        last = now();
      }
    }
  }

  /** Trains on, optimizer update by optimizer update; `history` gains the epochs that end on the way. */
  async *steps({ signal }: Pick<TrainOptions, "signal"> = {}): AsyncGenerator<StepRecord, void, undefined> {
    let last = now();
    while (!this.#finished) {
      signal?.throwIfAborted();
      const step = this.#step();
      if (this.#done % this.#batchesPerEpoch === 0) this.#endEpoch();
      if (step !== undefined) yield step;
      if (now() - last > SLICE) {
        await pause();
        last = now();
      }
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
    const { evaluating } = this.optimizer;
    const batches = this.#batchesOf(data);
    try {
      this.optimizer.toEvaluation();
      return this.#evaluate(batches);
    } finally {
      if (!evaluating) this.optimizer.toTraining();
      batches.dispose();
    }
  }

  /**
   * The run as a safetensors file: weights, optimizer state, where it stands, and the run itself.
   *
   * @param notes JSON of the caller's own, such as the encoder of a CSV file.
   * @throws CheckpointError or OptionError when the run holds functions; OptionError for notes that are not JSON.
   */
  checkpoint(notes?: unknown): Uint8Array<ArrayBuffer> {
    this.#alive();
    const { values, ...best } = this.#best ?? {};
    const where = { done: this.#done, lossSum: this.#lossSum, finished: this.#finished, history: this.#history };
    const progress = { ...where, ...(this.#best && { best: best as { metric: number; epoch: number } }) };
    return writeCheckpoint(this.run, this.model.parameters, this.optimizer.state(), progress, values, notes);
  }

  /** Takes over a checkpoint of the same run, to go on as if nothing had happened. Throws CheckpointError and changes nothing otherwise. */
  restore(bytes: Uint8Array): void {
    this.#alive();
    const { run, values, optimizer, progress, best } = readCheckpoint(bytes);
    if (JSON.stringify(run) !== JSON.stringify(runToJSON(this.run))) throw new CheckpointError("the checkpoint belongs to another run");
    const { done, lossSum, finished, history } = progress;
    if (history.length !== Math.floor(done / this.#batchesPerEpoch)) {
      throw new CheckpointError(
        `the checkpoint has ${done} batches in ${history.length} epochs, this data has ${this.#batchesPerEpoch} batches an epoch`,
      );
    }
    const block = blockOf(this.model.parameters, values);
    const bestValues = progress.best && blockOf(this.model.parameters, best);
    const { evaluating } = this.optimizer;
    const shown = this.model.parameters.values.view.slice();
    this.optimizer.toTraining();
    try {
      this.optimizer.load(optimizer);
    } catch (error) {
      if (evaluating) this.optimizer.toEvaluation();
      this.model.parameters.values.view.set(shown);
      throw error;
    }
    this.model.parameters.values.view.set(block);
    this.#done = done;
    this.#lossSum = lossSum;
    this.#finished = finished;
    this.#history = [...history];
    this.#best = bestValues && { ...(progress.best as { metric: number; epoch: number }), values: bestValues };
    if (finished) {
      // a finished run's values are already those to evaluate
      this.optimizer.toEvaluation();
      this.model.parameters.values.view.set(block);
    }
    if (done % this.#batchesPerEpoch !== 0) this.#shuffle();
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
    const updated = this.optimizer.step(() => this.model.train(batch));
    this.#done++;
    const { loss } = this.optimizer;
    this.#lossSum += loss * rows;
    if (!updated) return undefined;
    const epoch = Math.ceil(this.#done / this.#batchesPerEpoch);
    return { epoch, step: this.optimizer.steps, loss, learningRate: this.optimizer.learningRate };
  }

  #endEpoch(): EpochRecord {
    const broken = this.optimizer.findNonFinite();
    if (broken !== undefined) throw new DivergedError(broken, this.optimizer.steps);
    this.optimizer.toEvaluation();
    const record: EpochRecord = {
      epoch: this.#done / this.#batchesPerEpoch,
      step: this.optimizer.steps,
      loss: this.#lossSum / this.#batches.data.rows,
      learningRate: this.optimizer.learningRate,
      ...(this.#validation && { validation: this.#evaluate(this.#validation) }),
    };
    this.#history.push(record);
    const watched = record.validation?.loss ?? record.loss;
    if (!Number.isFinite(watched)) {
      this.optimizer.toTraining();
      throw new DivergedError("the validation loss", this.optimizer.steps);
    }
    this.optimizer.observe(watched);
    this.#finished = record.epoch >= this.run.epochs || this.#noImprovement(record);
    if (!this.#finished) this.optimizer.toTraining();
    else if (this.#best !== undefined) this.model.parameters.values.view.set(this.#best.values);
    return record;
  }

  /** Keeps the best weights; true when early stopping has run out of patience. */
  #noImprovement({ epoch, validation }: EpochRecord): boolean {
    const { earlyStopping } = this.run;
    if (earlyStopping === undefined) return false;
    const { patience, minimumImprovement, monitor } = earlyStopping;
    // higher is better
    const metric = monitor === "score" ? (validation?.score as number) : -(validation?.loss as number);
    if (this.#best === undefined || metric > this.#best.metric + minimumImprovement) {
      this.#best = { metric, epoch, values: this.model.parameters.values.view.slice() };
    }
    return epoch - this.#best.epoch >= patience;
  }

  #shuffle(): void {
    const { index } = this.#batches;
    for (let i = 0; i < index.length; i++) index[i] = i;
    new Random(this.run.seed, "shuffle", Math.floor(this.#done / this.#batchesPerEpoch)).shuffle(index);
  }

  #evaluate(batches: Batches): Metrics {
    const { data } = batches;
    const evaluate = this.model.evaluate?.bind(this.model);
    if (evaluate === undefined) throw new OptionError("run.model", this.model, "needs evaluate(batch) to be checked on data");
    const score = new Score(data);
    let sum = 0;
    let scored = true;
    for (let from = 0; from < data.rows; from += this.run.batchSize) {
      const rows = Math.min(this.run.batchSize, data.rows - from);
      const { loss, outputs } = evaluate(batches.gather(from, rows, 0));
      sum += loss * rows;
      if (outputs === undefined) scored = false;
      else score.add(outputs, rows);
    }
    return { loss: sum / data.rows, ...(scored && { score: score.value }) };
  }

  #batchesOf(data: Dataset): Batches {
    const { model, loss, batchSize } = this.run;
    return new Batches(this.#engine, data, batchSize, loss, typeof model === "function" ? undefined : model.outputs);
  }

  #alive(): void {
    if (this.#disposed) throw new DisposedError("trainer");
  }
}

/** Throws OptionError where something else stands in place of a data set. */
export function checkDatasets<T extends TrainingData>(data: T): T {
  const { training, validation, test } = (data ?? {}) as TrainingData & { test?: Dataset };
  for (const [part, set] of Object.entries({ training, validation, test })) {
    if (set === undefined && part !== "training") continue;
    if (typeof (set as Partial<Dataset> | null | undefined)?.rows !== "number")
      throw new OptionError(`data.${part}`, set, `must be a data set, as dataset(...) makes it, got ${show(set)}`);
  }
  return data;
}

function checkData(run: CheckedRun, { training, validation }: TrainingData): void {
  const { model, batchSize, earlyStopping } = run;
  if (batchSize > training.rows) {
    throw new OptionError("run.batchSize", batchSize, `must be at most the ${training.rows} rows of the training data, got ${batchSize}`);
  }
  if (earlyStopping !== undefined && validation === undefined) {
    throw new OptionError("run.earlyStopping", earlyStopping, "needs validation data");
  }
  for (const [part, data] of Object.entries({ training, validation })) {
    if (typeof model === "object" && data !== undefined && data.columns !== model.inputs) {
      throw new ShapeError(`the model has ${model.inputs} inputs, the ${part} data has ${data.columns} columns`);
    }
  }
}

function now(): number {
  return performance.now();
}

/** Lets the event loop turn. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
