import { exp } from "../../numerics/math.js";
import { logShare, makeMetric } from "../measure.js";
import type { Metric, MetricRule, Predictions } from "../metric.js";

/**
 * The area under the curve of hits over false alarms: how often a row of a class scores higher for it than a row of another, a tie counting half. With
 * more than two classes the mean over each against the rest. Not defined where a class has no rows. scikit-learn's roc_auc_score (multi_class="ovr").
 *
 * @example rocAuc()
 */
export function rocAuc(): Metric {
  return makeMetric(rocAucMetric, {});
}

export const rocAucMetric: MetricRule = {
  kind: "rocAuc",
  fields: {},
  task: "classification",
  higherIsBetter: true,
  compute(predictions) {
    const { outputs, width } = predictions;
    if (width === 1) return area(predictions, 1, (row) => outputs[row] as number);
    if (width === 2) return area(predictions, 1, (row) => (outputs[row * 2 + 1] as number) - (outputs[row * 2] as number));
    let sum = 0;
    for (let j = 0; j < width; j++) {
      const one = area(predictions, j, (row) => exp(logShare(predictions, row, j)));
      if (one === undefined) return undefined;
      sum += one;
    }
    return sum / width;
  },
};

function area({ rows, targets, weight }: Predictions, ofClass: number, scoreOf: (row: number) => number): number | undefined {
  const scores = Float64Array.from({ length: rows }, (_, row) => scoreOf(row));
  const order = Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let [others, own, pairs] = [0, 0, 0];
  for (let i = 0; i < rows; ) {
    let [tiedOthers, tiedOwn] = [0, 0];
    const score = scores[order[i] as number];
    for (; i < rows && scores[order[i] as number] === score; i++) {
      const row = order[i] as number;
      if (targets[row] === ofClass) tiedOwn += weight(row);
      else tiedOthers += weight(row);
    }
    pairs += tiedOwn * (others + tiedOthers / 2);
    own += tiedOwn;
    others += tiedOthers;
    // what is no number is equal to nothing
    if (Number.isNaN(score)) return undefined;
  }
  return own > 0 && others > 0 ? pairs / (own * others) : undefined;
}
