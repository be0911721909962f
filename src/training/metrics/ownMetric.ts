import { boolean, demand, type Field } from "../../options/options.js";
import { makeMetric } from "../measure.js";
import type { Metric, MetricRule, Predictions } from "../metric.js";

/** Options of `ownMetric`. */
export interface OwnMetricOptions {
  /** The key in results. */
  name: string;
  /** Whether higher is better: early stopping asks. Default true. */
  higherIsBetter?: boolean;
  /** The metric of outputs; undefined where it is not defined on these rows. */
  compute: (predictions: Predictions) => number | undefined;
}

/**
 * A metric of your own. A run that has one cannot be sent to a worker, and a checkpoint holds the function by its name only.
 *
 * @throws OptionError
 * @example
 * ownMetric({
 *   name: "largest",
 *   higherIsBetter: false,
 *   compute: ({ outputs, targets }) => Math.max(...Array.from(outputs, (output, i) => Math.abs(output - targets[i]))),
 * })
 */
export function ownMetric(options: OwnMetricOptions): Metric {
  return makeMetric(ownMetricMetric, options);
}

const name: Field<string> = {
  fallback: undefined,
  read(value, path) {
    demand(
      typeof value === "string" && value !== "" && value !== "loss" && value !== "score",
      path,
      value,
      "a name, and not loss or score",
    );
    return value as string;
  },
};

const compute: Field<OwnMetricOptions["compute"]> = {
  fallback: undefined,
  read(value, path) {
    demand(typeof value === "function", path, value, "a function of predictions");
    return value as OwnMetricOptions["compute"];
  },
};

export const ownMetricMetric: MetricRule<OwnMetricOptions> = {
  kind: "ownMetric",
  fields: { name, higherIsBetter: boolean(true), compute },
  task: undefined,
  higherIsBetter: ({ higherIsBetter }) => higherIsBetter ?? true,
  name: ({ name }) => name,
  compute: (predictions, { compute }) => compute(predictions),
};
