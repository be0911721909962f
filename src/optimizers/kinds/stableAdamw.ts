import { addKernels } from "../../engine/parts.js";
import { adafactorKernels } from "../../generated/parts/adafactor.js";
import { adamKernels } from "../../generated/parts/adam.js";
import { powi } from "../../numerics/math.js";
import { type CommonOptions, type DescribedOptimizer, LEAST_NORMAL, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { copyScaled } from "../scaled.js";

export interface StableAdamwOptions extends CommonOptions<StableAdamwOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.99. */
  beta2?: Scheduled;
  /** Added to the root, greater than 0. Default 1e-6. */
  epsilon?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - the clipped rate times weightDecay; at least 0. Default 1e-2. */
  weightDecay?: Scheduled;
}

export const stableAdamwRule: Rule<StableAdamwOptions> = {
  kind: "stableAdamw",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.99, { min: 0, below: 1 }),
    epsilon: scheduled(1e-6, { above: 0 }),
    weightDecay: scheduled(1e-2, { min: 0 }),
  },
  traits: ["readsValues"],
  slots: () => ["mean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  bind({ kernels, options: o, tensors, scratch }) {
    addKernels(kernels, adafactorKernels, adamKernels);
    const largest = Math.max(...tensors.map(({ n }) => n));
    const [scaled, u] = [scratch(largest), scratch(largest)];
    return (t, rate, scale) => {
      // decays that grow from 0 to the options: the means have no bias
      const a1 = (1 - o.beta1) / (1 - powi(o.beta1, t));
      const a2 = (1 - o.beta2) / (1 - powi(o.beta2, t));
      const floor = Math.max(o.epsilon * o.epsilon, LEAST_NORMAL);
      for (const { p, g, s, n } of tensors) {
        const [m, v] = s as [number, number];
        copyScaled(kernels, g, scaled, n, scale);
        kernels.axpby(scaled, m, n, a1, 1 - a1);
        kernels.adafactor(scaled, v, u, n, 1 - a2, a2, floor, 1);
        const clipped = rate / Math.max(1, Math.sqrt(kernels.sumSquares(u, n) / n));
        kernels.adamStep(p, m, v, n, clipped, 1, o.epsilon, clipped * o.weightDecay);
      }
    };
  },
};

/**
 * StableAdamW: AdamW whose rate falls, tensor by tensor, while gradients are larger than their past: spikes of the loss from a v that is out of date do not
 * happen.
 *
 * With a1 = (1 - beta1) / (1 - beta1^t), a2 alike: m = (1 - a1) m + a1 g; v = (1 - a2) v + a2 g^2; r = learningRate / max(1, rms of
 * g / sqrt(max(v, epsilon^2))), over each tensor; p -= r (weightDecay p + m / (sqrt(v) + epsilon)).
 *
 * Agrees with optimi's StableAdamW, defaults included, and with pytorch_optimizer's. The default rate is 1e-3; what is clipped off it is not told.
 *
 * Wortsman et al., Stable and low-precision training for large-scale vision-language models, 2023.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * stableAdamw({ learningRate: 1e-3, weightDecay: 0.1 })
 */
export function stableAdamw(options: StableAdamwOptions = {}): DescribedOptimizer<StableAdamwOptions> {
  return make(stableAdamwRule, options);
}
