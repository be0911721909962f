import { exp, log } from "../../numerics/math.js";
import { number } from "../../options/options.js";
import { type DescribedLoss, gradient, type LossRule, makeLoss } from "../loss.js";

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions {
  /** The part of each target that is spread over all classes alike, in [0, 1). Default 0. */
  labelSmoothing?: number;
}

/**
 * Softmax cross-entropy of logits z with classes c, with label smoothing:
 *
 *     (1 - s) (-ln p[c]) + s mean over all classes of -ln p,   p = softmax(z), s = labelSmoothing
 *
 * Without options it is what `loss: "crossEntropy"` names. PyTorch's CrossEntropyLoss, Keras's CategoricalCrossentropy(label_smoothing).
 *
 * @throws OptionError
 * @example crossEntropy({ labelSmoothing: 0.1 })
 */
export function crossEntropy(options: CrossEntropyOptions = {}): DescribedLoss<CrossEntropyOptions> {
  return makeLoss(crossEntropyLoss, options);
}

export const crossEntropyLoss: LossRule<CrossEntropyOptions> = {
  kind: "crossEntropy",
  fields: { labelSmoothing: number(0, { min: 0, below: 1 }) },
  targets: () => "classes",
  width: () => 1,
  bind({ labelSmoothing = 0 }, outputs) {
    const shares = new Float64Array(outputs);
    return (memory, z, targets, t, dz, factor) => {
      const target = targets[t] as number;
      const logSum = softmax(memory, z, shares);
      let loss = -(1 - labelSmoothing) * ((memory[z + target] as number) - logSum);
      for (let j = 0; j < outputs; j++) {
        if (labelSmoothing > 0) loss -= (labelSmoothing / outputs) * ((memory[z + j] as number) - logSum);
        const wanted = labelSmoothing / outputs + (j === target ? 1 - labelSmoothing : 0);
        memory[dz + j] = gradient(((shares[j] as number) - wanted) * factor);
      }
      return loss;
    };
  },
};

/** Fills the shares e^z / (sum of e^z) of a row, and returns the logarithm of that sum. */
export function softmax(memory: Float32Array, z: number, shares: Float64Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < shares.length; j++) max = Math.max(max, memory[z + j] as number);
  let sum = 0;
  for (let j = 0; j < shares.length; j++) {
    const share = exp((memory[z + j] as number) - max);
    shares[j] = share;
    sum += share;
  }
  for (let j = 0; j < shares.length; j++) shares[j] = (shares[j] as number) / sum;
  return max + log(sum);
}
