import { addKernels } from "../../engine/parts.js";
import { momentsKernels } from "../../generated/parts/moments.js";
import { pow, powi } from "../../numerics/math.js";
import { boolean } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface NadamOptions extends CommonOptions<NadamOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** How fast the momentum rises from beta1 / 2 to beta1, at least 0. Default 4e-3 (Keras: 1). */
  momentumDecay?: Scheduled;
  /** Added to the gradient as weightDecay p, or taken from p itself with `decoupled`; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Multiply p by 1 - learningRate weightDecay instead of adding to the gradient. Default false. */
  decoupled?: boolean;
}

export const nadamRule: Rule<NadamOptions> = {
  kind: "nadam",
  learningRate: 2e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    momentumDecay: scheduled(4e-3, { min: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
    decoupled: boolean(false),
  },
  slots: () => ["mean", "squares"],
  squares: ({ beta2, decoupled }) => ({ decays: { squares: beta2 }, coupled: !decoupled }),
  scalars: () => ({ product: 1 }),
  bind({ kernels, options: o, runs, scalars }) {
    addKernels(kernels, momentsKernels);
    return (t, rate, scale) => {
      const now = o.beta1 * (1 - 0.5 * pow(0.96, t * o.momentumDecay));
      const next = o.beta1 * (1 - 0.5 * pow(0.96, (t + 1) * o.momentumDecay));
      const product = (scalars["product"] as number) * now;
      scalars["product"] = product;
      const near = (rate * next) / (1 - product * next);
      const look = (rate * (1 - now)) / (1 - product);
      const k = 1 / (1 - powi(o.beta2, t));
      const decay = o.decoupled ? 0 : o.weightDecay;
      const shrink = o.decoupled ? rate * o.weightDecay : 0;
      for (const { p, g, s, n } of runs) {
        const [m, v] = s as [number, number];
        kernels.moments(p, g, m, v, n, near, look, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, k, 0, o.epsilon, decay, shrink, scale);
      }
    };
  },
};

/**
 * NAdam: Adam with Nesterov's momentum, which steps from where the mean gradient will lead.
 *
 * With g the gradient, plus weightDecay p unless decoupled: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * mu_t = beta1 (1 - 0.96^(t momentumDecay) / 2); P = mu_1 ... mu_t; d = sqrt(v / (1 - beta2^t)) + epsilon;
 * p -= learningRate ((1 - mu_t) / (1 - P) g + mu_(t+1) / (1 - P mu_(t+1)) m) / d.
 *
 * Agrees with PyTorch 2's NAdam (PyTorch 1 had a fault in P), and with momentumDecay 1 with Keras's Nadam. What Optax calls nadam is
 * Adam with `nesterov`. The default rate is 2e-3.
 *
 * Dozat, Incorporating Nesterov momentum into Adam, 2016.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * nadam({ learningRate: 1e-3, weightDecay: 1e-2, decoupled: true })
 */
export function nadam(options: NadamOptions = {}): DescribedOptimizer<NadamOptions> {
  return make(nadamRule, options);
}
