import type { Dataset } from "../data/dataset.js";
import { exp, log } from "../numerics/math.js";
import { ShapeError } from "../options/errors.js";
import { demand, readOptions } from "../options/options.js";
import { checkTask, METRIC, type Metric, type MetricRule, metricName, metricRuleOf, type Predictions } from "./metric.js";

/** Reads options into a frozen description that carries its rule. */
export function makeMetric<O extends object>(rule: MetricRule<O>, given: unknown, path = rule.kind): Metric & Readonly<Required<O>> {
  const description = { kind: rule.kind, ...readOptions<O>(path, given, rule.fields) } as unknown as Metric & Readonly<Required<O>>;
  Object.defineProperty(description, METRIC, { value: { ...rule, measure } });
  return Object.freeze(description);
}

/**
 * Metrics of outputs on a data set, by name; null where one is not defined on these rows, such as an R² of targets that are all equal. Rows count by
 * their weights.
 *
 * @throws OptionError for what is no metric or one of another task; ShapeError for outputs of another length.
 * @example
 * measure([f1()], [-2, 1, -0.5], dataset([[1], [2], [3]], ["no", "yes", "yes"])) // { f1: 0.6666666666666666 }
 */
export function measure(metrics: readonly Metric[], outputs: ArrayLike<number>, data: Dataset): Record<string, number | null> {
  demand(Array.isArray(metrics), "metrics", metrics, "an array of metrics");
  demand(typeof outputs?.length === "number", "outputs", outputs, "an array of numbers");
  demand(typeof data?.rows === "number" && data.targets !== undefined, "data", data, "a data set, as dataset(...) makes it");
  const width = outputs.length / data.rows;
  if (!Number.isInteger(width) || width === 0) throw new ShapeError(`${outputs.length} outputs cannot be of ${data.rows} rows`);
  if (data.task === "regression" && width !== data.outputs)
    throw new ShapeError(`there are ${width} outputs a row, the data has ${data.outputs} quantities a row`);
  const { rows, targets, weights } = data;
  const classes = data.task === "classification" ? data.classes.length : undefined;
  const predictions: Predictions = { rows, outputs, width, targets, classes, weight: (row) => weights?.[row] ?? 1 };
  return Object.fromEntries(
    metrics.map((metric) => {
      checkTask(metric, data, "metrics");
      const value = metricRuleOf(metric, "metrics").compute(predictions, metric);
      return [metricName(metric), value === undefined || !Number.isFinite(value) ? null : value];
    }),
  );
}

/** The class that a row is taken for: of the largest output, the first of equals; with one output, whether it is above 0. */
export function predictedClass({ outputs, width }: Predictions, row: number): number {
  if (width === 1) return (outputs[row] as number) > 0 ? 1 : 0;
  let best = 0;
  for (let j = 1; j < width; j++) if ((outputs[row * width + j] as number) > (outputs[row * width + best] as number)) best = j;
  return best;
}

/** The logarithm of the share of a class in a row: softmax, or the sigmoid of one output. */
export function logShare({ outputs, width }: Predictions, row: number, ofClass: number): number {
  if (width === 1) {
    const x = (ofClass === 1 ? -1 : 1) * (outputs[row] as number);
    return -(Math.max(x, 0) + log(1 + exp(-Math.abs(x))));
  }
  let max = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < width; j++) max = Math.max(max, outputs[row * width + j] as number);
  let sum = 0;
  for (let j = 0; j < width; j++) sum += exp((outputs[row * width + j] as number) - max);
  return (outputs[row * width + ofClass] as number) - max - log(sum);
}

/** A mean over rows by their weights; undefined where none counts. */
export function meanOverRows(predictions: Predictions, of: (row: number) => number): number | undefined {
  let [sum, weights] = [0, 0];
  for (let row = 0; row < predictions.rows; row++) {
    sum += predictions.weight(row) * of(row);
    weights += predictions.weight(row);
  }
  return weights > 0 ? sum / weights : undefined;
}

/** How much weight the rows of each class (first) have that are taken for each class (second). */
export function confusions(predictions: Predictions): number[][] {
  const count = Math.max(predictions.classes ?? 0, predictions.width, 2);
  const table = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let row = 0; row < predictions.rows; row++) {
    const line = table[predictions.targets[row] as number] as number[];
    const taken = predictedClass(predictions, row);
    line[taken] = (line[taken] as number) + predictions.weight(row);
  }
  return table;
}
