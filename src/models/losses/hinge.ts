import { boolean } from "../../options/options.js";
import { type DescribedLoss, type LossRule, makeLoss, pointwise } from "../loss.js";

/** Options of `hinge`. */
export interface HingeOptions {
  /** Whether to take the square. Default false. */
  squared?: boolean;
}

/**
 * The hinge loss of an output z with one of two classes, s = -1 for the first and 1 for the second; a mean over outputs:
 *
 *     max(0, 1 - s z), or its square
 *
 * scikit-learn's hinge_loss, Keras's Hinge and SquaredHinge.
 *
 * @throws OptionError
 * @example hinge({ squared: true })
 */
export function hinge(options: HingeOptions = {}): DescribedLoss<HingeOptions> {
  return makeLoss(hingeLoss, options);
}

const violation = (z: number, t: number) => Math.max(0, 1 - (2 * t - 1) * z);

export const hingeLoss: LossRule<HingeOptions> = {
  kind: "hinge",
  fields: { squared: boolean(false) },
  targets: () => "signs",
  bind: pointwise(
    (z, t, { squared }) => violation(z, t) * (squared ? violation(z, t) : 1),
    (z, t, { squared }) => (violation(z, t) > 0 ? (1 - 2 * t) * (squared ? 2 * violation(z, t) : 1) : 0),
  ),
};
