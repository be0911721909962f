import { addKernels } from "../../engine/parts.js";
import { yogiKernels } from "../../generated/parts/yogi.js";
import { powi } from "../../numerics/math.js";
import { number } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface YogiOptions extends CommonOptions<YogiOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** One minus the share of g^2 that the measure of squares moves by, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-3. */
  epsilon?: Scheduled;
  /** Added under the root, at least 0. Default 0. */
  epsilonRoot?: Scheduled;
  /** The start of m and v, at least 0. Default 1e-6. */
  initialAccumulator?: number;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const yogiRule: Rule<YogiOptions> = {
  kind: "yogi",
  learningRate: 1e-2,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-3, { above: 0 }),
    epsilonRoot: scheduled(0, { min: 0 }),
    initialAccumulator: number(1e-6, { min: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["mean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  initial: (_, { initialAccumulator }) => initialAccumulator,
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, yogiKernels);
    return (t, rate, scale) => {
      const corrected = rate / (1 - powi(o.beta1, t));
      const k = 1 / (1 - powi(o.beta2, t));
      const shrink = rate * o.weightDecay;
      for (const { p, g, s, n } of runs) {
        const [m, v] = s as [number, number];
        kernels.yogi(p, g, m, v, n, corrected, o.beta1, 1 - o.beta1, 1 - o.beta2, k, o.epsilonRoot, o.epsilon, shrink, scale);
      }
    };
  },
};

/**
 * Yogi: Adam whose measure of squares moves by steps of the size of g^2, whichever way, so that it cannot collapse after a large gradient.
 *
 * With g the gradient: m = beta1 m + (1 - beta1) g; v -= (1 - beta2) sign(v - g^2) g^2, both beginning at initialAccumulator;
 * p -= learningRate (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t) + epsilonRoot) + epsilon) + weightDecay p).
 *
 * Agrees with Optax's yogi (its decay from add_decayed_weights), which begins m, too, at initialAccumulator. The default rate is 1e-2.
 *
 * Zaheer et al., Adaptive methods for nonconvex optimization, 2018.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * yogi({ learningRate: 1e-2 })
 */
export function yogi(options: YogiOptions = {}): DescribedOptimizer<YogiOptions> {
  return make(yogiRule, options);
}
