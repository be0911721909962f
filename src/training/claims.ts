import { type NetworkDescription, networkShapes } from "../models/sequential.js";
import { CheckpointError } from "../options/errors.js";
import { type StoredTensors, valuesOf } from "./checkpoint.js";

/** Holds the number of layers that a run claims against the tensors that are there, before anything reads all those claims. */
export function checkLayers(plain: unknown, values: StoredTensors): void {
  const { hidden } = ((plain as { model?: unknown } | null)?.model ?? {}) as { hidden?: unknown };
  if (!Array.isArray(hidden) || 2 * (hidden.length + 1) === values.size) return;
  throw new CheckpointError(
    `the network of the checkpoint has ${hidden.length + 1} layers, a weight and a bias each; the file has ${values.size} tensors`,
  );
}

/** Holds the tensors against the network that the file claims, before any memory is taken for it. */
export function checkTensors(model: NetworkDescription, values: StoredTensors): void {
  for (const [name, shape] of networkShapes(model)) valuesOf(values, name, shape);
}
