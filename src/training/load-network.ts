import { forwardEngine } from "../engine/reference/forward.js";
import { ForwardNetwork } from "../models/forward.js";
import { sequentialOf } from "../models/known-layers.js";
import type { AnyLayerRule } from "../models/layer.js";
import { activationLayer } from "../models/layers/activation.js";
import { denseLayer } from "../models/layers/dense.js";
import { dropoutLayer } from "../models/layers/dropout.js";
import { flattenLayer } from "../models/layers/flatten.js";
import { readNetwork } from "../models/sequential.js";
import { CheckpointError } from "../options/errors.js";
import { blockOf, readCheckpoint } from "./checkpoint.js";
import { checkLayers, checkTensors } from "./claims.js";

const layers = [denseLayer, activationLayer, dropoutLayer, flattenLayer] as unknown as readonly AnyLayerRule[];

/** Rows that are predicted at a time, at the most. */
const ROWS = 256;

/** A network that only predicts. */
export interface Predictor {
  /**
   * The outputs for rows × inputs features, row by row: logits for the cross-entropies, as `softmax` takes them.
   *
   * @throws ShapeError when the length is no whole number of rows, DataError for what is no finite number.
   */
  predict(features: ArrayLike<number>): Float32Array;
  /** What was given to `Trainer.checkpoint`, such as the encoder of a CSV file. */
  readonly notes: unknown;
  /** Frees its memory. */
  dispose(): void;
}

/**
 * The network of a finished run's checkpoint, to predict with and nothing else: 14 KB gzipped, without WebAssembly, optimizers and schedules, and the
 * same bits as `loadModel` gives, which is faster where rows are many and knows all layers. Known here are dense, activation, dropout and flatten,
 * and so all that `mlp` makes.
 *
 * @throws CheckpointError when the bytes are damaged, hold no network, or a run that was under way, whose optimizer may predict with other values than
 *   it trains; OptionError for another layer.
 * @example
 * await trainer.train();
 * const { predict } = loadNetwork(trainer.checkpoint());
 * const logits = predict(features);
 */
export function loadNetwork(bytes: Uint8Array): Predictor {
  const { run, values, progress, notes } = readCheckpoint(bytes);
  checkLayers(run, values);
  const { model } = run as { model?: { kind?: unknown } };
  if (typeof model !== "object" || model === null) throw new CheckpointError("the checkpoint holds no network");
  if (!progress.finished) throw new CheckpointError("the run of the checkpoint was under way: loadModel finds the values to predict with");
  const description = model.kind === "sequential" ? sequentialOf(model, "run.model", layers) : readNetwork(model, "run.model");
  checkTensors(description, values);
  const network = new ForwardNetwork(forwardEngine(), description, { rows: ROWS, seed: 0 });
  network.parameters.values.view.set(blockOf(network.parameters, values));
  return { predict: (features) => network.predict(features), notes, dispose: () => network.dispose() };
}
