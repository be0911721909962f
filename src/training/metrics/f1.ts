import { oneOf } from "../../options/options.js";
import { confusions, makeMetric } from "../measure.js";
import type { Metric, MetricRule } from "../metric.js";

/** Options of `f1`. */
export interface F1Options {
  /**
   * Of which classes: "binary", of the second of two; "macro", the mean over classes that occur; "weighted", that mean by the rows of each class.
   * Default "auto": binary for two classes, macro for more.
   */
  average?: "auto" | "binary" | "macro" | "weighted";
}

/**
 * The harmonic mean of precision and recall of a class: 2 hits / (2 hits + false alarms + misses). Not defined where the class neither occurs nor is
 * taken for. scikit-learn's f1_score.
 *
 * @throws OptionError
 * @example f1({ average: "macro" })
 */
export function f1(options: F1Options = {}): Metric {
  return makeMetric(f1Metric, options);
}

/** Whether an f1 is that of the second class, rather than one of all classes. */
export function isOfSecond(average: F1Options["average"], classes: number): boolean {
  return average === "binary" || (average === "auto" && classes === 2);
}

export const f1Metric: MetricRule<F1Options> = {
  kind: "f1",
  fields: { average: oneOf("auto", ["auto", "binary", "macro", "weighted"]) },
  task: "classification",
  higherIsBetter: true,
  compute(predictions, { average }) {
    const table = confusions(predictions);
    const of = (i: number) => {
      const hits = (table[i] as number[])[i] as number;
      const rows = (table[i] as number[]).reduce((a, b) => a + b, 0);
      const taken = table.reduce((sum, line) => sum + (line[i] as number), 0);
      return { rows, value: rows + taken > 0 ? (2 * hits) / (rows + taken) : undefined };
    };
    if (isOfSecond(average, table.length)) return of(1).value;
    let [sum, weights] = [0, 0];
    table.forEach((_, i) => {
      const { rows, value } = of(i);
      const weight = average === "weighted" ? rows : 1;
      if (value === undefined) return;
      sum += weight * value;
      weights += weight;
    });
    return weights > 0 ? sum / weights : undefined;
  },
};
