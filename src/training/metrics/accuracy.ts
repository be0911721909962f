import { makeMetric, meanOverRows, predictedClass } from "../measure.js";
import type { Metric, MetricRule } from "../metric.js";

/**
 * The share of rows that are taken for their class.
 *
 * @example accuracy()
 */
export function accuracy(): Metric {
  return makeMetric(accuracyMetric, {});
}

export const accuracyMetric: MetricRule = {
  kind: "accuracy",
  fields: {},
  task: "classification",
  higherIsBetter: true,
  compute: (predictions) => meanOverRows(predictions, (row) => (predictedClass(predictions, row) === predictions.targets[row] ? 1 : 0)),
};
