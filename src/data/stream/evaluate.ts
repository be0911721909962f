import { Slices } from "../../engine/slices.js";
import type { Model } from "../../models/model.js";
import type { Dataset } from "../dataset.js";
import { joined } from "../joined.js";
import type { BatchSource, EvaluatedRows, RowStream } from "../source.js";
import type { StreamBuffer } from "./buffer.js";

type Source = Omit<BatchSource, "next"> & { readonly stream: RowStream; next(step: number): StreamBuffer };

/** Evaluates a model on all rows of a stream: their features go by, outputs and targets stay for the score and the metrics. */
export async function evaluateStream(source: Source, model: Model): Promise<EvaluatedRows> {
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
      sum += loss * batch.counted;
      weights += batch.counted;
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
  const about = {
    rows,
    outputs: width,
    task,
    classes,
    targets: allTargets,
    ...(hasWeights && { weights: joined(rowWeights, Float32Array) }),
  };
  // what score and metrics read of a data set: all but its features
  return { loss: sum / (weights || 1), outputs: scored ? joined(outputs, Float32Array) : undefined, data: about as unknown as Dataset };
}
