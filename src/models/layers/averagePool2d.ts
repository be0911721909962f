import { boolean } from "../../options/options.js";
import { type LayerDescription, type LayerRule, layer } from "../layer.js";
import { bindPooling, type PoolingOptions, pooledShape, poolingFields, type ReadPooling } from "../pooling.js";

export interface AveragePool2dOptions extends PoolingOptions {
  /** Whether places outside count as zeros (as in PyTorch), or not at all (as in Keras). Default true. */
  countPadding?: boolean;
}

export const averagePool2dLayer: LayerRule<ReadPooling & { readonly countPadding: boolean }> = {
  kind: "averagePool2d",
  fields: { ...poolingFields, countPadding: boolean(true) },
  shape: pooledShape,
  bind: (site) => bindPooling(site, site.options.countPadding ? 1 : 2),
};

/**
 * The mean of each window of pictures [height × width × channels], channel by channel.
 *
 * Agrees with PyTorch's AvgPool2d but for the order of the axes.
 *
 * @throws OptionError for an unknown option or a value out of range; ShapeError, when the network is made, for rows that are no pictures and
 *   windows that do not fit.
 * @example
 * averagePool2d({ kernel: 7 })
 */
export function averagePool2d(options: AveragePool2dOptions = {}): LayerDescription {
  return layer(averagePool2dLayer, options);
}
