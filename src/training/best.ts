import { OptionError } from "../options/errors.js";
import { isHigherBetter, type Metric, metricName } from "./metric.js";
import type { EpochRecord, Metrics } from "./records.js";
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
  { earlyStopping, metrics = [] }: CheckedRun,
  values: Float32Array,
): Best {
  const { monitor, minimumImprovement } = earlyStopping as NonNullable<typeof earlyStopping>;
  const metric = watched(validation as Metrics, monitor, metrics);
  if (metric === undefined) {
    const what = monitor === "score" ? "a score" : monitor;
    throw new OptionError(
      "run.earlyStopping.monitor",
      monitor,
      `needs ${what}, which these rows or this model do not have: watch the loss`,
    );
  }
  return best !== undefined && !(metric > best.metric + minimumImprovement) ? best : { metric, epoch, values: values.slice() };
}

/** What is watched, the higher the better. */
function watched(validation: Metrics, monitor: string, metrics: readonly Metric[]): number | undefined {
  if (monitor === "loss") return -validation.loss;
  if (monitor === "score") return validation.score;
  const value = validation.metrics?.[monitor];
  const metric = metrics.find((metric) => metricName(metric) === monitor) as Metric;
  return typeof value === "number" ? (isHigherBetter(metric) ? value : -value) : undefined;
}
