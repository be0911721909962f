import { exp, log, pow } from "../../numerics/math.js";
import { number } from "../../options/options.js";
import { type DescribedLoss, gradient, type LossRule, makeLoss, pointwise } from "../loss.js";
import { softmax } from "./crossEntropy.js";

/** Options of `focal`. */
export interface FocalOptions {
  /** How much rows that are right already fade, at least 0; with 0 it is cross-entropy. Default 2. */
  gamma?: number;
}

/**
 * The focal loss of logits, which leaves rows that are right already to themselves:
 *
 *     -(1 - p)^gamma ln p,   p the share of the row's class: softmax(z) with an output a class, sigmoid of one output for two classes
 *
 * The paper's alpha is `run.classWeights`.
 *
 * @throws OptionError
 *
 * Lin et al., Focal Loss for Dense Object Detection (2017). torchvision's sigmoid_focal_loss with alpha = -1, Keras's CategoricalFocalCrossentropy.
 * @example focal({ gamma: 2 })
 */
export function focal(options: FocalOptions = {}): DescribedLoss<FocalOptions> {
  return makeLoss(focalLoss, options);
}

/** ln(1 + e^x). */
const softplus = (x: number) => Math.max(x, 0) + log(1 + exp(-Math.abs(x)));
/** The logit of the right one of two classes. */
const margin = (z: number, t: number) => (2 * t - 1) * z;

const binary = pointwise<FocalOptions>(
  (z, t, { gamma = 2 }) => exp(-gamma * softplus(margin(z, t))) * softplus(-margin(z, t)),
  (z, t, { gamma = 2 }) => {
    const x = margin(z, t);
    const wrong = exp(-softplus(x));
    return -(2 * t - 1) * exp(-gamma * softplus(x)) * (gamma * (1 - wrong) * softplus(-x) + wrong);
  },
);

export const focalLoss: LossRule<FocalOptions> = {
  kind: "focal",
  fields: { gamma: number(2, { min: 0 }) },
  targets: (_, outputs) => (outputs === 1 ? "signs" : "classes"),
  width: () => 1,
  bind(options, outputs) {
    if (outputs === 1) return binary(options, outputs);
    const { gamma = 2 } = options;
    const shares = new Float64Array(outputs);
    return (memory, z, targets, t, dz, factor) => {
      const target = targets[t] as number;
      const logSum = softmax(memory, z, shares);
      const logOwn = (memory[z + target] as number) - logSum;
      const own = shares[target] as number;
      let others = 0;
      for (let j = 0; j < outputs; j++) if (j !== target) others += shares[j] as number;
      const focus = gamma === 0 ? 1 : pow(others, gamma);
      // of the loss with respect to -ln p
      const slope = gamma === 0 || others === 0 ? focus : focus - gamma * own * logOwn * (focus / others);
      for (let j = 0; j < outputs; j++) {
        const distance = j === target ? -others : (shares[j] as number);
        memory[dz + j] = gradient(slope * distance * factor);
      }
      return -focus * logOwn;
    };
  },
};
