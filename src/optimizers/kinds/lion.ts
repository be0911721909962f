import { addKernels } from "../../engine/parts.js";
import { lionKernels } from "../../generated/parts/lion.js";
import { oneOf } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface LionOptions extends CommonOptions<LionOptions> {
  /** The share of the old mean in the step, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of gradients, in [0, 1). Default 0.99. */
  beta2?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0 (Optax: 1e-3). */
  weightDecay?: Scheduled;
  /** The function of c: its sign ("hard"), tanh(smoothBeta c) ("smooth"), or c clamped to [-1, 1] ("refined"). Default "hard". */
  mode?: "hard" | "smooth" | "refined";
  /** How steep the smooth sign is, greater than 0. Default 1. */
  smoothBeta?: Scheduled;
}

export const lionRule: Rule<LionOptions> = {
  kind: "lion",
  learningRate: 1e-4,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.99, { min: 0, below: 1 }),
    weightDecay: scheduled(0, { min: 0 }),
    mode: oneOf("hard", ["hard", "smooth", "refined"]),
    smoothBeta: scheduled(1, { above: 0 }),
  },
  slots: () => ["mean"],
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, lionKernels);
    return (_, rate, scale) => {
      const shrink = rate * o.weightDecay;
      for (const { p, g, s, n } of runs) {
        const m = s[0] as number;
        if (o.mode === "smooth")
          kernels.lionSmooth(p, g, m, n, rate, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, o.smoothBeta, shrink, scale);
        else if (o.mode === "refined") kernels.lionRefined(p, g, m, n, rate, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, shrink, scale);
        else kernels.lion(p, g, m, n, rate, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, shrink, scale);
      }
    };
  },
};

/**
 * Lion: steps of the learning rate against the sign of a mean that leans towards the newest gradient.
 *
 * With g the gradient: c = beta1 m + (1 - beta1) g; m = beta2 m + (1 - beta2) g; p -= learningRate (sign(c) + weightDecay p), where
 * sign(0) = 0. mode "smooth": tanh(smoothBeta c) for the sign; "refined": c clamped to [-1, 1].
 *
 * Agrees with timm's Lion and with Optax's lion, which decays by 1e-3 unless told otherwise. The default rate is timm's 1e-4: a third to a
 * tenth of what suits Adam, with a decay as many times larger.
 *
 * Chen et al., Symbolic discovery of optimization algorithms, 2023.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * lion({ learningRate: 3e-4, weightDecay: 0.1 })
 */
export function lion(options: LionOptions = {}): DescribedOptimizer<LionOptions> {
  return make(lionRule, options);
}
