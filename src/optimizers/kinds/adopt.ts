import { addKernels } from "../../engine/parts.js";
import { adoptKernels } from "../../generated/parts/adopt.js";
import { pow } from "../../numerics/math.js";
import { boolean } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface AdoptOptions extends CommonOptions<AdoptOptions> {
  /** Decay of the mean of scaled gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of squares, in [0, 1). Default 0.9999. */
  beta2?: Scheduled;
  /** The least that gradients are divided by, greater than 0. Default 1e-6. */
  epsilon?: Scheduled;
  /** Clamp the scaled gradients to (t - 1)^clipPower. Default true. */
  clip?: boolean;
  /** At least 0. Default 0.25 (timm: 0.333). */
  clipPower?: Scheduled;
  /** Step from where the mean will lead. Default false. */
  nesterov?: boolean;
  /** Added to the gradient as weightDecay p, or taken from p itself with `decoupled`; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Multiply p by 1 - learningRate weightDecay instead of adding to the gradient. Default false. */
  decoupled?: boolean;
}

export const adoptRule: Rule<AdoptOptions> = {
  kind: "adopt",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.9999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-6, { above: 0 }),
    clip: boolean(true),
    clipPower: scheduled(0.25, { min: 0 }),
    nesterov: boolean(false),
    weightDecay: scheduled(0, { min: 0 }),
    decoupled: boolean(false),
  },
  slots: () => ["mean", "squares"],
  squares: ({ beta2, decoupled }) => ({ decays: { squares: beta2 }, coupled: !decoupled }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, adoptKernels);
    return (t, rate, scale) => {
      const decay = o.decoupled ? 0 : o.weightDecay;
      if (t === 1) {
        for (const { p, g, s, n } of runs)
          kernels.adopt(p, g, s[0] as number, s[1] as number, n, 0, 0, 0, 0, 0, 1, 0, o.epsilon, decay, 0, scale);
        return;
      }
      const shrink = o.decoupled ? rate * o.weightDecay : 0;
      const near = o.nesterov ? rate * o.beta1 : rate;
      const look = rate - near;
      const limit = o.clip ? pow(t - 1, o.clipPower) : Infinity;
      for (const { p, g, s, n } of runs) {
        const [m, v] = s as [number, number];
        kernels.adopt(p, g, m, v, n, near, look, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, limit, o.epsilon, decay, shrink, scale);
      }
    };
  },
};

/**
 * ADOPT: Adam with each gradient scaled by the squares before it, so that it converges with any beta2.
 *
 * With g the gradient, plus weightDecay p unless decoupled: c = g / max(sqrt(v), epsilon) with the v of the updates before, clamped to
 * (t - 1)^clipPower; m = beta1 m + (1 - beta1) c; p -= learningRate m; v = beta2 v + (1 - beta2) g^2. The first update moves nothing: it
 * sets v = g^2. nesterov: beta1 m + (1 - beta1) c in place of m.
 *
 * Agrees with Optax's adopt, and with clipPower 0.333 with timm's Adopt, decay included. The default rate is timm's, 1e-3.
 *
 * Taniguchi et al., ADOPT: modified Adam can converge with any beta2 with the optimal rate, 2024.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adopt({ learningRate: 3e-3, weightDecay: 1e-2, decoupled: true })
 */
export function adopt(options: AdoptOptions = {}): DescribedOptimizer<AdoptOptions> {
  return make(adoptRule, options);
}
