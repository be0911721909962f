import { type Shape, sizeOf } from "../../engine/parameters.js";
import { boolean, integer } from "../../options/options.js";
import { drawnBefore } from "../following.js";
import { initializationField, type WeightInitialization } from "../initialization.js";
import { type LayerDescription, type LayerRule, layer } from "../layer.js";

export interface DenseOptions {
  /** The number of outputs, at least 1. */
  units: number;
  /** Whether a number is added to each output. Default true. */
  bias?: boolean;
  /** How weights begin; biases begin at 0. Default `auto`: kaimingUniform before relu and its like, xavierUniform otherwise. */
  initialization?: WeightInitialization | "auto";
}

export const denseLayer: LayerRule<Required<DenseOptions>> = {
  kind: "dense",
  fields: { units: integer(undefined, { min: 1 }), bias: boolean(true), initialization: initializationField },
  traits: () => ["fusesRelu", "gates"],
  shape: ({ units }, input) => [...input.slice(0, -1), units],
  parameters({ units, bias, initialization }, input, next) {
    const inputs = input.at(-1) as number;
    return {
      weight: { shape: [inputs, units], drawn: drawnBefore(next, initialization, { inputs, outputs: units }) },
      ...(bias && { bias: { shape: [units] as Shape } }),
    };
  },
  bind({ kernels, options, input, relu, gate, gateSelf, needsInputGradient, tensor, scratch }) {
    const { units, bias: hasBias } = options;
    const inputs = input.at(-1) as number;
    const repeats = sizeOf(input) / inputs;
    const weight = tensor("weight");
    const bias = hasBias ? tensor("bias") : undefined;
    const transposed = needsInputGradient ? scratch(inputs * units) : 0;
    return {
      forward(x, y, pass) {
        kernels.dense(x, weight.pointer, bias?.pointer ?? 0, y, pass.rows * repeats, inputs, units, relu ? 1 : 0, units);
      },
      backward(x, y, dy, dx, pass) {
        const count = pass.rows * repeats;
        if (gateSelf) kernels.leakyReluGradient(y, dy, count * units, 0);
        kernels.denseWeightGradient(x, dy, weight.gradientPointer, count, inputs, units, inputs);
        if (bias) kernels.denseBiasGradient(dy, bias.gradientPointer, count, units);
        if (dx === 0) return;
        kernels.transpose(weight.pointer, transposed, inputs, units);
        kernels.denseInputGradient(dy, transposed, dx, count, inputs, units, gate ? x : 0, inputs);
      },
    };
  },
};

/**
 * A dense layer, y = x W + b, over the last axis of what comes in: rows of 64 numbers, or of 20 × 64.
 *
 * Its parameters are `weight` [inputs × units], transposed with respect to PyTorch's, and `bias` [units].
 *
 * Agrees with PyTorch's Linear and Keras's Dense.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * dense({ units: 32 })
 */
export function dense(options: DenseOptions): LayerDescription {
  return layer(denseLayer, options);
}
