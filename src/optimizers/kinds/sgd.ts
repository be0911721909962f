import { addKernels } from "../../engine/parts.js";
import { sgdKernels } from "../../generated/parts/sgd.js";
import { boolean } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface SgdOptions extends CommonOptions<SgdOptions> {
  /** Decay mu of the velocity, at least 0. Default 0: no velocity. */
  momentum?: Scheduled;
  /** The share of each gradient that is kept out of the velocity, in [0, 1]. Default 0. */
  dampening?: Scheduled;
  /** Step from where the velocity will lead. Needs momentum. Default false. */
  nesterov?: boolean;
  /** Keep learningRate g in the velocity instead of g, as Keras does. Differs once the rate changes. Default false. */
  rateInside?: boolean;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const sgdRule: Rule<SgdOptions> = {
  kind: "sgd",
  learningRate: 1e-3,
  fields: {
    momentum: scheduled(0, { min: 0 }),
    dampening: scheduled(0, { min: 0, max: 1 }),
    nesterov: boolean(false),
    rateInside: boolean(false),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: ({ momentum }) => (momentum === 0 ? [] : ["velocity"]),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, sgdKernels);
    if (runs[0]?.s.length === 0) {
      return (_, rate, scale) => {
        for (const { p, g, n } of runs) kernels.sgd(p, g, n, rate, o.weightDecay, scale);
      };
    }
    return (t, rate, scale) => {
      const momentum = t === 1 ? 0 : o.momentum;
      const inside = o.rateInside ? rate : 1;
      const outside = o.rateInside ? 1 : rate;
      const gain = (t === 1 ? 1 : 1 - o.dampening) * inside;
      for (const { p, g, s, n } of runs) {
        const b = s[0] as number;
        if (o.nesterov) kernels.sgdNesterov(p, g, b, n, outside * o.momentum, rate, momentum, gain, o.weightDecay, scale);
        else kernels.sgdMomentum(p, g, b, n, outside, momentum, gain, o.weightDecay, scale);
      }
    };
  },
};

/**
 * Stochastic gradient descent, with momentum if asked for.
 *
 * With g the gradient plus weightDecay p, and b the velocity:
 * b = mu b + (1 - dampening) g, in the first step b = g; p -= learningRate (nesterov ? g + mu b : b).
 * rateInside: b = mu b + learningRate (1 - dampening) g; p -= nesterov ? learningRate g + mu b : b.
 *
 * Agrees with PyTorch's SGD, and with rateInside with Keras's. The default rate is 1e-3.
 *
 * Polyak, Some methods of speeding up the convergence of iteration methods, 1964; Sutskever et al., On the importance of initialization and
 * momentum in deep learning, 2013.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })
 */
export function sgd(options: SgdOptions = {}): DescribedOptimizer<SgdOptions> {
  return make(sgdRule, options);
}
