// The program of a worker that trains a run; scripts/worker.js makes the text of src/generated/training-worker.ts of it.
import { load } from "../../engine/load.js";
import { plainError } from "../../options/plain-error.js";
import { runFromJSON } from "../from-json.js";
import { recordedRun } from "../recorded-run.js";
import type { EpochRecord, StepRecord } from "../records.js";
import { Trainer } from "../trainer.js";
import { type FromWorker, type Requests, STOPPED, type Standing, type Start, type ToWorker } from "./protocol.js";

declare const post: (message: FromWorker) => void;
declare const listen: (hear: (message: ToWorker) => void) => void;

type Handlers = { [K in keyof Requests]: (argument: Requests[K]["argument"]) => Promise<Requests[K]["result"]> | Requests[K]["result"] };

/** Milliseconds between two messages of steps at the least. */
const BETWEEN = 1000 / 60;

let trainer: Trainer;
let epochs: AsyncGenerator<EpochRecord, void, undefined> | undefined;
let stop: Int32Array | undefined;
let isStopped = false;
let told = 0;
let steps: StepRecord[] = [];
let lastSteps = 0;

/** What the Trainer takes for a signal: it looks at the memory that the page writes to, between every two steps. */
const signal = {
  throwIfAborted() {
    if (isStopped || (stop !== undefined && Atomics.load(stop, 0) !== 0)) throw STOPPED;
  },
} as unknown as AbortSignal;

const handlers: Handlers = {
  async start({ run, data, engine: options, stop: shared }: Start) {
    stop = shared;
    const engine = await load(options);
    trainer = new Trainer(engine, runFromJSON(run), data);
    return { backend: engine.backend, reason: engine.reason };
  },
  async epoch({ steps: wanted, progress }) {
    epochs ??= trainer.epochs({
      signal,
      ...(wanted && { onStep: collect }),
      ...(progress && { onProgress: (progress) => post({ progress }) }),
    });
    try {
      const { value, done } = await epochs.next();
      if (done) epochs = undefined;
      return value ?? undefined;
    } catch (error) {
      epochs = undefined;
      isStopped = false;
      throw error;
    } finally {
      flushSteps();
    }
  },
  leave() {
    void epochs?.return();
    epochs = undefined;
    return undefined;
  },
  evaluate: (data) => trainer.evaluate(data),
  checkpoint: (notes) => trainer.checkpoint(notes),
  restore: (bytes) => trainer.restore(bytes) as undefined,
  setLearningRate: ([rate, match]) => trainer.setLearningRate(rate, match) as undefined,
  recordedRun: () => JSON.parse(JSON.stringify(recordedRun(trainer.run, trainer.optimizer.rateChanges))),
};

function collect(step: StepRecord): void {
  steps.push(step);
  if (performance.now() - lastSteps >= BETWEEN) flushSteps();
}

function flushSteps(): void {
  if (steps.length > 0) post({ steps });
  steps = [];
  lastSteps = performance.now();
}

/** The epochs that the page does not know, and what else it mirrors. */
function standing(anew: boolean): Standing {
  const { history, finished, bestEpoch } = trainer;
  const from = anew ? 0 : told;
  told = history.length;
  return { finished, bestEpoch, history: history.slice(from), from };
}

listen(({ id, request, argument }) => {
  if (request === "stop") {
    isStopped = true;
    return;
  }
  const answer = async () => (handlers[request] as (argument: unknown) => unknown)(argument);
  answer().then(
    (result) => post({ id, result, standing: standing(request === "restore") }),
    (error) =>
      post({
        id,
        error: error === STOPPED ? STOPPED : plainError(error),
        standing: trainer === undefined ? undefined : standing(false),
      }),
  );
});
