import { addKernels } from "../../engine/parts.js";
import { lambKernels } from "../../generated/parts/lamb.js";
import { sophiaKernels } from "../../generated/parts/sophia.js";
import { powi } from "../../numerics/math.js";
import { integer, oneOf } from "../../options/options.js";
import { leastGradient } from "../flush.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { copyScaled } from "../scaled.js";

export interface AdahessianOptions extends CommonOptions<AdahessianOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of squared estimates of the Hessian's diagonal, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Updates t with (t - 1) mod updateInterval = 0 take a new estimate, the others the last one; at least 1. Default 1. */
  updateInterval?: number;
  /** Where estimates come from: the gradient's own squares, or the optimizer's slot "estimate", which is yours to fill. Default "squares". */
  estimate?: "squares" | "given";
}

export const adahessianRule: Rule<AdahessianOptions> = {
  kind: "adahessian",
  learningRate: 0.1,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
    updateInterval: integer(1, { min: 1 }),
    estimate: oneOf("squares", ["squares", "given"]),
  },
  slots: ({ estimate, updateInterval }) => ["mean", "hessian", ...(estimate === "given" || updateInterval > 1 ? ["estimate"] : [])],
  squares: ({ beta2 }) => ({ decays: { hessian: beta2 } }),
  bind({ kernels, options: o, runs, scratch }) {
    addKernels(kernels, lambKernels, sophiaKernels);
    const vectors = () => runs.map(({ n }) => scratch(n));
    const [fresh, steps] = [vectors(), vectors()];
    return (t, rate, scale) => {
      const least = leastGradient({ hessian: o.beta2 });
      const [c1, c2] = [1 / (1 - powi(o.beta1, t)), 1 / (1 - powi(o.beta2, t))];
      runs.forEach(({ p, g, s, n }, i) => {
        const [m, v, kept] = s as [number, number, number?];
        const [estimate, u] = [kept ?? (fresh[i] as number), steps[i] as number];
        if (o.estimate === "squares" && (t - 1) % o.updateInterval === 0) {
          kernels.fill(estimate, n, 0);
          kernels.sophiaSquares(estimate, g, n, 0, 1, scale);
        }
        // of an estimate that is too small its square would be denormal
        kernels.flush(estimate, n, least);
        copyScaled(kernels, g, u, n, scale);
        kernels.axpby(u, m, n, 1 - o.beta1, o.beta1);
        kernels.lamb(p, estimate, m, v, u, n, 1, 0, o.beta2, 1 - o.beta2, c1, c2, 0, o.epsilon, 0, 1);
        if (o.weightDecay > 0) kernels.axpy(p, p, n, -rate * o.weightDecay);
        kernels.axpy(u, p, n, -rate);
      });
    };
  },
};

/**
 * AdaHessian: Adam with estimates of the Hessian's diagonal in place of the gradient under the root.
 *
 * With g the gradient and h the estimate: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) h^2;
 * p = p (1 - learningRate weightDecay) - learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon).
 *
 * The estimate is g^2 (the empirical Fisher information: nothing is asked of you), or with estimate "given" what the optimizer's slot "estimate" holds: `hutchinson` fills it
 * from products of the Hessian with a vector, as the paper does, every updateInterval updates.
 *
 * Agrees with timm's Adahessian given the same estimates, defaults included, where hessian_power is 1; estimates of the kernels of a convolution are not averaged. The default rate is 0.1,
 * for estimates from `hutchinson`; where they are squares, which are smaller, it is far less.
 *
 * Yao et al., ADAHESSIAN: an adaptive second order optimizer for machine learning, 2021.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * const optimizer = new Optimizer(parameters, adahessian({ learningRate: 0.1, estimate: "given" }));
 * // the loss is 2 w^2: its Hessian times z is 4 z
 * hutchinson(optimizer, (z) => new Map([["weight", z.get("weight").map((x) => 4 * x)]]));
 * optimizer.step();
 */
export function adahessian(options: AdahessianOptions = {}): DescribedOptimizer<AdahessianOptions> {
  return make(adahessianRule, options);
}
