import { addKernels } from "../../engine/parts.js";
import { adanKernels } from "../../generated/parts/adan.js";
import { powi } from "../../numerics/math.js";
import { boolean, optional } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface AdanOptions extends CommonOptions<AdanOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.98. */
  beta1?: Scheduled;
  /** Decay of the mean of their differences, in [0, 1). Default 0.92. */
  beta2?: Scheduled;
  /** Decay of the mean of squares, in [0, 1). Default 0.99. */
  beta3?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Added under the root, at least 0. Default 0 (Optax: 1e-8). */
  epsilonRoot?: Scheduled;
  /** The weight of the differences in the step, at least 0. Default: beta2 (Optax: 1 - beta2). */
  differenceWeight?: Scheduled;
  /** Divides p by 1 + learningRate weightDecay after the step, or with proximal false multiplies it by 1 - that before; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Which of the two decays. Default true. */
  proximal?: boolean;
}

export const adanRule: Rule<AdanOptions> = {
  kind: "adan",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.98, { min: 0, below: 1 }),
    beta2: scheduled(0.92, { min: 0, below: 1 }),
    beta3: scheduled(0.99, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    epsilonRoot: scheduled(0, { min: 0 }),
    differenceWeight: optional(scheduled(undefined, { min: 0 })),
    weightDecay: scheduled(0, { min: 0 }),
    proximal: boolean(true),
  },
  slots: () => ["mean", "differences", "squares", "before"],
  squares: ({ beta3 }) => ({ decays: { squares: beta3 } }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, adanKernels);
    return (t, rate, scale) => {
      const { beta1: b1, beta2: b2, beta3: b3, epsilonRoot: root, epsilon, differenceWeight = b2, weightDecay } = o;
      const grown = 1 + (o.proximal ? rate * weightDecay : 0);
      const near = rate / (1 - powi(b1, t)) / grown;
      const far = (rate * differenceWeight) / (1 - powi(b2, t)) / grown;
      const k = 1 / (1 - powi(b3, t));
      const shrink = (rate * weightDecay) / grown;
      // There is no gradient before the first: its difference counts as 0.
      const a2 = t === 1 ? 0 : 1 - b2;
      const weight = t === 1 ? 0 : differenceWeight;
      for (const { p, g, s, n } of runs) {
        const [m, v, q, old] = s as [number, number, number, number];
        kernels.adan(p, g, m, v, q, old, n, near, far, b1, 1 - b1, b2, a2, b3, 1 - b3, weight, k, root, epsilon, shrink, scale);
      }
    };
  },
};

/**
 * Adan: Adam with Nesterov's momentum written as the mean gradient plus the mean difference of successive gradients.
 *
 * With g the gradient, d = g minus the gradient before (0 at first), w = differenceWeight: m = beta1 m + (1 - beta1) g;
 * v = beta2 v + (1 - beta2) d; n = beta3 n + (1 - beta3) (g + w d)^2;
 * u = (m / (1 - beta1^t) + w v / (1 - beta2^t)) / (sqrt(n / (1 - beta3^t) + epsilonRoot) + epsilon);
 * p = (p - learningRate u) / (1 + learningRate weightDecay), with proximal false p = (1 - learningRate weightDecay) p - learningRate u.
 *
 * Agrees with timm's Adan and the authors' code; the paper's betas are one minus these. Optax weighs the differences with 1 - beta2, which
 * the paper does not, decays as with proximal false, and its epsilonRoot is 1e-8. The default rate is timm's, 1e-3.
 *
 * Xie et al., Adan: adaptive Nesterov momentum algorithm for faster optimizing deep models, 2022.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adan({ learningRate: 3e-3, weightDecay: 0.02 })
 */
export function adan(options: AdanOptions = {}): DescribedOptimizer<AdanOptions> {
  return make(adanRule, options);
}
