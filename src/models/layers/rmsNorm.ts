import { number } from "../../options/options.js";
import { type LayerDescription, type LayerRule, layer } from "../layer.js";
import { bindRowNorm, normParameters } from "../normalize.js";

export interface RmsNormOptions {
  /** Added to the mean square, greater than 0. Default 1.1920929e-7, as PyTorch has it. */
  epsilon?: number;
}

export const rmsNormLayer: LayerRule<Required<RmsNormOptions>> = {
  kind: "rmsNorm",
  fields: { epsilon: number(1.1920928955078125e-7, { above: 0 }) },
  shape: (_, input) => input,
  parameters: (_, input) => normParameters(input.at(-1) as number, false),
  bind: (site) => bindRowNorm({ ...site, options: { ...site.options, bias: false } }, false),
};

/**
 * RMS norm over the last axis: y = x / sqrt(mean of x^2 + epsilon) weight, row by row.
 *
 * Zhang and Sennrich, Root mean square layer normalization, 2019. Agrees with PyTorch's RMSNorm.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * rmsNorm({ epsilon: 1e-6 })
 */
export function rmsNorm(options: RmsNormOptions = {}): LayerDescription {
  return layer(rmsNormLayer, options);
}
