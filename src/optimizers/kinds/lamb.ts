import { addKernels } from "../../engine/parts.js";
import { lambKernels } from "../../generated/parts/lamb.js";
import { powi } from "../../numerics/math.js";
import { boolean } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface LambOptions extends CommonOptions<LambOptions> {
  /** Scale the step to the tensor; false, in a group, for what may have to cross zero: biases and gains. Default true. */
  trust?: boolean;
  /** Let a step be no longer than without that scale: a ratio of at most 1 (LAMBC). Default false. */
  trustClip?: boolean;
  /** Average gradients; false adds them to the decaying mean as they are. Default true. */
  gradientAveraging?: boolean;
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the root, greater than 0. Default 1e-6. */
  epsilon?: Scheduled;
  /** Added under the root, at least 0. Default 0. */
  epsilonRoot?: Scheduled;
  /** Decoupled decay, part of the step that the trust ratio scales; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const lambRule: Rule<LambOptions> = {
  kind: "lamb",
  learningRate: 1e-3,
  fields: {
    trust: boolean(true),
    trustClip: boolean(false),
    gradientAveraging: boolean(true),
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-6, { above: 0 }),
    epsilonRoot: scheduled(0, { min: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  traits: ["readsValues"],
  slots: () => ["mean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  bind({ kernels, options: o, tensors, scratch }) {
    addKernels(kernels, lambKernels);
    const u = scratch(Math.max(...tensors.map(({ n }) => n)));
    return (t, rate, scale) => {
      const c1 = 1 / (1 - powi(o.beta1, t));
      const c2 = 1 / (1 - powi(o.beta2, t));
      for (const { p, g, s, n } of tensors) {
        const [m, v] = s as [number, number];
        kernels.lamb(
          p,
          g,
          m,
          v,
          u,
          n,
          o.beta1,
          o.gradientAveraging ? 1 - o.beta1 : 1,
          o.beta2,
          1 - o.beta2,
          c1,
          c2,
          o.epsilonRoot,
          o.epsilon,
          o.weightDecay,
          scale,
        );
        const ratio = o.trust ? trust(kernels.sumSquares(p, n), kernels.sumSquares(u, n)) : 1;
        kernels.axpy(u, p, n, -rate * (o.trustClip ? Math.min(ratio, 1) : ratio));
      }
    };
  },
};

/** The norm of a tensor over the norm of its step, from their squares; 1 where either is 0. */
function trust(values: number, step: number): number {
  return values > 0 && step > 0 ? Math.sqrt(values) / Math.sqrt(step) : 1;
}

/**
 * LAMB: Adam whose step, tensor by tensor, is as long as the learning rate times the tensor itself. Made for very large batches.
 *
 * With m, v as Adam: u = (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t) + epsilonRoot) + epsilon) + weightDecay p, and for each tensor
 * p -= learningRate (|p| / |u|) u, where the ratio of norms is 1 when either is 0 or trust is false, and with trustClip at most 1. Without
 * gradientAveraging m = beta1 m + g.
 *
 * Agrees with Optax's lamb, defaults included, and with timm's Lamb, which besides clips the gradient (`clipNorm: 1`), has a decay of 0.01 and leaves what does not decay unscaled. The
 * paper clips |p|. The default rate is 1e-3.
 *
 * You et al., Large batch optimization for deep learning: training BERT in 76 minutes, 2020.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * lamb({ learningRate: 1e-2, weightDecay: 0.01, groups: [{ match: "*.bias", trust: false, weightDecay: 0 }] })
 */
export function lamb(options: LambOptions = {}): DescribedOptimizer<LambOptions> {
  return make(lambRule, options);
}
