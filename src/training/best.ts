import { OptionError } from "../options/errors.js";
import type { EpochRecord } from "./records.js";
import type { CheckedRun } from "./run.js";

/** The best epoch so far: what it was judged by, the higher the better, and its values. */
export interface Best {
  readonly metric: number;
  readonly epoch: number;
  readonly values: Float32Array;
}

/** The better of the best epoch so far and one that ends with these values. */
export function better(
  best: Best | undefined,
  { epoch, validation }: EpochRecord,
  { monitor, minimumImprovement }: NonNullable<CheckedRun["earlyStopping"]>,
  values: Float32Array,
): Best {
  const metric = monitor === "score" ? validation?.score : -(validation?.loss as number);
  if (metric === undefined)
    throw new OptionError(
      "run.earlyStopping.monitor",
      monitor,
      "needs a score, which these rows or this model do not have: watch the loss",
    );
  return best !== undefined && !(metric > best.metric + minimumImprovement) ? best : { metric, epoch, values: values.slice() };
}
