import { type Metric, type MetricRule, makeMetric, meanOverRows, predictedClass } from "../metric.js";

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
