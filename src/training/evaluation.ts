import type { BatchSource } from "../data/source.js";
import type { StreamSource } from "../data/stream/source.js";
import type { Model } from "../models/model.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { OptionError } from "../options/errors.js";
import { Batches } from "./batches.js";
import { metricRuleOf } from "./metric.js";
import type { Metrics } from "./records.js";
import type { CheckedRun } from "./run.js";
import { Score } from "./score.js";

/** The mean loss and the score of a model over all rows, batch by batch; a promise where rows have to be waited for. */
export function evaluate(model: Model, source: BatchSource, run: CheckedRun): Metrics | Promise<Metrics> {
  if (model.evaluate === undefined) throw new OptionError("run.model", model, "needs evaluate(batch) to be checked on data");
  if (!(source instanceof Batches))
    return import("./stream-evaluation.js").then(({ evaluateStream }) => evaluateStream(model, source as StreamSource, run));
  const { batchSize, metrics = [] } = run;
  const { data } = source;
  const score = new Score(data);
  let [sum, weights] = [0, 0];
  let scored = true;
  let all: Float32Array | undefined;
  for (let from = 0; from < data.rows; from += batchSize) {
    const rows = Math.min(batchSize, data.rows - from);
    const { loss, outputs } = model.evaluate(source.gather(from, rows, 0));
    sum += loss * source.weight;
    weights += source.weight;
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

/** Evaluates while the parameters hold the values to evaluate, and lets go of the source, at once or once the promise has settled. */
export function evaluateApart(model: Model, optimizer: Optimizer, source: BatchSource, run: CheckedRun): Metrics | Promise<Metrics> {
  const { evaluating } = optimizer;
  const end = () => {
    if (!evaluating) optimizer.toTraining();
    source.dispose();
  };
  let result: Metrics | Promise<Metrics> | undefined;
  try {
    optimizer.toEvaluation();
    result = evaluate(model, source, run);
    return result instanceof Promise ? result.finally(end) : result;
  } finally {
    if (!(result instanceof Promise)) end();
  }
}
