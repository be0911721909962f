import { exp, log } from "../../numerics/math.js";
import { type DescribedLoss, type LossRule, makeLoss, pointwise } from "../loss.js";

/**
 * The logarithm of the hyperbolic cosine of d = z - t, a mean over outputs: about d^2 / 2 where d is small, |d| - ln 2 where it is large.
 *
 *     |d| + ln(1 + e^-2|d|) - ln 2
 *
 * Keras's LogCosh.
 *
 * @example logCosh()
 */
export function logCosh(): DescribedLoss<object> {
  return makeLoss(logCoshLoss, {});
}

const LN2 = Math.LN2;

export const logCoshLoss: LossRule = {
  kind: "logCosh",
  fields: {},
  targets: () => "quantities",
  bind: pointwise(
    (z, t) => Math.abs(z - t) + log(1 + exp(-2 * Math.abs(z - t))) - LN2,
    (z, t) => {
      const e = exp(-2 * Math.abs(z - t));
      return (Math.sign(z - t) * (1 - e)) / (1 + e);
    },
  ),
};
