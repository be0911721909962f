import { OptionError } from "../../options/errors.js";
import { list, number } from "../../options/options.js";
import { type DescribedLoss, type LossRule, makeLoss, pointwise } from "../loss.js";

/** Options of `quantile`. */
export interface QuantileOptions {
  /** The quantiles that outputs are to learn, each between 0 and 1: one for all outputs, or one for each. */
  quantiles: readonly number[];
}

/**
 * The quantile or pinball loss, whose least mean is at a quantile q of the targets; a mean over outputs, with d = t - z:
 *
 *     max(q d, (q - 1) d)
 *
 * With several quantiles and one target, repeat the target in each column. The gradient at d = 0 is 0.
 *
 * @throws OptionError for quantiles out of range or more of them than 1 that are not as many as outputs
 *
 * Koenker and Bassett, Regression Quantiles (1978). scikit-learn's mean_pinball_loss.
 * @example quantile({ quantiles: [0.1, 0.5, 0.9] })
 */
export function quantile(options: QuantileOptions): DescribedLoss<QuantileOptions> {
  return makeLoss(quantileLoss, options);
}

const of = ({ quantiles }: QuantileOptions, output: number) => quantiles[quantiles.length > 1 ? output : 0] as number;

export const quantileLoss: LossRule<QuantileOptions> = {
  kind: "quantile",
  fields: { quantiles: list(undefined, number(undefined, { above: 0, below: 1 }), 1) },
  targets: () => "quantities",
  check({ quantiles }, outputs, path) {
    if (quantiles.length > 1 && quantiles.length !== outputs)
      throw new OptionError(`${path}.quantiles`, quantiles, `must be one, or one for each of ${outputs} outputs, got ${quantiles.length}`);
  },
  bind: pointwise(
    (z, t, options, output) => Math.max(of(options, output) * (t - z), (of(options, output) - 1) * (t - z)),
    (z, t, options, output) => (t === z ? 0 : t > z ? -of(options, output) : 1 - of(options, output)),
  ),
};
