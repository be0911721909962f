import { addKernels } from "../../engine/parts.js";
import { optimisticKernels } from "../../generated/parts/optimistic.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface OptimisticGradientDescentOptions extends CommonOptions<OptimisticGradientDescentOptions> {
  /** The weight of the gradient, at least 0. Default 1. */
  alpha?: Scheduled;
  /** The weight of its difference from the gradient before, at least 0. Default 1. */
  beta?: Scheduled;
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
