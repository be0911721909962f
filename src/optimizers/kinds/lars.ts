import { addKernels } from "../../engine/parts.js";
import { estimatesKernels } from "../../generated/parts/estimates.js";
import { sgdKernels } from "../../generated/parts/sgd.js";
import { boolean } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface LarsOptions extends CommonOptions<LarsOptions> {
  /** How far a tensor moves in proportion to its own norm, greater than 0. Default 1e-3. */
  trustCoefficient?: Scheduled;
  /** Scale the gradient to the tensor; false, in a group, for what may have to cross zero: biases and gains. Default true. */
  trust?: boolean;
  /** Let a step be no longer than without that scale (LARC). Default false. */
  trustClip?: boolean;
  /** Decay of the velocity, at least 0. Default 0.9. */
  momentum?: Scheduled;
  /** Step from where the velocity will lead. Default false. */
  nesterov?: boolean;
  /** Added to the norm of the gradient, at least 0. Default 0. */
  epsilon?: Scheduled;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const larsRule: Rule<LarsOptions> = {
  kind: "lars",
  learningRate: 0.1,
  fields: {
    trustCoefficient: scheduled(1e-3, { above: 0 }),
    trust: boolean(true),
    trustClip: boolean(false),
    momentum: scheduled(0.9, { min: 0 }),
    nesterov: boolean(false),
    epsilon: scheduled(0, { min: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  traits: ["readsValues"],
  slots: () => ["velocity"],
  bind({ kernels, options: o, tensors }) {
    addKernels(kernels, estimatesKernels, sgdKernels);
    return (_, rate, scale) => {
      for (const { p, g, s, n } of tensors) {
        const b = s[0] as number;
        const values = Math.sqrt(kernels.sumSquares(p, n));
        const gradient = Math.sqrt(kernels.sumSquaresDecayed(p, g, n, o.weightDecay, scale));
        const ratio = o.trust && values > 0 && gradient > 0 ? (o.trustCoefficient * values) / (gradient + o.epsilon) : 1;
        const gain = o.trustClip ? Math.min(ratio, rate) : rate * ratio;
        // the rate is inside the velocity: it scales the gradient, and the step has rate 1
        if (o.nesterov) kernels.sgdNesterov(p, g, b, n, o.momentum, 1, o.momentum, 1, gain * o.weightDecay, gain * scale);
        else kernels.sgdMomentum(p, g, b, n, 1, o.momentum, gain, o.weightDecay, scale);
      }
    };
  },
};

/**
 * LARS: momentum whose gradient is scaled, tensor by tensor, to the size of the tensor. Made for very large batches.
 *
 * With g the gradient plus weightDecay p, for each tensor: a = learningRate trustCoefficient |p| / (|g| + epsilon) g, or learningRate g
 * when either norm is 0 or trust is false; b = momentum b + a; p -= nesterov ? a + momentum b : b.
 *
 * Agrees with Optax's lars, defaults included: the rate is inside the velocity. trust is its trust_ratio_mask; timm leaves tensors without
 * weight decay unscaled. The default rate, 0.1, is to be scaled with the batch.
 *
 * You, Gitman, Ginsburg, Large batch training of convolutional networks, 2017.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * lars({ learningRate: 1, weightDecay: 1e-4, groups: [{ match: "*.bias", trust: false, weightDecay: 0 }] })
 */
export function lars(options: LarsOptions = {}): DescribedOptimizer<LarsOptions> {
  return make(larsRule, options);
}
