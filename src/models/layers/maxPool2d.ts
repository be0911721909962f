import { type LayerDescription, type LayerRule, layer } from "../layer.js";
import { bindPooling, type PoolingOptions, pooledShape, poolingFields, type ReadPooling } from "../pooling.js";

export type MaxPool2dOptions = PoolingOptions;

export const maxPool2dLayer: LayerRule<ReadPooling> = {
  kind: "maxPool2d",
  fields: poolingFields,
  shape: pooledShape,
  bind: (site) => bindPooling(site, 0),
};

/**
 * The largest number of each window of pictures [height × width × channels], channel by channel. The gradient goes to the first of equals.
 *
 * Agrees with PyTorch's MaxPool2d but for the order of the axes.
 *
 * @throws OptionError for an unknown option or a value out of range; ShapeError, when the network is made, for rows that are no pictures and
 *   windows that do not fit.
 * @example
 * maxPool2d({ kernel: 2 })
 */
export function maxPool2d(options: MaxPool2dOptions = {}): LayerDescription {
  return layer(maxPool2dLayer, options);
}
