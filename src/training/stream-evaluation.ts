import type { Dataset } from "../data/dataset.js";
import type { StreamSource } from "../data/stream/source.js";
import type { Model } from "../models/model.js";
import { metricRuleOf } from "./metric.js";
import type { Metrics } from "./records.js";
import type { CheckedRun } from "./run.js";
import { Score } from "./score.js";
import { Slices } from "./slices.js";

/** As `evaluate`, of rows that come one after the other: their features go, outputs and targets stay for the score and the metrics. */
export async function evaluateStream(model: Model, source: StreamSource, { metrics = [] }: CheckedRun): Promise<Metrics> {
  const slices = new Slices();
  const evaluate = model.evaluate?.bind(model) as NonNullable<Model["evaluate"]>;
  const [outputs, targets, rowWeights]: [Float32Array[], (Float32Array | Uint32Array)[], Float32Array[]] = [[], [], []];
  let [rows, sum, weights] = [0, 0, 0];
  let [scored, hasWeights] = [true, false];
  try {
    for (let index = 0; ; index++) {
      for (let waiting = source.ready(0, index); waiting !== undefined; waiting = source.ready(0, index)) await waiting;
      if (source.over(index)) break;
      const batch = source.next(0);
      const { loss, outputs: given } = evaluate(batch);
      sum += loss * batch.weight;
      weights += batch.weight;
      rows += batch.rows;
      if (given === undefined) scored = false;
      else outputs.push(given.slice());
      targets.push(batch.targets.slice());
      rowWeights.push(batch.ownWeights.slice());
      hasWeights ||= batch.hasOwnWeights;
      if (slices.over) await slices.pause();
    }
  } finally {
    source.close();
  }
  const { task, outputs: width, classes } = source.stream;
  const allTargets = task === "classification" ? joined(targets, Uint32Array) : joined(targets, Float32Array);
  const ofRows = { rows, outputs: width, task, classes, targets: allTargets };
  // what score and metrics read of a data set: all but its features
  const data = { ...ofRows, ...(hasWeights && { weights: joined(rowWeights, Float32Array) }) } as unknown as Dataset;
  if (!scored) return { loss: sum / weights };
  const all = joined(outputs, Float32Array);
  const score = new Score(data);
  score.add(all, rows);
  const { value } = score;
  return {
    loss: sum / weights,
    ...(value !== undefined && { score: value }),
    ...(metrics.length > 0 && { metrics: metricRuleOf(metrics[0], "metrics").measure?.(metrics, all, data) ?? {} }),
  };
}

function joined<T extends Float32Array | Uint32Array>(parts: readonly ArrayLike<number>[], Vector: new (length: number) => T): T {
  const whole = new Vector(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
