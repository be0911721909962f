import { boolean, number } from "../../options/options.js";
import { type LayerDescription, type LayerRule, layer } from "../layer.js";
import { bindRowNorm, normParameters } from "../normalize.js";

export interface LayerNormOptions {
  /** Added to the variance, greater than 0. Default 1e-5. */
  epsilon?: number;
  /** Whether a number is added to each output. Default true. */
  bias?: boolean;
}

export const layerNormLayer: LayerRule<Required<LayerNormOptions>> = {
  kind: "layerNorm",
  fields: { epsilon: number(1e-5, { above: 0 }), bias: boolean(true) },
  shape: (_, input) => input,
  parameters: ({ bias }, input) => normParameters(input.at(-1) as number, bias),
  bind: (site) => bindRowNorm(site, true),
};

/**
 * Layer norm over the last axis: y = (x - mean) / sqrt(variance + epsilon) weight + bias, with mean and variance of each row by itself.
 *
 * Ba, Kiros, Hinton, Layer normalization, 2016. Agrees with PyTorch's LayerNorm and, with epsilon 1e-3, with Keras's.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * layerNorm()
 */
export function layerNorm(options: LayerNormOptions = {}): LayerDescription {
  return layer(layerNormLayer, options);
}
