import { addKernels } from "../../engine/parts.js";
import { lapropKernels } from "../../generated/parts/laprop.js";
import { powi } from "../../numerics/math.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface LapropOptions extends CommonOptions<LapropOptions> {
  /** Decay of the mean of scaled gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-15. */
  epsilon?: Scheduled;
  /** Decoupled decay: p is, after the step, multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const lapropRule: Rule<LapropOptions> = {
  kind: "laprop",
  learningRate: 4e-4,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-15, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  traits: ["decaysSteps"],
  slots: () => ["mean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  scalars: () => ({ weight: 0 }),
  bind({ kernels, options: o, runs, scalars }) {
    addKernels(kernels, lapropKernels);
    return (t, rate, scale) => {
      const fresh = (1 - o.beta1) * rate;
      const weight = o.beta1 * (scalars["weight"] as number) + fresh;
      scalars["weight"] = weight;
      const shrink = rate * o.weightDecay;
      // A warm-up may begin with rates of 0, which move nothing.
      const corrected = rate === 0 ? 0 : (rate / weight) * (1 - shrink);
      const k = 1 / (1 - powi(o.beta2, t));
      for (const { p, g, s, n } of runs) {
        const [m, v] = s as [number, number];
        kernels.laprop(p, g, m, v, n, corrected, o.beta1, fresh, o.beta2, 1 - o.beta2, k, o.epsilon, shrink, scale);
      }
    };
  },
};

/**
 * LaProp: Adam with momentum after the scaling instead of before.
 *
 * With g the gradient: v = beta2 v + (1 - beta2) g^2; m = beta1 m + (1 - beta1) learningRate g / (sqrt(v / (1 - beta2^t)) + epsilon);
 * w = beta1 w + (1 - beta1) learningRate; p = (p - learningRate m / w) (1 - learningRate weightDecay).
 *
 * Agrees with timm's LaProp, defaults included. The default rate is 4e-4.
 *
 * Ziyin, Wang, Ueda, LaProp: separating momentum and adaptivity in Adam, 2020.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * laprop({ learningRate: 1e-3, weightDecay: 1e-2 })
 */
export function laprop(options: LapropOptions = {}): DescribedOptimizer<LapropOptions> {
  return make(lapropRule, options);
}
