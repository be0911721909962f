import { addKernels } from "../../engine/parts.js";
import { lambKernels } from "../../generated/parts/lamb.js";
import { optimisticKernels } from "../../generated/parts/optimistic.js";
import { powi } from "../../numerics/math.js";
import { boolean } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { copyScaled } from "../scaled.js";

export interface OptimisticGradientDescentOptions extends CommonOptions<OptimisticGradientDescentOptions> {
  /** The weight of the gradient, at least 0. Default 1. */
  alpha?: Scheduled;
  /** The weight of its difference from the gradient before, at least 0. Default 1. */
  beta?: Scheduled;
}

export interface OptimisticAdamOptions extends CommonOptions<OptimisticAdamOptions> {
  /** The weight of Adam's step, at least 0. Default 1. */
  alpha?: Scheduled;
  /** The weight of its difference from the step before, at least 0. Default 1. */
  beta?: Scheduled;
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Added under the bias-corrected root, at least 0. Default 0. */
  epsilonRoot?: Scheduled;
  /** Step from where the mean gradient will lead. Default true. */
  nesterov?: boolean;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const optimisticGradientDescentRule: Rule<OptimisticGradientDescentOptions> = {
  kind: "optimisticGradientDescent",
  learningRate: 1e-3,
  fields: { alpha: scheduled(1, { min: 0 }), beta: scheduled(1, { min: 0 }) },
  slots: () => ["before"],
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, optimisticKernels);
    return (t, rate, scale) => {
      const past = t === 1 ? 0 : rate * o.beta;
      const near = rate * o.alpha + past;
      for (const { p, g, s, n } of runs) kernels.optimisticGradientDescent(p, g, s[0] as number, n, near, past, scale);
    };
  },
};

export const optimisticAdamRule: Rule<OptimisticAdamOptions> = {
  kind: "optimisticAdam",
  learningRate: 1e-3,
  fields: {
    alpha: scheduled(1, { min: 0 }),
    beta: scheduled(1, { min: 0 }),
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    epsilonRoot: scheduled(0, { min: 0 }),
    nesterov: boolean(true),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["mean", "squares", "before"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  bind({ kernels, options: o, runs, scratch }) {
    addKernels(kernels, lambKernels, optimisticKernels);
    const steps = runs.map(({ n }) => scratch(n));
    const means = runs.map(({ n }) => scratch(n));
    return (t, rate, scale) => {
      const { beta1: b1, beta2: b2 } = o;
      const [c1, c2] = [1 / (1 - powi(b1, t)), 1 / (1 - powi(b2, t))];
      const past = t === 1 ? 0 : rate * o.beta;
      const near = rate * o.alpha + past;
      runs.forEach(({ p, g, s, n }, i) => {
        const [m, v, before] = s as [number, number, number];
        const [u, ahead] = [steps[i] as number, means[i] as number];
        kernels.lamb(p, g, m, v, u, n, b1, 1 - b1, b2, 1 - b2, c1, c2, o.epsilonRoot, o.epsilon, 0, scale);
        if (o.nesterov) {
          // where the mean will be, by its own correction
          copyScaled(kernels, m, ahead, n, b1 / (1 - powi(b1, t + 1)));
          copyScaled(kernels, g, u, n, scale);
          kernels.axpy(u, ahead, n, (1 - b1) * c1);
          kernels.lamb(p, g, ahead, v, u, n, 1, 0, 1, 0, 1, c2, o.epsilonRoot, o.epsilon, 0, scale);
        }
        if (o.weightDecay > 0) kernels.axpy(p, p, n, -rate * o.weightDecay);
        kernels.optimisticGradientDescent(p, u, before, n, near, past, 1);
      });
    };
  },
};

/**
 * Optimistic gradient descent: a step that expects the gradient to change as it just did; for games and saddle points, where plain
 * descent circles.
 *
 * With g the gradient and h the one before (g itself at first): p -= learningRate (alpha g + beta (g - h)).
 *
 * Agrees with Optax's optimistic_gradient_descent. The default rate is 1e-3.
 *
 * Mokhtari, Ozdaglar, Pattathil, A unified analysis of extra-gradient and optimistic gradient methods for saddle point problems, 2020.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * optimisticGradientDescent({ learningRate: 0.05, beta: 0.5 })
 */
export function optimisticGradientDescent(
  options: OptimisticGradientDescentOptions = {},
): DescribedOptimizer<OptimisticGradientDescentOptions> {
  return make(optimisticGradientDescentRule, options);
}

/**
 * Optimistic Adam: Adam whose step expects to change as it just did; for games and saddle points, where plain Adam circles.
 *
 * With r = (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t) + epsilonRoot) + epsilon), m and v as Adam (nesterov: beta1 m / (1 - beta1^(t + 1)) + (1 - beta1) g / (1 - beta1^t) in place of
 * m / (1 - beta1^t)), and s the r before (r itself at first): p = p (1 - learningRate weightDecay) - learningRate (alpha r + beta (r - s)).
 *
 * Agrees with Optax's optimistic_adam_v2, whose decay is from add_decayed_weights; its optimistic_adam has alpha and beta in place of a rate. The default rate is 1e-3.
 *
 * Daskalakis, Ilyas, Syrgkanis, Zeng, Training GANs with optimism, 2018.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * optimisticAdam({ learningRate: 1e-3, beta: 0.5 })
 */
export function optimisticAdam(options: OptimisticAdamOptions = {}): DescribedOptimizer<OptimisticAdamOptions> {
  return make(optimisticAdamRule, options);
}
