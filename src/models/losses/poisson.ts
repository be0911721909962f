import { exp } from "../../numerics/math.js";
import { type DescribedLoss, type LossRule, makeLoss, pointwise } from "../loss.js";

/**
 * The negative logarithm of the probability of counts t in a Poisson distribution of mean e^z, without its constant; a mean over outputs:
 *
 *     e^z - t z
 *
 * The outputs are logarithms of means. PyTorch's PoissonNLLLoss.
 *
 * @example poisson()
 */
export function poisson(): DescribedLoss<object> {
  return makeLoss(poissonLoss, {});
}

export const poissonLoss: LossRule = {
  kind: "poisson",
  fields: {},
  targets: () => "counts",
  bind: pointwise(
    (z, t) => exp(z) - t * z,
    (z, t) => exp(z) - t,
  ),
};
