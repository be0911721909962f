import { logShare, makeMetric, meanOverRows } from "../measure.js";
import type { Metric, MetricRule } from "../metric.js";

/**
 * The mean of -ln p, p the share that a row's class is given: softmax of the outputs, or the sigmoid of one. scikit-learn's log_loss.
 *
 * @example logLoss()
 */
export function logLoss(): Metric {
  return makeMetric(logLossMetric, {});
}

export const logLossMetric: MetricRule = {
  kind: "logLoss",
  fields: {},
  task: "classification",
  higherIsBetter: false,
  compute: (predictions) => meanOverRows(predictions, (row) => -logShare(predictions, row, predictions.targets[row] as number)),
};
