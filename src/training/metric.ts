import type { Dataset } from "../data/dataset.js";
import { OptionError } from "../options/errors.js";
import { type Fields, show } from "../options/options.js";

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
  /** Measures metrics: with the rule, so that a bundle without metrics holds nothing of it. */
  readonly measure?: Measure;
  /** The metric; undefined where it is not defined on these rows. */
  compute(predictions: Predictions, options: Readonly<O>): number | undefined;
}

/** Metrics of outputs on a data set, by name. */
export type Measure = (metrics: readonly Metric[], outputs: ArrayLike<number>, data: Dataset) => Record<string, number | null>;

/** A metric made by a factory: plain data with its rule attached unseen. */
export interface Metric {
  readonly kind: string;
  readonly [METRIC]: MetricRule;
}

// Carried unseen, so that a bundle holds the metrics of the factories it imports and no others.
export const METRIC: unique symbol = Symbol("metric");

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

/** Throws OptionError for a metric of classes on quantities, and the other way round. */
export function checkTask(metric: Metric, data: Pick<Dataset, "task">, path: string): void {
  const { kind, task } = metricRuleOf(metric, path);
  if (task !== undefined && task !== data.task)
    throw new OptionError(path, metric, `must be metrics of ${data.task}, and ${kind} is one of ${task}`);
}
