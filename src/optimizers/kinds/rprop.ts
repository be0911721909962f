import { addKernels } from "../../engine/parts.js";
import { rpropKernels } from "../../generated/parts/rprop.js";
import { number } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule } from "../rule.js";

export interface RpropOptions extends CommonOptions<RpropOptions> {
  /** The factor on a step size where the gradient's sign turned, greater than 0 and less than 1. Default 0.5. */
  etaMinus?: number;
  /** The factor where it stayed, greater than 1. Default 1.2. */
  etaPlus?: number;
  /** The smallest step size, greater than 0. Default 1e-6. */
  stepMin?: number;
  /** The largest, greater than 0. Default 50. */
  stepMax?: number;
}

export const rpropRule: Rule<RpropOptions> = {
  kind: "rprop",
  learningRate: 1e-2,
  fields: {
    etaMinus: number(0.5, { above: 0, below: 1 }),
    etaPlus: number(1.2, { above: 1 }),
    stepMin: number(1e-6, { above: 0 }),
    stepMax: number(50, { above: 0 }),
  },
  slots: () => ["steps", "before"],
  scalars: () => ({ started: 0 }),
  bind({ kernels, options: o, runs, tensors, scalars }) {
    addKernels(kernels, rpropKernels);
    return (_, rate, scale) => {
      if (scalars["started"] === 0) {
        if (rate === 0) return;
        scalars["started"] = 1;
        const start = Math.min(Math.max(rate, o.stepMin), o.stepMax);
        for (const { s, n } of tensors) kernels.fill(s[0] as number, n, start);
      }
      for (const { p, g, s, n } of runs) {
        kernels.rprop(p, g, s[0] as number, s[1] as number, n, o.etaMinus, o.etaPlus, o.stepMin, o.stepMax, scale);
      }
    };
  },
};

/**
 * Rprop: a step size per element, which grows while the sign of its gradient stays and shrinks when it turns. For whole batches.
 *
 * With g the gradient: s = s etaPlus where g and the gradient before have the same sign, s etaMinus where they differ, s where either is 0,
 * clamped to [stepMin, stepMax]; g = 0 where they differ; p -= sign(g) s. Every s begins at the first learning rate above 0, before which
 * nothing moves; what the learning rate is later has no effect.
 *
 * Agrees with PyTorch's Rprop, which takes 0 for a first step as well: the variant that does not move where the sign turned (iRprop-). The default rate is 1e-2.
 *
 * Riedmiller and Braun, A direct adaptive method for faster backpropagation learning, 1993; Igel and Hüsken, Improving the Rprop learning
 * algorithm, 2000 (the variant).
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * rprop({ learningRate: 1e-3, stepMax: 1 })
 */
export function rprop(options: RpropOptions = {}): DescribedOptimizer<RpropOptions> {
  return make(rpropRule, options);
}
