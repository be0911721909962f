import { integer, number } from "../../options/options.js";
import { type WrappedOptimizer, type Wrapper, type Wrapping, wrap } from "../wrapper.js";

export interface SamOptions extends Wrapping {
  /** How far away the gradient is taken, in the 2-norm over all tensors that are not frozen; greater than 0. Default 0.05. */
  rho?: number;
  /** The number of gradients an update takes, the last of which is stepped by; an integer, at least 2. Default 2. */
  syncPeriod?: number;
}

export const samWrapper: Wrapper<Required<SamOptions>> = {
  kind: "sam",
  fields: { rho: number(0.05, { above: 0 }), syncPeriod: integer(2, { min: 2 }) },
  around(rule) {
    return { ...rule, needs: "closure" };
  },
  compute({ kernels, options: { rho, syncPeriod }, runs, sign, scratch }) {
    const kept = runs.map(({ n }) => scratch(n));
    return (closure) => {
      const loss = closure();
      runs.forEach(({ p, n }, i) => {
        kernels.copy(p, kept[i] as number, n);
      });
      try {
        for (let i = 1; i < syncPeriod; i++) {
          const norm = Math.sqrt(runs.reduce((sum, { g, n }) => sum + kernels.sumSquares(g, n), 0));
          if (norm === 0) break;
          for (const { p, g, n } of runs) kernels.axpy(g, p, n, (sign * rho) / norm);
          closure();
        }
      } finally {
        runs.forEach(({ p, n }, i) => {
          kernels.copy(kept[i] as number, p, n);
        });
      }
      return loss;
    };
  },
};

/**
 * Sharpness-aware minimization: the optimizer inside steps by the gradient at the worst place nearby, which leads to flat minima. Costs
 * syncPeriod gradients an update, so `step` needs a closure.
 *
 * y = p; syncPeriod - 1 times y = y + rho g / |g|, g the gradient at y and |.| the 2-norm over all tensors; then the optimizer inside steps
 * p with the gradient at the last y. Where the gradient is 0, y stays. Downhill when climbing. The loss is the one at p. With `accumulate`,
 * each part has a y of its own.
 *
 * Agrees with Optax's contrib.sam in opaque mode with a normalized sgd inside. The paper's rho is 0.05.
 *
 * Foret et al., Sharpness-aware minimization for efficiently improving generalization, 2021.
 *
 * @throws OptionError for an unknown option, a value out of range, an optimizer that takes gradients of its own (`lbfgs`); and from
 *   `step` without a closure.
 * @example
 * const optimizer = new Optimizer(parameters, sam({ optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), rho: 0.05 }));
 * optimizer.step(() => {
 *   const { value, gradient } = parameters.get("x");
 *   value.forEach((x, i) => (gradient[i] = 2 * x));
 *   return value.reduce((sum, x) => sum + x * x, 0);
 * });
 */
export function sam(options: SamOptions): WrappedOptimizer<SamOptions> {
  return wrap(samWrapper, options);
}
