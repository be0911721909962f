import { addKernels } from "../../engine/parts.js";
import { estimatesKernels } from "../../generated/parts/estimates.js";
import { sgdKernels } from "../../generated/parts/sgd.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface FromageOptions extends CommonOptions<FromageOptions> {
  /** Norms below this count as this, at least 0. Default 1e-6. */
  minimumNorm?: Scheduled;
}

export const fromageRule: Rule<FromageOptions> = {
  kind: "fromage",
  learningRate: 1e-2,
  fields: { minimumNorm: scheduled(1e-6, { min: 0 }) },
  traits: ["readsValues"],
  slots: () => [],
  bind({ kernels, options: o, tensors }) {
    addKernels(kernels, estimatesKernels, sgdKernels);
    return (_, rate, scale) => {
      if (rate === 0) return;
      const shrink = 1 / Math.sqrt(1 + rate * rate);
      for (const { p, g, n } of tensors) {
        const values = Math.max(Math.sqrt(kernels.sumSquares(p, n)), o.minimumNorm);
        const gradient = Math.max(Math.sqrt(kernels.sumSquaresDecayed(p, g, n, 0, scale)), o.minimumNorm);
        const step = shrink * rate * (values > 0 && gradient > 0 ? values / gradient : 1);
        kernels.sgd(p, g, n, step, (1 - shrink) / step, scale);
      }
    };
  },
};

/**
 * Fromage: each tensor is turned by about the angle learningRate, whatever the size of its gradient, and does not grow from it. No state.
 *
 * For each tensor: p = (p - learningRate (|p| / |g|) g) / sqrt(1 + learningRate^2), with norms of at least minimumNorm.
 *
 * Agrees with Optax's fromage. The default rate is 1e-2, the paper's; a rate is an angle here and needs little tuning.
 *
 * Bernstein et al., On the distance between two neural networks and the stability of learning, 2020.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * fromage({ learningRate: 0.01 })
 */
export function fromage(options: FromageOptions = {}): DescribedOptimizer<FromageOptions> {
  return make(fromageRule, options);
}
