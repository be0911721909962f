import { addKernels } from "../../engine/parts.js";
import { adamaxKernels } from "../../generated/parts/adamax.js";
import { powi } from "../../numerics/math.js";
import { boolean } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface AdamaxOptions extends CommonOptions<AdamaxOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the largest gradient seen, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the size of every gradient, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Added to the gradient as weightDecay p, or taken from p itself with `decoupled`; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Multiply p by 1 - learningRate weightDecay instead of adding to the gradient. Default false. */
  decoupled?: boolean;
}

export const adamaxRule: Rule<AdamaxOptions> = {
  kind: "adamax",
  learningRate: 2e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
    decoupled: boolean(false),
  },
  slots: () => ["mean", "largest"],
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, adamaxKernels);
    return (t, rate, scale) => {
      const corrected = rate / (1 - powi(o.beta1, t));
      const slack = (1 - o.beta2) * o.epsilon;
      const decay = o.decoupled ? 0 : o.weightDecay;
      const shrink = o.decoupled ? rate * o.weightDecay : 0;
      for (const { p, g, s, n } of runs) {
        const [m, w] = s as [number, number];
        kernels.adamax(p, g, m, w, n, corrected, o.beta1, 1 - o.beta1, o.beta2, slack, o.epsilon, decay, shrink, scale);
      }
    };
  },
};

/**
 * Adamax: Adam with the largest recent gradient in place of the root mean square.
 *
 * With g the gradient, plus weightDecay p unless decoupled: m = beta1 m + (1 - beta1) g; u = max(beta2 u, |g| + epsilon);
 * p -= learningRate / (1 - beta1^t) m / u. The slot "largest" holds u - epsilon.
 *
 * Agrees with PyTorch's Adamax, and with `decoupled` with Optax's adamaxw. Keras adds epsilon when it divides instead. The default rate is 2e-3.
 *
 * Kingma and Ba, Adam: a method for stochastic optimization, section 7.1, 2015.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adamax({ learningRate: 5e-3 })
 */
export function adamax(options: AdamaxOptions = {}): DescribedOptimizer<AdamaxOptions> {
  return make(adamaxRule, options);
}
