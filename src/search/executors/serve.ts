import type { Engine } from "../../engine/engine.js";
import { plainError } from "../../options/plain-error.js";
import type { EpochRecord } from "../../training/records.js";
import type { Run } from "../../training/run.js";
import { rowsOf } from "../resplit.js";
import { runTrial, type SearchData } from "../trial.js";
import type { FromWorker, ToWorker } from "./protocol.js";

/** Epochs are told together when so many milliseconds have gone by: each message wakes the thread that hears it. */
const PAUSE = 25;

/** Runs the trials that it is told to run, one after the other, and tells what came of them: the heart of a worker, or of a thread that takes part. */
export class TrialServer {
  readonly #engine: Promise<Engine> | Engine;
  readonly #readRun: (run: Run) => Run;
  readonly #tell: (message: FromWorker) => void;
  /** What jobs that are not done are stopped by. */
  readonly #open = new Map<number, AbortController>();
  #data: SearchData | undefined;
  #before: Promise<void> = Promise.resolve();

  /** @param readRun makes a run of what arrives, which is plain data where it has come from another thread. */
  constructor(engine: Promise<Engine> | Engine, readRun: (run: Run) => Run, tell: (message: FromWorker) => void) {
    this.#engine = engine;
    this.#readRun = readRun;
    this.#tell = tell;
  }

  hear(message: Exclude<ToWorker, { kind: "start" }>): void {
    if (message.kind === "data") this.#data = message.data;
    else if (message.kind === "abort") this.#open.get(message.id)?.abort();
    else {
      const [data, controller] = [this.#data as SearchData, new AbortController()];
      this.#open.set(message.id, controller);
      this.#before = this.#before.then(() => this.#work(message, data, controller.signal));
    }
  }

  async #work(
    { id, run, rate, seed, split, until, checkpoint, listened }: Extract<ToWorker, { kind: "job" }>,
    data: SearchData,
    signal: AbortSignal,
  ): Promise<void> {
    let epochs: EpochRecord[] = [];
    let told = performance.now();
    const tellEpochs = () => {
      if (epochs.length > 0) this.#tell({ kind: "epochs", id, epochs });
      epochs = [];
      told = performance.now();
    };
    const onEpoch = (epoch: EpochRecord) => {
      epochs.push(epoch);
      if (performance.now() - told > PAUSE) tellEpochs();
    };
    try {
      const result = await runTrial({
        engine: await this.#engine,
        run: this.#readRun(run),
        data: rowsOf(data, split),
        rate,
        seed,
        ...(until !== undefined && { until }),
        ...(checkpoint && { from: checkpoint }),
        signal,
        ...(listened && { onEpoch }),
      });
      tellEpochs();
      this.#open.delete(id);
      this.#tell({ kind: "result", id, result });
    } catch (error) {
      this.#open.delete(id);
      this.#tell({ kind: "error", id, error: plainError(error) });
    }
  }
}
