import type { Model } from "../models/model.js";
import { OptionError } from "../options/errors.js";
import type { Batches } from "./batches.js";
import { type Metric, metricRuleOf } from "./metric.js";
import type { Metrics } from "./records.js";
import { Score } from "./score.js";

/** The mean loss and the score of a model over all rows, batch by batch. */
export function evaluate(model: Model, batches: Batches, batchSize: number, metrics: readonly Metric[] = []): Metrics {
  if (model.evaluate === undefined) throw new OptionError("run.model", model, "needs evaluate(batch) to be checked on data");
  const { data } = batches;
  const score = new Score(data);
  let [sum, weights] = [0, 0];
  let scored = true;
  let all: Float32Array | undefined;
  for (let from = 0; from < data.rows; from += batchSize) {
    const rows = Math.min(batchSize, data.rows - from);
    const { loss, outputs } = model.evaluate(batches.gather(from, rows, 0));
    sum += loss * batches.weight;
    weights += batches.weight;
    if (outputs === undefined) scored = false;
    else {
      score.add(outputs, rows);
      if (metrics.length > 0) {
        all ??= new Float32Array((outputs.length / rows) * data.rows);
        all.set(outputs, from * (outputs.length / rows));
      }
    }
  }
  const value = scored ? score.value : undefined;
  return {
    loss: sum / weights,
    ...(value !== undefined && { score: value }),
    ...(all && { metrics: metricRuleOf(metrics[0], "metrics").measure?.(metrics, all, data) ?? {} }),
  };
}
