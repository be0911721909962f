import { confusions, makeMetric } from "../measure.js";
import type { Metric, MetricRule } from "../metric.js";

/**
 * The mean over classes of the share of their rows that are taken for them; classes without rows are left out. scikit-learn's
 * balanced_accuracy_score.
 *
 * @example balancedAccuracy()
 */
export function balancedAccuracy(): Metric {
  return makeMetric(balancedAccuracyMetric, {});
}

export const balancedAccuracyMetric: MetricRule = {
  kind: "balancedAccuracy",
  fields: {},
  task: "classification",
  higherIsBetter: true,
  compute(predictions) {
    let [sum, classes] = [0, 0];
    confusions(predictions).forEach((line, i) => {
      const rows = line.reduce((a, b) => a + b, 0);
      if (rows === 0) return;
      sum += (line[i] as number) / rows;
      classes++;
    });
    return classes > 0 ? sum / classes : undefined;
  },
};
