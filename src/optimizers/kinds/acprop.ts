import { addKernels } from "../../engine/parts.js";
import { acpropKernels } from "../../generated/parts/acprop.js";
import { powi } from "../../numerics/math.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface AcpropOptions extends CommonOptions<AcpropOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of squared deviations from it, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-16. */
  epsilon?: Scheduled;
  /** Added to the mean of squares in every update, at least 0. Default 1e-16. */
  epsilonRoot?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const acpropRule: Rule<AcpropOptions> = {
  kind: "acprop",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-16, { above: 0 }),
    epsilonRoot: scheduled(1e-16, { min: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["mean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, acpropKernels);
    return (t, rate, scale) => {
      const k = t === 1 ? 0 : 1 / (1 - powi(o.beta2, t - 1));
      const root = t === 1 ? 1 : o.epsilonRoot / (1 - o.beta2);
      for (const { p, g, s, n } of runs) {
        const [m, v] = s as [number, number];
        const { beta1, beta2, epsilon, weightDecay } = o;
        kernels.acprop(p, g, m, v, n, rate, beta1, 1 - beta1, beta2, 1 - beta2, k, root, epsilon, rate * weightDecay, scale);
      }
    };
  },
};

/**
 * ACProp: the gradient divided by how far those before strayed from their mean, so that divisor and gradient are independent.
 *
 * With g the gradient: p -= learningRate (g / (sqrt(s / (1 - beta2^(t-1))) + epsilon) + weightDecay p) with the s of the update before, in the first one
 * without the division; then s = beta2 s + (1 - beta2) (g - m)^2 + epsilonRoot with the old m; m = beta1 m + (1 - beta1) g.
 * The slot "squares" holds s without what epsilonRoot has added: over all updates that is epsilonRoot / (1 - beta2) under the root.
 *
 * Agrees with Optax's acprop. There is no momentum in the step; the default rate is 1e-3.
 *
 * Zhuang et al., Momentum centering and asynchronous update for adaptive gradient methods, 2021.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * acprop({ learningRate: 1e-3, weightDecay: 1e-2 })
 */
export function acprop(options: AcpropOptions = {}): DescribedOptimizer<AcpropOptions> {
  return make(acpropRule, options);
}
