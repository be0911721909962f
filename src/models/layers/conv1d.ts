import type { Shape } from "../../engine/parameters.js";
import { ShapeError } from "../../options/errors.js";
import { type Field, integer } from "../../options/options.js";
import {
  bindConvolution,
  type ConvolutionOptions,
  checkGroups,
  convolutionFields,
  convolutionParameters,
  windowsOf,
} from "../convolution.js";
import type { WeightInitialization } from "../initialization.js";
import { type LayerDescription, type LayerRule, layer } from "../layer.js";

export interface Conv1dOptions {
  /** The number of channels that go out, at least 1. */
  filters: number;
  /** Steps that a window covers, at least 1. */
  kernel: number;
  /** Steps from one window to the next, at least 1. Default 1. */
  stride?: number;
  /** Zeros at both ends, or "same": as many as keep the length at stride 1. Default 0. */
  padding?: number | "same";
  /** Steps from one number of a window to the next, at least 1. Default 1. */
  dilation?: number;
  /** The number of groups into which channels and filters fall, each by itself. Default 1. */
  groups?: number;
  /** Whether a number is added to each filter. Default true. */
  bias?: boolean;
  /** How weights begin; biases begin at 0. Default `auto`: kaimingUniform before relu and its like, xavierUniform otherwise. */
  initialization?: WeightInitialization | "auto";
}

type Read = Required<Conv1dOptions>;

const steps = integer(0, { min: 0 });
const paddingField: Field<number | "same"> = { fallback: 0, read: (value, path) => (value === "same" ? "same" : steps.read(value, path)) };

/** As a convolution of pictures of one line. */
function flat({ kernel, stride, padding, dilation, ...others }: Read): ConvolutionOptions {
  return {
    ...others,
    kernel: [1, kernel],
    stride: [1, stride],
    dilation: [1, dilation],
    padding: padding === "same" ? "same" : [0, padding],
  };
}

function picture(input: Shape, path: string): Shape {
  if (input.length !== 2) throw new ShapeError(`${path} needs rows of [steps, channels], got [${input.join(", ")}]`);
  return [1, ...input];
}

export const conv1dLayer: LayerRule<Read> = {
  kind: "conv1d",
  fields: {
    ...convolutionFields,
    kernel: integer(undefined, { min: 1 }),
    stride: integer(1, { min: 1 }),
    padding: paddingField,
    dilation: integer(1, { min: 1 }),
  },
  traits: () => ["fusesRelu", "gates"],
  shape(options, input, path) {
    const { out, channels } = windowsOf(flat(options), picture(input, path), path);
    checkGroups(flat(options), channels, path);
    return [out[1], options.filters];
  },
  parameters(options, input, next) {
    const channels = input[1] as number;
    return convolutionParameters(flat(options), channels, [options.kernel, channels / options.groups, options.filters], next);
  },
  bind(site) {
    const options = flat(site.options);
    return bindConvolution({ ...site, options }, windowsOf(options, picture(site.input, "conv1d"), "conv1d"));
  },
};

/**
 * A convolution of sequences [steps × channels], channels running fastest: every filter is a dense layer over what a window covers.
 *
 * Its parameters are `weight` [kernel × channels / groups × filters], as Keras has them (PyTorch's with axes 2, 1, 0), and `bias` [filters].
 *
 * Agrees with PyTorch's Conv1d but for the order of the axes.
 *
 * @throws OptionError for an unknown option or a value out of range; ShapeError, when the network is made, for rows that are no sequences,
 *   windows that do not fit, and groups that do not divide channels and filters.
 * @example
 * conv1d({ filters: 32, kernel: 5, stride: 2 })
 */
export function conv1d(options: Conv1dOptions): LayerDescription {
  return layer(conv1dLayer, options);
}
