import { addKernels } from "../../engine/parts.js";
import { madgradKernels } from "../../generated/parts/madgrad.js";
import { boolean } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface MadgradOptions extends CommonOptions<MadgradOptions> {
  /** The share of the old values in the new ones, in [0, 1). Default 0.9. */
  momentum?: Scheduled;
  /** Added to the cube root, and to the rate in the weights of gradients, greater than 0. Default 1e-6. */
  epsilon?: Scheduled;
  /** Added to the gradient as weightDecay p, or taken from p itself with `decoupled`; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Multiply p by 1 - learningRate weightDecay instead of adding to the gradient. Default false. */
  decoupled?: boolean;
}

export const madgradRule: Rule<MadgradOptions> = {
  kind: "madgrad",
  learningRate: 1e-2,
  fields: {
    momentum: scheduled(0.9, { min: 0, below: 1 }),
    epsilon: scheduled(1e-6, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
    decoupled: boolean(false),
  },
  traits: ["readsValues"],
  slots: () => ["start", "squares", "sum"],
  squares: ({ decoupled }) => ({ decays: { squares: 1 }, coupled: !decoupled }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, madgradKernels);
    return (t, rate, scale) => {
      const weight = (rate + o.epsilon) * Math.sqrt(t);
      const decay = o.decoupled ? 0 : o.weightDecay;
      const shrink = o.decoupled ? rate * o.weightDecay : 0;
      for (const { p, g, s, n } of runs) {
        const [start, v, sum] = s as [number, number, number];
        if (t === 1) kernels.copy(p, start, n);
        // without momentum p is all in the start and the sum: only there can it decay
        if (o.momentum === 0 && shrink > 0) kernels.axpy(p, start, n, -shrink);
        kernels.madgrad(p, g, start, v, sum, n, weight, o.momentum, 1 - o.momentum, o.epsilon, decay, shrink, scale);
      }
    };
  },
};

/**
 * MADGRAD: dual averaging, from the starting point along the weighted sum of all gradients, divided by the cube root of that of their squares.
 *
 * With g the gradient, plus weightDecay p unless decoupled, and w = (learningRate + epsilon) sqrt(t): v += w g^2; s += w g;
 * z = start - s / (cbrt(v) + epsilon); p = (1 - momentum) z + momentum p. decoupled: this last p times 1 - learningRate weightDecay,
 * and without momentum the start less learningRate weightDecay p.
 *
 * Agrees with timm's MADGRAD and the authors' code. Optax takes sqrt(t) in float32. The default rate is 1e-2; weight decay that suits SGD is
 * too large here.
 *
 * Defazio and Jelassi, Adaptivity without compromise: a momentumized, adaptive, dual averaged gradient method for stochastic
 * optimization, 2021.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * madgrad({ learningRate: 1e-2, momentum: 0.9 })
 */
export function madgrad(options: MadgradOptions = {}): DescribedOptimizer<MadgradOptions> {
  return make(madgradRule, options);
}
