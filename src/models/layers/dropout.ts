import { sizeOf } from "../../engine/parameters.js";
import { hash } from "../../numerics/random.js";
import { number } from "../../options/options.js";
import { type LayerDescription, type LayerRule, layer, type Pass } from "../layer.js";

export interface DropoutOptions {
  /** The share of numbers that a training step leaves out, in [0, 1). Default 0.5. */
  rate?: number;
}

const SCALE_32 = 0x1_0000_0000;

export const dropoutLayer: LayerRule<Required<DropoutOptions>> = {
  kind: "dropout",
  fields: { rate: number(0.5, { min: 0, below: 1 }) },
  traits: () => ["onlyTraining", "overwritesGradient", "keepsZeros"],
  shape: (_, input) => input,
  bind({ kernels, options, input, seed, place }) {
    const { rate } = options;
    const size = sizeOf(input);
    const threshold = Math.round(rate * SCALE_32);
    const drop = (from: number, to: number, { rows, step }: Pass) =>
      kernels.dropout(from, to, rows * size, hash(0, seed, ["dropout", ...place, step]), threshold, 1 / (1 - rate));
    return {
      forward: (x, y, pass) => drop(x, y, pass),
      backward: (_x, _y, dy, dx, pass) => drop(dy, dx, pass),
    };
  },
};

/**
 * Dropout: in training each number is 0 with the probability `rate`, and the others are times 1 / (1 - rate); in evaluation nothing happens.
 * Which are dropped follows from the run's seed, the layer's place and the step.
 *
 * Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout: a simple way to prevent neural networks from overfitting, 2014. Agrees
 * with PyTorch's Dropout but for the random numbers.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * dropout({ rate: 0.1 })
 */
export function dropout(options: DropoutOptions = {}): LayerDescription {
  return layer(dropoutLayer, options);
}
