import { addKernels } from "../../engine/parts.js";
import { momentsKernels } from "../../generated/parts/moments.js";
import { powi } from "../../numerics/math.js";
import { boolean, number } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface RadamOptions extends CommonOptions<RadamOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Add epsilon to the root before its bias is corrected, as PyTorch does. Default true. */
  epsilonHat?: boolean;
  /** Added under the bias-corrected root, at least 0. Default 0. */
  epsilonRoot?: Scheduled;
  /** The length r of what squares were averaged over, above which they are divided by; at least 4. Default 5. */
  threshold?: number;
  /** Added to the gradient as weightDecay p, or taken from p itself with `decoupled`; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Multiply p by 1 - learningRate weightDecay instead of adding to the gradient. Default false. */
  decoupled?: boolean;
}

export const radamRule: Rule<RadamOptions> = {
  kind: "radam",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    epsilonHat: boolean(true),
    epsilonRoot: scheduled(0, { min: 0 }),
    threshold: number(5, { min: 4 }),
    weightDecay: scheduled(0, { min: 0 }),
    decoupled: boolean(false),
  },
  slots: () => ["mean", "squares"],
  squares: ({ beta2, decoupled }) => ({ decays: { squares: beta2 }, coupled: !decoupled }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, momentsKernels);
    return (t, rate, scale) => {
      const corrected = rate / (1 - powi(o.beta1, t));
      const power = powi(o.beta2, t);
      const limit = 2 / (1 - o.beta2) - 1;
      const length = limit - (2 * t * power) / (1 - power);
      const rectification = ((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length);
      const decay = o.decoupled ? 0 : o.weightDecay;
      const shrink = o.decoupled ? rate * o.weightDecay : 0;
      // Until then sqrt(0 v + 1) + 0 takes the division out.
      const isRectified = length > o.threshold;
      // epsilon after the correction is 1 / sqrt(1 - beta2^t) of it before
      const hat = o.epsilonHat ? 1 : 1 / Math.sqrt(1 - power);
      const near = isRectified ? corrected * Math.sqrt(rectification * (1 - power)) * hat : corrected;
      const k = isRectified ? hat * hat : 0;
      const root = isRectified ? o.epsilonRoot * (1 - power) * hat * hat : 1;
      const epsilon = isRectified ? o.epsilon : 0;
      for (const { p, g, s, n } of runs) {
        const [m, v] = s as [number, number];
        kernels.moments(p, g, m, v, n, near, 0, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, k, root, epsilon, decay, shrink, scale);
      }
    };
  },
};

/**
 * RAdam: Adam that warms up by itself, by how far its few squares can be trusted.
 *
 * With g the gradient, plus weightDecay p unless decoupled: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * R = 2 / (1 - beta2) - 1; r = R - 2 t beta2^t / (1 - beta2^t). Where r > 5:
 * p -= learningRate m / (1 - beta1^t) sqrt((r - 4) (r - 2) R / ((R - 4) (R - 2) r)) sqrt(1 - beta2^t) / (sqrt(v) + epsilon);
 * before that p -= learningRate m / (1 - beta1^t). `threshold` takes the place of 5; epsilonRoot stands under the corrected root; without epsilonHat epsilon is added to the corrected one.
 *
 * Agrees with PyTorch's RAdam, defaults included, and without epsilonHat with Optax's, which divides where r is 5 itself, too. The default rate is 1e-3.
 *
 * Liu et al., On the variance of the adaptive learning rate and beyond, 2020.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * radam({ learningRate: 3e-3, weightDecay: 1e-2, decoupled: true })
 */
export function radam(options: RadamOptions = {}): DescribedOptimizer<RadamOptions> {
  return make(radamRule, options);
}
