import { exp, log } from "../../numerics/math.js";
import { number } from "../../options/options.js";
import { type DescribedLoss, type LossRule, makeLoss, pointwise } from "../loss.js";

/** Options of `binaryCrossEntropy`. */
export interface BinaryCrossEntropyOptions {
  /** How far targets are moved towards a half, in [0, 1): t becomes (1 - s) t + s / 2. Default 0. */
  labelSmoothing?: number;
}

/**
 * Binary cross-entropy of logits z with targets t from 0 to 1, a mean over outputs, with label smoothing:
 *
 *     max(z, 0) - z t + ln(1 + e^-|z|)
 *
 * Without options it is what `loss: "binaryCrossEntropy"` names. PyTorch's BCEWithLogitsLoss, Keras's BinaryCrossentropy(label_smoothing).
 *
 * @throws OptionError
 * @example binaryCrossEntropy({ labelSmoothing: 0.1 })
 */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): DescribedLoss<BinaryCrossEntropyOptions> {
  return makeLoss(binaryCrossEntropyLoss, options);
}

const smoothed = (t: number, { labelSmoothing = 0 }: BinaryCrossEntropyOptions) => (1 - labelSmoothing) * t + labelSmoothing / 2;

export const binaryCrossEntropyLoss: LossRule<BinaryCrossEntropyOptions> = {
  kind: "binaryCrossEntropy",
  fields: { labelSmoothing: number(0, { min: 0, below: 1 }) },
  targets: () => "shares",
  bind: pointwise(
    (z, t, options) => Math.max(z, 0) - z * smoothed(t, options) + log(1 + exp(-Math.abs(z))),
    (z, t, options) => sigmoid(z) - smoothed(t, options),
  ),
};

function sigmoid(z: number): number {
  return 1 / (1 + exp(-z));
}
