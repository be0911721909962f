import { layerRules } from "../generated/layerRules.js";
import { sequentialOf } from "./known-layers.js";
import type { AnyLayerRule } from "./layer.js";
import type { NetworkDescription } from "./sequential.js";

/** A network from plain data, as `JSON.parse` gives it: layers are found by their names. Throws OptionError with the path of what is wrong. */
export function sequentialFromJSON(value: object, path: string): NetworkDescription {
  return sequentialOf(value, path, layerRules as readonly AnyLayerRule[]);
}
