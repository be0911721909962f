import type { Dataset } from "../data/dataset.js";
import { exp, log } from "../numerics/math.js";
import { OptionError, ShapeError } from "../options/errors.js";
import { demand, type Fields, readOptions, show } from "../options/options.js";

/** Outputs of a model beside what they should be. */
export interface Predictions {
  readonly rows: number;
  /** rows × width numbers, as the loss takes them: logits for the cross-entropies. */
  readonly outputs: ArrayLike<number>;
  readonly width: number;
  /** A class index a row, or rows × width quantities. */
  readonly targets: ArrayLike<number>;
  /** The number of classes; undefined for quantities. */
  readonly classes: number | undefined;
  /** How much each row counts. */
  weight(row: number): number;
}

/** A kind of metric. */
export interface MetricRule<O extends object = object> {
  readonly kind: string;
  readonly fields: Fields<O>;
  readonly task: "classification" | "regression" | undefined;
  readonly higherIsBetter: boolean | ((options: Readonly<O>) => boolean);
  /** The key in results. Default: the kind. */
  name?(options: Readonly<O>): string;
  /** The metric; undefined where it is not defined on these rows. */
  compute(predictions: Predictions, options: Readonly<O>): number | undefined;
}

/** A metric made by a factory: plain data with its rule attached unseen. */
export interface Metric {
  readonly kind: string;
  readonly [METRIC]: MetricRule;
}

// Carried unseen, so that a bundle holds the metrics of the factories it imports and no others.
const METRIC: unique symbol = Symbol("metric");

/** Reads options into a frozen description that carries its rule. */
export function makeMetric<O extends object>(rule: MetricRule<O>, given: unknown, path = rule.kind): Metric & Readonly<Required<O>> {
  const description = { kind: rule.kind, ...readOptions<O>(path, given, rule.fields) } as unknown as Metric & Readonly<Required<O>>;
  Object.defineProperty(description, METRIC, { value: rule });
  return Object.freeze(description);
}

export function metricRuleOf(metric: unknown, path: string): MetricRule {
  const rule = (metric as Metric | null | undefined)?.[METRIC];
  if (rule === undefined)
    throw new OptionError(path, metric, `must be made by a factory such as f1(), or read with runFromJSON(); got ${show(metric)}`);
  return rule;
}

/** The key of a metric in results. */
export function metricName(metric: Metric, path = "metric"): string {
  const rule = metricRuleOf(metric, path);
  return rule.name?.(metric) ?? rule.kind;
}

export function isHigherBetter(metric: Metric): boolean {
  const { higherIsBetter } = metricRuleOf(metric, "metric");
  return typeof higherIsBetter === "function" ? higherIsBetter(metric) : higherIsBetter;
}

/**
 * Metrics of outputs on a data set, by name; null where one is not defined on these rows, such as an R² of targets that are all equal. Rows count by
 * their weights.
 *
 * @throws OptionError for what is no metric or one of another task; ShapeError for outputs of another length.
 * @example
 * const { f1: value } = measure([f1()], model.predict(test.features), test);
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

/** Throws OptionError for a metric of classes on quantities, and the other way round. */
export function checkTask(metric: Metric, data: Dataset, path: string): void {
  const { kind, task } = metricRuleOf(metric, path);
  if (task !== undefined && task !== data.task)
    throw new OptionError(path, metric, `must be metrics of ${data.task}, and ${kind} is one of ${task}`);
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
