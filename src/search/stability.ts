import type { Engine } from "../engine/engine.js";
import { DivergedError } from "../options/errors.js";
import { demand, number } from "../options/options.js";
import { checkDatasets } from "../training/checks.js";
import type { TrainingData } from "../training/records.js";
import { type Run, readRun } from "../training/run.js";
import { Trainer } from "../training/trainer.js";
import { short } from "./report/format.js";
import { scaleRun } from "./scale.js";
import { type Sharpness, type SharpnessOptions, sharpness } from "./sharpness.js";

/** The theory beside a trial, as plain JSON: how curved the loss is before and after a run, and which rates are stable there. */
export interface Stability {
  /** The rate of the run. */
  readonly rate: number;
  /** With the initial weights. */
  readonly start: Sharpness;
  /** With the weights at the end; null of a run that diverged. */
  readonly end: Sharpness | null;
  readonly divergence: { readonly what: string; readonly step: number } | null;
}

/**
 * Trains a run with a learning rate, as a search does, and measures the sharpness on the training rows at its start and at its end. See `sharpness` for what the limits
 * are worth: they are those of steps over all rows.
 *
 * @throws OptionError for a rate that is not greater than 0, or a wrong run or option; what the Trainer throws, but for divergence.
 * @example
 * const { start, end } = await stability(engine, run, { training }, 0.01);
 * console.log(start.limit, end?.limit);
 */
export async function stability(
  engine: Engine,
  run: Run,
  data: TrainingData,
  rate: number,
  options: SharpnessOptions = {},
): Promise<Stability> {
  const { training } = checkDatasets(data);
  const checked = readRun(run);
  number(undefined, { above: 0 }).read(rate, "stability.rate");
  const trainer = new Trainer(engine, scaleRun(checked, training.rows, rate), data);
  try {
    const start = await sharpness(trainer, training, options);
    try {
      await trainer.train(options.signal ? { signal: options.signal } : {});
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      return { rate, start, end: null, divergence: { what: error.what, step: error.step } };
    }
    return { rate, start, end: await sharpness(trainer, training, options), divergence: null };
  } finally {
    trainer.dispose();
  }
}

/** The limits in words, without the end of the sentence. */
export function stabilityText(stability: Stability): string {
  demand(typeof stability?.start === "object" && stability.start !== null, "stability", stability, "what stability gave");
  const { rate, start, end } = stability;
  const curved = ({ sharpness, preconditioned }: Sharpness) => (preconditioned === null ? ` (curvature ${short(sharpness)})` : "");
  const parts = [
    ...(start.limit === null ? [] : [`up to ${short(start.limit)} with the first weights${curved(start)}`]),
    ...(end === null || end.limit === null ? [] : [`up to ${short(end.limit)} with the last weights of rate ${short(rate)}${curved(end)}`]),
  ];
  if (parts.length > 0) return `full-batch steps are stable ${parts.join(", and ")}`;
  return `no limit is known for this optimizer; the loss has the curvature ${short(start.sharpness)} with the first weights${end === null ? "" : ` and ${short(end.sharpness)} with the last ones`}`;
}
