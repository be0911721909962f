import { makeMetric, meanOverRows } from "../measure.js";
import type { Metric, MetricRule, Predictions } from "../metric.js";

/**
 * The mean absolute error, over all outputs. scikit-learn's mean_absolute_error.
 *
 * @example mae()
 */
export function mae(): Metric {
  return makeMetric(maeMetric, {});
}

/**
 * The root of the mean squared error, of several outputs the mean of their roots. scikit-learn's root_mean_squared_error.
 *
 * @example rmse()
 */
export function rmse(): Metric {
  return makeMetric(rmseMetric, {});
}

/**
 * The share of the targets' variance that is explained: 1 - (squared errors) / (squared deviations from the mean), the mean over outputs whose targets
 * differ. Not defined where none differs. scikit-learn's r2_score.
 *
 * @example r2()
 */
export function r2(): Metric {
  return makeMetric(r2Metric, {});
}

const kind = { fields: {}, task: "regression" } as const;

export const maeMetric: MetricRule = {
  ...kind,
  kind: "mae",
  higherIsBetter: false,
  compute: (predictions) => meanOfOutputs(predictions, (j) => meanOverRows(predictions, (row) => Math.abs(errorOf(predictions, row, j)))),
};

export const rmseMetric: MetricRule = {
  ...kind,
  kind: "rmse",
  higherIsBetter: false,
  compute: (predictions) =>
    meanOfOutputs(predictions, (j) => {
      const mean = squares(predictions, j);
      return mean === undefined ? undefined : Math.sqrt(mean);
    }),
};

export const r2Metric: MetricRule = {
  ...kind,
  kind: "r2",
  higherIsBetter: true,
  compute: (predictions) =>
    meanOfOutputs(predictions, (j) => {
      const { rows, width, targets, weight } = predictions;
      const target = (row: number) => targets[row * width + j] as number;
      let first: number | undefined;
      let differ = false;
      for (let row = 0; row < rows; row++) {
        if (weight(row) === 0) continue;
        first ??= target(row);
        differ ||= target(row) !== first;
      }
      const mean = meanOverRows(predictions, target);
      if (mean === undefined || !differ) return undefined;
      const total = meanOverRows(predictions, (row) => (target(row) - mean) * (target(row) - mean)) as number;
      return 1 - (squares(predictions, j) as number) / total;
    }),
};

function errorOf({ outputs, targets, width }: Predictions, row: number, j: number): number {
  return (outputs[row * width + j] as number) - (targets[row * width + j] as number);
}

function squares(predictions: Predictions, j: number): number | undefined {
  return meanOverRows(predictions, (row) => errorOf(predictions, row, j) * errorOf(predictions, row, j));
}

/** The mean over the outputs for which there is a number. */
function meanOfOutputs({ width }: Predictions, of: (output: number) => number | undefined): number | undefined {
  let [sum, count] = [0, 0];
  for (let j = 0; j < width; j++) {
    const value = of(j);
    if (value === undefined) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : undefined;
}
