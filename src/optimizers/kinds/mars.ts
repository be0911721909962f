import { addKernels } from "../../engine/parts.js";
import { adamKernels } from "../../generated/parts/adam.js";
import { signKernels } from "../../generated/parts/sign.js";
import { powi } from "../../numerics/math.js";
import { boolean, oneOf } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { copyScaled } from "../scaled.js";

export interface MarsOptions extends CommonOptions<MarsOptions> {
  /** How the corrected gradient is stepped by. Default "adamw". */
  base?: "adamw" | "lion";
  /** How much of the change of the gradient is added, at least 0. Default 0.025. */
  gamma?: Scheduled;
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.99. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Correct the gradients of vectors and scalars as well; otherwise they are stepped by AdamW. Default false. */
  correctVectors?: boolean;
}

export const marsRule: Rule<MarsOptions> = {
  kind: "mars",
  learningRate: 3e-3,
  fields: {
    base: oneOf("adamw", ["adamw", "lion"]),
    gamma: scheduled(0.025, { min: 0 }),
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.99, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
    correctVectors: boolean(false),
  },
  slots: () => ["mean", "squares", "last"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  bind({ kernels, options: o, tensors, scratch }) {
    addKernels(kernels, adamKernels, signKernels);
    const largest = Math.max(...tensors.map(({ n }) => n));
    const [scaled, corrected] = [scratch(largest), scratch(largest)];
    return (t, rate, scale) => {
      const step = rate / (1 - powi(o.beta1, t));
      const c2 = 1 / Math.sqrt(1 - powi(o.beta2, t));
      const shrink = rate * o.weightDecay;
      const [a1, a2] = [1 - o.beta1, 1 - o.beta2];
      const share = t === 1 ? 0 : (o.gamma * o.beta1) / a1;
      for (const { p, g, s, n, shape } of tensors) {
        const [m, v, last] = s as [number, number, number];
        const corrects = o.correctVectors || shape.length > 1;
        if (!corrects) {
          kernels.adamw(p, g, m, v, n, step, o.beta1, a1, o.beta2, a2, c2, o.epsilon, shrink, scale);
          continue;
        }
        copyScaled(kernels, g, scaled, n, scale);
        copyScaled(kernels, last, corrected, n, -share);
        kernels.axpy(scaled, corrected, n, 1 + share);
        kernels.copy(scaled, last, n);
        const clip = 1 / Math.max(1, Math.sqrt(kernels.sumSquares(corrected, n)));
        if (o.base === "lion") kernels.signum(p, corrected, m, n, rate, o.beta1, a1, shrink, clip);
        else kernels.adamw(p, corrected, m, v, n, step, o.beta1, a1, o.beta2, a2, c2, o.epsilon, shrink, clip);
      }
    };
  },
};

/**
 * MARS: AdamW or Lion by gradients from which part of their noise is taken, by what they have changed since the last step.
 *
 * c = g + gamma beta1 / (1 - beta1) (g - the last g), in the first update g, divided by max(1, |c|) for each tensor; then AdamW with c in place of g, or with base "lion"
 * m = beta1 m + (1 - beta1) c; p -= learningRate (sign(m) + weightDecay p). Vectors and scalars are stepped by AdamW with g.
 *
 * Agrees with timm's Mars, defaults included, which has the first update from the authors' code with another start (there the last g is 0). The default rate is 3e-3.
 *
 * Yuan et al., MARS: unleashing the power of variance reduction for training large models, 2024.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * mars({ learningRate: 3e-3, weightDecay: 0.1 })
 */
export function mars(options: MarsOptions = {}): DescribedOptimizer<MarsOptions> {
  return make(marsRule, options);
}
