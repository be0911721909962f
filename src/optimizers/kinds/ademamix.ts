import { addKernels } from "../../engine/parts.js";
import { ademamixKernels } from "../../generated/parts/ademamix.js";
import { momentsKernels } from "../../generated/parts/moments.js";
import { powi } from "../../numerics/math.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface AdemamixOptions extends CommonOptions<AdemamixOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Decay of the slow mean of gradients, in [0, 1). Default 0.9999. */
  beta3?: Scheduled;
  /** The weight of the slow mean, at least 0. Default 5. */
  alpha?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Added under the root, at least 0. Default 0. */
  epsilonRoot?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export interface SimplifiedAdemamixOptions extends CommonOptions<SimplifiedAdemamixOptions> {
  /** Decay of the sum of gradients, in [0, 1). Default 0.99. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.95. */
  beta2?: Scheduled;
  /** The weight of the newest gradient besides the sum, at least 0. Default 0. */
  alpha?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Added under the root, at least 0. Default 0. */
  epsilonRoot?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const ademamixRule: Rule<AdemamixOptions> = {
  kind: "ademamix",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    beta3: scheduled(0.9999, { min: 0, below: 1 }),
    alpha: scheduled(5, { min: 0 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    epsilonRoot: scheduled(0, { min: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["mean", "slowMean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, ademamixKernels);
    return (t, rate, scale) => {
      const { beta1: b1, beta2: b2, beta3: b3, epsilonRoot: root, epsilon } = o;
      const near = rate / (1 - powi(b1, t));
      const far = rate * o.alpha;
      const k = 1 / (1 - powi(b2, t));
      const shrink = rate * o.weightDecay;
      for (const { p, g, s, n } of runs) {
        const [m, l, v] = s as [number, number, number];
        kernels.ademamix(p, g, m, l, v, n, near, far, b1, 1 - b1, b2, 1 - b2, b3, 1 - b3, k, root, epsilon, shrink, scale);
      }
    };
  },
};

export const simplifiedAdemamixRule: Rule<SimplifiedAdemamixOptions> = {
  kind: "simplifiedAdemamix",
  learningRate: 1e-5,
  fields: {
    beta1: scheduled(0.99, { min: 0, below: 1 }),
    beta2: scheduled(0.95, { min: 0, below: 1 }),
    alpha: scheduled(0, { min: 0 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    epsilonRoot: scheduled(0, { min: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["sum", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, momentsKernels);
    return (t, rate, scale) => {
      const { beta1: b1, beta2: b2, epsilonRoot: root, epsilon } = o;
      const look = rate * o.alpha;
      const k = 1 / (1 - powi(b2, t));
      const shrink = rate * o.weightDecay;
      for (const { p, g, s, n } of runs) {
        const [m, v] = s as [number, number];
        kernels.moments(p, g, m, v, n, rate, look, b1, 1, b2, 1 - b2, k, root, epsilon, 0, shrink, scale);
      }
    };
  },
};

/**
 * AdEMAMix: Adam with a second, slow mean of gradients, which remembers some ten thousand of them.
 *
 * With g the gradient: m = beta1 m + (1 - beta1) g; l = beta3 l + (1 - beta3) g; v = beta2 v + (1 - beta2) g^2;
 * p -= learningRate ((m / (1 - beta1^t) + alpha l) / (sqrt(v / (1 - beta2^t) + epsilonRoot) + epsilon) + weightDecay p).
 *
 * Agrees with Optax's ademamix. The paper lets alpha and beta3 rise over the run: both take schedules. The default rate is 1e-3.
 *
 * Pagliardini, Ablin, Grangier, The AdEMAMix optimizer: better, faster, older, 2024.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * ademamix({ learningRate: 1e-3, alpha: linear({ rate: 0, end: 5, steps: 1000 }) })
 */
export function ademamix(options: AdemamixOptions = {}): DescribedOptimizer<AdemamixOptions> {
  return make(ademamixRule, options);
}

/**
 * Simplified AdEMAMix: one decaying sum of gradients, with the newest gradient added once more.
 *
 * With g the gradient: m = beta1 m + g; v = beta2 v + (1 - beta2) g^2;
 * p -= learningRate ((m + alpha g) / (sqrt(v / (1 - beta2^t) + epsilonRoot) + epsilon) + weightDecay p).
 *
 * Agrees with Optax's simplified_ademamix. m is a sum: steps grow to some 1 / (1 - beta1) learning rates, so take a rate as many times
 * smaller than Adam's. The default rate is 1e-5.
 *
 * Morwani et al., Connections between schedule-free optimizers, AdEMAMix, and accelerated SGD variants, 2025.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * simplifiedAdemamix({ learningRate: 1e-5, alpha: 100 })
 */
export function simplifiedAdemamix(options: SimplifiedAdemamixOptions = {}): DescribedOptimizer<SimplifiedAdemamixOptions> {
  return make(simplifiedAdemamixRule, options);
}
