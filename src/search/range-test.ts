import { checkEngine, type Engine } from "../engine/engine.js";
import { exp, log } from "../numerics/math.js";
import { unwrap } from "../optimizers/wrapper.js";
import { DivergedError, OptionError } from "../options/errors.js";
import { listener, signal as signalField } from "../options/listeners.js";
import { demand, type Field, integer, number, optional, readOptions, show } from "../options/options.js";
import { blockOf, readCheckpoint } from "../training/checkpoint.js";
import { checkDatasets } from "../training/checks.js";
import type { TrainingData } from "../training/records.js";
import { type CheckedRun, type Run, readRun } from "../training/run.js";
import { Trainer } from "../training/trainer.js";
import { mean } from "./guess.js";
import { type RangeCurve, type RangeRun, readCurve } from "./range-curve.js";
import { followRates } from "./scale.js";

export interface RangeTestOptions {
  /** The lowest rate, greater than 0. Default 1e-7. */
  from?: number;
  /** The highest rate, above `from`. Default 10. */
  to?: number;
  /** Rates, and so optimizer updates, from the lowest to the highest; at least 10. Default 100. */
  steps?: number;
  /** Runs, each with the next seed: initial weights, order of rows and dropout differ. Default 3. */
  repeats?: number;
  /**
   * Where to begin, in place of fresh weights: a Trainer, which stays as it is to the last bit, or what its `checkpoint()` gave. Its weights and the state of its
   * optimizer are copied; the runs differ in the order of rows then.
   */
  start?: Trainer | Uint8Array;
  /** Stops the test between two steps. */
  signal?: AbortSignal;
  /** Called after every step with the steps done and to do over all runs. */
  onStep?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What a range test came to, as plain JSON. */
export interface RangeTestResult extends RangeCurve {
  /** The runs that the curve is the mean of. */
  readonly runs: readonly RangeRun[];
}

interface Checked {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly repeats: number;
  readonly start?: Trainer | Uint8Array;
}

const start: Field<Trainer | Uint8Array> = {
  fallback: undefined,
  read(value, path) {
    if (value instanceof Trainer || value instanceof Uint8Array) return value;
    throw new OptionError(path, value, `must be a Trainer or the bytes of a checkpoint, got ${show(value)}`);
  },
};

/**
 * Learning rate range test: trains for some hundred steps while the rate rises by the same factor from step to step, and says from the curve of losses where
 * they begin to fall, where they fall fastest, where they rise again and where training breaks down. It costs a few epochs, where a search costs whole
 * runs, and tells less: how a rate does over a whole run, and on other rows, it does not see.
 *
 * The rate takes the place of the run's schedule; groups with rates of their own keep their ratio to it. The loss that belongs to a rate is that of the next
 * batch, after the update with it. Every run is on a Trainer of its own, so that nothing of the caller's changes.
 *
 * Source: L. N. Smith, Cyclical learning rates for training neural networks, 2015 (arXiv:1506.01186).
 *
 * @throws OptionError for a wrong option or run; CheckpointError for a `start` that does not fit the run; what the Trainer throws, but for divergence, which is
 *   what the test looks for.
 * @example
 * const { certainty, suggestion, reason } = await rangeTest(engine, run, { training });
 * console.log(certainty === "told" ? suggestion : reason);
 */
export async function rangeTest(engine: Engine, run: Run, data: TrainingData, options: RangeTestOptions = {}): Promise<RangeTestResult> {
  checkEngine(engine);
  const checked = readRun(run);
  const { training } = checkDatasets(data);
  demand(typeof options === "object" && options !== null, "rangeTest", options, "an object of options");
  const { signal: given, onStep: told, ...rest } = options;
  const signal = signalField.read(given, "rangeTest.signal");
  const onStep = listener<Exclude<typeof told, undefined>>().read(told, "rangeTest.onStep");
  const read = readOptions<Checked>("rangeTest", rest, {
    from: number(1e-7, { above: 0 }),
    to: number(10, { above: 0 }),
    steps: integer(100, { min: 10 }),
    repeats: integer(3, { min: 1 }),
    start: optional(start) as Field<Trainer | Uint8Array>,
  });
  if (read.to <= read.from) throw new OptionError("rangeTest.to", read.to, `must be greater than from (${read.from}), got ${read.to}`);
  const { steps, repeats } = read;
  const span = log(read.to / read.from) / (steps - 1);
  const rates = Array.from({ length: steps }, (_, i) => (i === steps - 1 ? read.to : read.from * exp(span * i)));
  const checkpoint = read.start instanceof Trainer ? read.start.checkpoint() : read.start;
  const runs: RangeRun[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const seed = checked.seed + repeat;
    const count = (step: number) => onStep?.({ done: repeat * steps + step, total: repeats * steps });
    runs.push(await raise(engine, readRun({ ...checked, seed }), { training }, rates, checkpoint, signal, count));
  }
  return { ...readCurve(rates, runs), runs };
}

/** The mean of the last three losses at so many times that of the first ten is a divergence: nothing is learnt from what follows. */
const FAR = 4;
const [LAST, FIRST] = [3, 10];

async function raise(
  engine: Engine,
  run: CheckedRun,
  data: TrainingData,
  rates: readonly number[],
  checkpoint: Uint8Array | undefined,
  signal: AbortSignal | undefined,
  count: (step: number) => void,
): Promise<RangeRun> {
  const { earlyStopping: _, ...rest } = run;
  const batches = Math.ceil(data.training.rows / run.batchSize);
  const { accumulate } = unwrap(run.optimizer).core;
  // one update more than there are rates: a loss is that of the batch before an update
  const epochs = Math.ceil(((rates.length + 1) * accumulate) / batches);
  let first = 0;
  const rateOf = (step: number) => rates[Math.min(step - first, rates.length - 1)] as number;
  const trainer = new Trainer(engine, followRates(readRun({ ...rest, epochs }), data.training.rows, rateOf), data);
  const losses: number[] = [];
  let before = Number.NaN;
  try {
    if (checkpoint !== undefined) first = begin(trainer, checkpoint);
    for await (const { loss } of trainer.steps(signal ? { signal } : {})) {
      if (Number.isNaN(before)) before = loss;
      else losses.push(loss);
      count(losses.length);
      if (losses.length === rates.length) return { seed: run.seed, before, losses, divergence: null };
      const usual = mean([before, ...losses].slice(0, FIRST));
      if (mean(losses.slice(-LAST)) > usual + (FAR - 1) * Math.abs(usual)) {
        const rate = rates[losses.length - 1] as number;
        return { seed: run.seed, before, losses, divergence: { rate, what: "the loss", loss } };
      }
    }
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    const rate = rates[Math.max(0, losses.length)] as number;
    return { seed: run.seed, before, losses, divergence: { rate, what: error.what, loss: null } };
  } finally {
    trainer.dispose();
  }
  return { seed: run.seed, before, losses, divergence: null };
}

/** Puts the training values and the optimizer's state of a checkpoint into a fresh trainer; gives the updates that were made. */
function begin(trainer: Trainer, bytes: Uint8Array): number {
  const { values, training, optimizer } = readCheckpoint(bytes);
  const { parameters } = trainer.model;
  const block = blockOf(parameters, training.size > 0 ? training : values);
  trainer.optimizer.load(optimizer);
  parameters.values.view.set(block);
  return optimizer.step;
}
