import type { BatchSource, EvaluatedRows } from "../data/source.js";
import type { Model } from "../models/model.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { OptionError } from "../options/errors.js";
import { metricRuleOf } from "./metric.js";
import type { Metrics } from "./records.js";
import type { CheckedRun } from "./run.js";
import { Score } from "./score.js";

/** The mean loss and the score of a model over all rows; a promise where rows have to be waited for. */
export function evaluate(model: Model, source: BatchSource, { metrics = [] }: CheckedRun): Metrics | Promise<Metrics> {
  if (model.evaluate === undefined) throw new OptionError("run.model", model, "needs evaluate(batch) to be checked on data");
  const tell = ({ loss, outputs, data }: EvaluatedRows): Metrics => {
    if (outputs === undefined) return { loss };
    const score = new Score(data);
    score.add(outputs, data.rows);
    const { value } = score;
    return {
      loss,
      ...(value !== undefined && { score: value }),
      ...(metrics.length > 0 && { metrics: metricRuleOf(metrics[0], "metrics").measure?.(metrics, outputs, data) ?? {} }),
    };
  };
  const result = source.evaluate(model);
  return result instanceof Promise ? result.then(tell) : tell(result);
}

/** Evaluates while the parameters hold the values to evaluate, and lets go of the source: at once, or once the promise has settled. */
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
