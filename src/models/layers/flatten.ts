import { sizeOf } from "../../engine/parameters.js";
import { type LayerDescription, type LayerRule, layer } from "../layer.js";

export const flattenLayer: LayerRule<object> = {
  kind: "flatten",
  fields: {},
  traits: () => ["onlyReshapes"],
  shape: (_, input) => [sizeOf(input)],
  bind() {
    throw new TypeError("a layer that only reshapes is not bound");
  },
};

/**
 * Makes one axis of all: rows of 8 × 8 × 16 become rows of 1,024. The numbers stay where they are, the last axis runs fastest.
 *
 * @throws OptionError for an unknown option.
 * @example
 * flatten()
 */
export function flatten(options: Readonly<Record<string, never>> = {}): LayerDescription {
  return layer(flattenLayer, options);
}
