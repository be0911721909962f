import { addKernels } from "../../engine/parts.js";
import { gramsKernels } from "../../generated/parts/grams.js";
import { powi } from "../../numerics/math.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface GramsOptions extends CommonOptions<GramsOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-6. */
  epsilon?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const gramsRule: Rule<GramsOptions> = {
  kind: "grams",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-6, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["mean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, gramsKernels);
    return (t, rate, scale) => {
      const corrected = rate / (1 - powi(o.beta1, t));
      const c2 = 1 / Math.sqrt(1 - powi(o.beta2, t));
      for (const { p, g, s, n } of runs) {
        const [m, v] = s as [number, number];
        kernels.grams(p, g, m, v, n, corrected, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, c2, o.epsilon, rate * o.weightDecay, scale);
      }
    };
  },
};

/**
 * Grams: steps as long as Adam's, each element against the sign of its newest gradient.
 *
 * m, v as Adam; p -= learningRate (weightDecay p + sign(g) |m / (1 - beta1^t)| / (sqrt(v / (1 - beta2^t)) + epsilon)), where sign(0) = 0.
 *
 * Agrees with pytorch_optimizer's Grams, defaults included. The default rate is 1e-3.
 *
 * Cao, Li, Song, Grams: gradient descent with adaptive momentum scaling, 2024.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * grams({ learningRate: 1e-3, weightDecay: 0.1 })
 */
export function grams(options: GramsOptions = {}): DescribedOptimizer<GramsOptions> {
  return make(gramsRule, options);
}
