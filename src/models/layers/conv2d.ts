import {
  bindConvolution,
  type ConvolutionOptions,
  checkGroups,
  convolutionFields,
  convolutionParameters,
  type Padding,
  type Pair,
  paddingField,
  pair,
  windowsOf,
} from "../convolution.js";
import type { WeightInitialization } from "../initialization.js";
import { type LayerDescription, type LayerRule, layer } from "../layer.js";

export interface Conv2dOptions {
  /** The number of channels that go out, at least 1. */
  filters: number;
  /** Places that a window covers: one number, or [vertical, horizontal]; at least 1. */
  kernel: Pair;
  /** Places from one window to the next, at least 1. Default 1. */
  stride?: Pair;
  /** Zeros around the picture on every side, or "same": as many as keep its size at stride 1. Default 0. */
  padding?: Padding;
  /** Places from one number of a window to the next, at least 1. Default 1. */
  dilation?: Pair;
  /** The number of groups into which channels and filters fall, each by itself. Default 1. */
  groups?: number;
  /** Whether a number is added to each filter. Default true. */
  bias?: boolean;
  /** How weights begin; biases begin at 0. Default `auto`: kaimingUniform before relu and its like, xavierUniform otherwise. */
  initialization?: WeightInitialization | "auto";
}

export const conv2dLayer: LayerRule<ConvolutionOptions> = {
  kind: "conv2d",
  fields: { ...convolutionFields, kernel: pair(undefined, 1), stride: pair(1, 1), padding: paddingField, dilation: pair(1, 1) },
  traits: () => ["fusesRelu", "gates"],
  shape(options, input, path) {
    const { out, channels } = windowsOf(options, input, path);
    checkGroups(options, channels, path);
    return [...out, options.filters];
  },
  parameters(options, input, next) {
    const channels = input[2] as number;
    return convolutionParameters(options, channels, [...options.kernel, channels / options.groups, options.filters], next);
  },
  bind: (site) => bindConvolution(site, windowsOf(site.options, site.input, "conv2d")),
};

/**
 * A convolution of pictures [height × width × channels], channels running fastest: every filter is a dense layer over what a window covers.
 *
 * Its parameters are `weight` [kernel × kernel × channels / groups × filters], as Keras has them (PyTorch's with axes 2, 3, 1, 0), and `bias`
 * [filters].
 *
 * Agrees with PyTorch's Conv2d but for the order of the axes; padding "same" with stride 1 as well, and with Keras's with any stride.
 *
 * @throws OptionError for an unknown option or a value out of range; ShapeError, when the network is made, for rows that are no pictures,
 *   windows that do not fit, and groups that do not divide channels and filters.
 * @example
 * conv2d({ filters: 16, kernel: 3, padding: "same" })
 */
export function conv2d(options: Conv2dOptions): LayerDescription {
  return layer(conv2dLayer, options);
}
