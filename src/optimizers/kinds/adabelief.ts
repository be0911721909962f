import { addKernels } from "../../engine/parts.js";
import { adabeliefKernels } from "../../generated/parts/adabelief.js";
import { powi } from "../../numerics/math.js";
import { boolean } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface AdabeliefOptions extends CommonOptions<AdabeliefOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of squared deviations from it, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-16. */
  epsilon?: Scheduled;
  /** Added to the mean of squares in every update, at least 0. Default 1e-16. */
  epsilonRoot?: Scheduled;
  /** Step from where the mean gradient will lead. Default false. */
  nesterov?: boolean;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const adabeliefRule: Rule<AdabeliefOptions> = {
  kind: "adabelief",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-16, { above: 0 }),
    epsilonRoot: scheduled(1e-16, { min: 0 }),
    nesterov: boolean(false),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["mean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, adabeliefKernels);
    return (t, rate, scale) => {
      const correction = 1 - powi(o.beta1, t);
      const near = o.nesterov ? (rate * o.beta1) / (1 - powi(o.beta1, t + 1)) : rate / correction;
      const look = o.nesterov ? (rate * (1 - o.beta1)) / correction : 0;
      const k = 1 / (1 - powi(o.beta2, t));
      const root = o.epsilonRoot / (1 - o.beta2);
      const shrink = rate * o.weightDecay;
      for (const { p, g, s, n } of runs) {
        const [m, v] = s as [number, number];
        kernels.adabelief(p, g, m, v, n, near, look, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, k, root, o.epsilon, shrink, scale);
      }
    };
  },
};

/**
 * AdaBelief: Adam divided by how far gradients stray from their mean: large steps where the next gradient is as expected.
 *
 * With g the gradient: m = beta1 m + (1 - beta1) g; s = beta2 s + (1 - beta2) (g - m)^2 + epsilonRoot;
 * p -= learningRate (m / (1 - beta1^t) / (sqrt(s / (1 - beta2^t)) + epsilon) + weightDecay p).
 * nesterov: beta1 m / (1 - beta1^(t+1)) + (1 - beta1) g / (1 - beta1^t) in place of m / (1 - beta1^t).
 * The slot "squares" holds s without what epsilonRoot has added: over all updates that is epsilonRoot / (1 - beta2) under the root.
 *
 * Agrees with Optax's adabelief (its decay from add_decayed_weights). The default rate is 1e-3.
 *
 * Zhuang et al., AdaBelief optimizer: adapting stepsizes by the belief in observed gradients, 2020.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adabelief({ learningRate: 1e-3, weightDecay: 1e-2 })
 */
export function adabelief(options: AdabeliefOptions = {}): DescribedOptimizer<AdabeliefOptions> {
  return make(adabeliefRule, options);
}
