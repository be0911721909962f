import { addKernels } from "../../engine/parts.js";
import { adagradKernels } from "../../generated/parts/adagrad.js";
import { boolean, number } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface AdagradOptions extends CommonOptions<AdagradOptions> {
  /** Decay of the rate itself: learningRate / (1 + (t - 1) rateDecay); at least 0. Default 0. */
  rateDecay?: Scheduled;
  /** The start of every sum of squares, at least 0. Default 0 (Optax and Keras: 0.1). */
  initialAccumulator?: number;
  /** Keeps the division finite, greater than 0. Default 1e-10 (Optax and Keras: 1e-7). */
  epsilon?: Scheduled;
  /** Add epsilon inside the root, as Optax and Keras do. Default false. */
  epsilonInside?: boolean;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const adagradRule: Rule<AdagradOptions> = {
  kind: "adagrad",
  learningRate: 1e-2,
  fields: {
    rateDecay: scheduled(0, { min: 0 }),
    initialAccumulator: number(0, { min: 0 }),
    epsilon: scheduled(1e-10, { above: 0 }),
    epsilonInside: boolean(false),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["sum"],
  squares: () => ({ decays: { sum: 1 }, coupled: true }),
  initial: (_, { initialAccumulator }) => initialAccumulator,
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, adagradKernels);
    return (t, rate, scale) => {
      const decayed = rate / (1 + (t - 1) * o.rateDecay);
      for (const { p, g, s, n } of runs) {
        if (o.epsilonInside) kernels.adagradInside(p, g, s[0] as number, n, decayed, o.epsilon, o.weightDecay, scale);
        else kernels.adagrad(p, g, s[0] as number, n, decayed, o.epsilon, o.weightDecay, scale);
      }
    };
  },
};

/**
 * Adagrad: a rate per element that falls with all the gradients it has seen.
 *
 * With g the gradient plus weightDecay p: s += g^2, beginning at initialAccumulator;
 * p -= learningRate / (1 + (t - 1) rateDecay) g / (sqrt(s) + epsilon). epsilonInside: sqrt(s + epsilon).
 *
 * Agrees with PyTorch's Adagrad, and with initialAccumulator 0.1, epsilon 1e-7 and epsilonInside with Optax's and Keras's. The default rate
 * is 1e-2.
 *
 * Duchi, Hazan, Singer, Adaptive subgradient methods for online learning and stochastic optimization, 2011.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adagrad({ learningRate: 0.05, initialAccumulator: 0.1 })
 */
export function adagrad(options: AdagradOptions = {}): DescribedOptimizer<AdagradOptions> {
  return make(adagradRule, options);
}
