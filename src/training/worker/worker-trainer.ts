import type { Dataset } from "../../data/dataset.js";
import type { Backend } from "../../engine/engine.js";
import { type LoadOptions, readLoadOptions } from "../../engine/start.js";
import { OptionError } from "../../options/errors.js";
import { show } from "../../options/options.js";
import { checkData, checkDatasets, checkOptions } from "../checks.js";
import { runFromJSON } from "../from-json.js";
import type { EpochRecord, Metrics, TrainingData, TrainOptions } from "../records.js";
import { type CheckedRun, type Run, readRun } from "../run.js";
import { functionIn, runToJSON } from "../run-json.js";
import { Connection, StoppedByRequest } from "./connection.js";
import type { Standing } from "./protocol.js";

/** A Trainer in a worker: what it is asked is answered by promises. Made by `trainInWorker`. */
export class WorkerTrainer implements Disposable {
  readonly run: CheckedRun;
  /** Which implementation of the kernels the worker has, and why. */
  readonly backend!: Backend;
  readonly reason!: string;
  readonly #connection: Connection;
  readonly #stop: Int32Array | undefined;
  readonly #history: EpochRecord[] = [];
  #finished = false;
  #bestEpoch: number | undefined;

  private constructor(program: string, run: CheckedRun) {
    this.run = run;
    this.#stop = typeof SharedArrayBuffer === "undefined" ? undefined : new Int32Array(new SharedArrayBuffer(4));
    this.#connection = new Connection(program, (standing) => this.#mirror(standing));
  }

  /** See `trainInWorker`. */
  static async start(run: CheckedRun, data: TrainingData, engine: LoadOptions): Promise<WorkerTrainer> {
    const { program } = await import("../../generated/training-worker.js");
    const trainer = new WorkerTrainer(program, run);
    const { training, validation } = data;
    try {
      const sets = { training: plain(training), ...(validation && { validation: plain(validation) }) };
      const started = await trainer.#connection.ask("start", { run: runToJSON(run), data: sets, engine, stop: trainer.#stop });
      return Object.assign(trainer, started);
    } catch (error) {
      trainer.dispose();
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

  /** With early stopping, the epoch with the best validation so far. */
  get bestEpoch(): number | undefined {
    return this.#bestEpoch;
  }

  /**
   * Trains on, epoch by epoch, as `Trainer.epochs`: an epoch begins when it is asked for. A signal stops within one step where memory can be shared
   * (Node, isolated pages), elsewhere within some 5 milliseconds.
   */
  async *epochs(options: TrainOptions = {}): AsyncGenerator<EpochRecord, void, undefined> {
    const { signal, onStep, onProgress } = checkOptions(options);
    const asked = { steps: onStep !== undefined, progress: onProgress !== undefined };
    this.#connection.listen({ onStep, onProgress });
    const onAbort = () => (this.#stop === undefined ? this.#connection.stop() : Atomics.store(this.#stop, 0, 1));
    try {
      for (;;) {
        signal?.throwIfAborted();
        signal?.addEventListener("abort", onAbort, { once: true });
        const epoch = await this.#connection.ask("epoch", asked);
        signal?.removeEventListener("abort", onAbort);
        if (epoch === undefined) return;
        yield epoch;
      }
    } catch (error) {
      throw error instanceof StoppedByRequest ? signal?.reason : error;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      if (this.#stop !== undefined) Atomics.store(this.#stop, 0, 0);
      this.#connection.listen({});
      // what has died needs no farewell
      await this.#connection.ask("leave", undefined).catch(() => {});
    }
  }

  /** Trains to the end and returns the history. */
  async train(options: TrainOptions = {}): Promise<readonly EpochRecord[]> {
    for await (const _ of this.epochs(options));
    return this.#history;
  }

  /** The mean loss and the score on a data set, without learning from it. */
  async evaluate(data: Dataset): Promise<Metrics> {
    checkDatasets({ training: data });
    return (await this.#connection.ask("evaluate", plain(data))) as Metrics;
  }

  /** The run as a safetensors file, as `Trainer.checkpoint`; between two steps where it is training. */
  async checkpoint(notes?: unknown): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#connection.ask("checkpoint", notes)) as Uint8Array<ArrayBuffer>;
  }

  /** Takes over a checkpoint of the same run, as `Trainer.restore`. */
  async restore(bytes: Uint8Array): Promise<void> {
    await this.#connection.ask("restore", bytes);
  }

  /** Sets the learning rate from the next update on, as `Trainer.setLearningRate`. */
  async setLearningRate(rate: number, match?: string): Promise<void> {
    await this.#connection.ask("setLearningRate", [rate, match]);
  }

  /** The run with the rates that were set by hand as data. */
  async recordedRun(): Promise<CheckedRun> {
    return runFromJSON(await this.#connection.ask("recordedRun", undefined));
  }

  /** Ends the worker; what is under way fails with a DisposedError. */
  dispose(): void {
    this.#connection.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #mirror({ finished, bestEpoch, history, from }: Standing): void {
    this.#finished = finished;
    this.#bestEpoch = bestEpoch;
    this.#history.splice(from, Number.POSITIVE_INFINITY, ...history);
  }
}

/** Options of `trainInWorker`. */
export interface WorkerOptions {
  /** What the worker gives to `load()`: backend and threads. Default: nothing. */
  engine?: LoadOptions;
}

/**
 * Trains a run in a worker: a thread of Node, Bun or Deno, or a Web Worker, so that a page stays free, and goes on at full speed while it is hidden.
 * The same bits as a Trainer's. Data are copied to the worker, unless they lie in shared memory.
 *
 * The worker's program is a text within the library: no bundler has to find a file. A page's Content-Security-Policy must allow `blob:` for
 * `worker-src`. A worker keeps a process alive while something is asked of it; `dispose()` ends it.
 *
 * @throws OptionError for a wrong run or one that holds a function (a model or rate of the user's own), which cannot be sent; what a Trainer throws,
 *   of the same classes; EngineError where there are no workers, and when the worker dies.
 * @example
 * const trainer = await trainInWorker(run, { training, validation });
 * for await (const { epoch, loss } of trainer.epochs({ onProgress: ({ secondsLeft }) => console.log(secondsLeft) })) console.log(epoch, loss);
 * const { model } = loadModel(engine, await trainer.checkpoint());
 * trainer.dispose();
 */
export async function trainInWorker(run: Run, data: TrainingData, options: WorkerOptions = {}): Promise<WorkerTrainer> {
  const checked = readRun(run);
  checkData(checked, checkDatasets(data));
  if (typeof options !== "object" || options === null)
    throw new OptionError("trainInWorker", options, `must be an object of options, got ${show(options)}`);
  const { engine = {} } = options;
  readLoadOptions(engine);
  const place = functionIn(runToJSON(checked));
  if (place !== undefined)
    throw new OptionError(place, undefined, "is a function, which cannot be sent to a worker: describe it as data, or use a Trainer");
  return WorkerTrainer.start(checked, data, engine);
}

/** A data set without what only its maker knows. */
function plain(data: Dataset): Dataset {
  return { ...data };
}
