import { sizeOf } from "../../engine/parameters.js";
import { addKernels } from "../../engine/parts.js";
import { almeidaKernels } from "../../generated/parts/almeida.js";
import { estimatesKernels } from "../../generated/parts/estimates.js";
import { sgdKernels } from "../../generated/parts/sgd.js";
import { number } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { largestRate } from "./dadapt.js";
import { added } from "./hypergradient.js";

export interface AlmeidaOptions extends CommonOptions<AlmeidaOptions> {
  /** The meta-stepsize k: how much one agreement or disagreement of gradients changes a rate, at least 0. Default 0.02. */
  hyperRate?: Scheduled;
  /** Decay of the mean of squared gradients that products are measured by, in [0, 1). Default 0.9. */
  rho?: Scheduled;
  /** The smallest factor on a rate in one update, at least 0 and less than 1. Default 0.5. */
  lowestFactor?: number;
  /** Added to the mean of squared gradients, greater than 0. Default 1e-16. */
  epsilon?: Scheduled;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export interface PlagianakosOptions extends CommonOptions<PlagianakosOptions> {
  /** The factor on the product of the last two gradients, in units of rate / loss times rate, at least 0. Default 1e-3. */
  hyperRate?: Scheduled;
  /** The factor on the product of the two gradients before, which steadies the rate; at least 0. Default 0. */
  previousHyperRate?: Scheduled;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const almeidaRule: Rule<AlmeidaOptions> = {
  kind: "almeida",
  learningRate: 1e-2,
  fields: {
    hyperRate: scheduled(0.02, { min: 0 }),
    rho: scheduled(0.9, { min: 0, below: 1 }),
    lowestFactor: number(0.5, { min: 0, below: 1 }),
    epsilon: scheduled(1e-16, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["gradient", "squares", "factors"],
  squares: () => ({ decays: {}, coupled: true }),
  initial: (slot) => (slot === "factors" ? 1 : 0),
  bind(binding) {
    const { kernels, options: o, runs, tensors } = binding;
    addKernels(kernels, almeidaKernels, estimatesKernels);
    const count = tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return (_, rate, scale) => {
      let factors = 0;
      for (const { p, g, s, n } of runs) {
        const [h, v, r] = s as [number, number, number];
        kernels.almeida(p, g, h, v, r, n, rate, o.hyperRate, o.rho, 1 - o.rho, o.lowestFactor, o.epsilon, o.weightDecay, scale);
        factors += kernels.sumAbs(r, n);
      }
      binding.learningRate = (rate * factors) / count;
    };
  },
};

export const plagianakosRule: Rule<PlagianakosOptions> = {
  kind: "plagianakos",
  learningRate: 1e-2,
  shared: ["hyperRate", "previousHyperRate"],
  fields: {
    hyperRate: scheduled(1e-3, { min: 0 }),
    previousHyperRate: scheduled(0, { min: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["gradient"],
  scalars: () => ({ learned: 0, product: 0 }),
  bind({ kernels, options: o, groups, scalars }) {
    addKernels(kernels, estimatesKernels, sgdKernels);
    const state = scalars as { learned: number; product: number };
    return (_, __, scale) => {
      const largest = largestRate(groups);
      let product = 0;
      for (const group of groups) {
        const { weightDecay } = group.options;
        group.learningRate = added(group.learningRate, state.learned);
        for (const { p, g, s, n } of group.runs) {
          const h = s[0] as number;
          product += kernels.dotDecayed(p, g, h, n, weightDecay, scale);
          kernels.sgdMomentum(p, g, h, n, group.learningRate, 0, 1, weightDecay, scale);
        }
      }
      state.learned = Math.max(state.learned + o.hyperRate * product + o.previousHyperRate * state.product, -largest);
      state.product = product;
    };
  },
};

/**
 * Almeida's adaptive steps: SGD with a rate of its own for every parameter, which grows while successive gradients agree and shrinks while they
 * do not.
 *
 * With g the gradient plus weightDecay p and h the one before (0 at first): v = rho v + (1 - rho) g^2;
 * rate *= max(lowestFactor, 1 + hyperRate g h / (v + epsilon)); p -= rate g.
 *
 * All rates start at `learningRate` (default 1e-2), which a schedule may change: what is learned are factors on it. `optimizer.learningRate` is the
 * mean of the rates used; the factors are the state slot "factors". The per-parameter, normalised variant, which does not depend on the scale of the
 * loss; epsilon is ours, and lowestFactor, from Schraudolph, keeps a single outlier from turning a rate round (0: never negative). Small batches drawn
 * without replacement disagree near the minimum, and the rates fade: take large ones.
 *
 * Agrees with HLearn's (its defaults 0.1, 0.01 and 0.9), which names equation 4.6 of the paper. No other library ships it.
 *
 * Almeida, Langlois, Amaral and Plakhov, Parameter adaptation in stochastic optimization, 1998, equation 4.6; Schraudolph, Local gain adaptation in
 * stochastic gradient descent, 1999.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * almeida({ learningRate: 0.01, hyperRate: 0.05 })
 */
export function almeida(options: AlmeidaOptions = {}): DescribedOptimizer<AlmeidaOptions> {
  return make(almeidaRule, options);
}

/**
 * Plagianakos's adaptive step: SGD with one rate, which grows by the inner product of the last two gradients.
 *
 * With g the gradient plus weightDecay p, h the one before and f the one before that (0 at first): p -= rate g;
 * rate += hyperRate <g, h> + previousHyperRate <h, f>, never below 0. A product changes the rate of the next update only, where
 * `sgdHypergradient` uses it at once.
 *
 * The rate starts at `learningRate` (default 1e-2); `optimizer.learningRate` is the one used. What is learned is kept apart and added to learningRate, from
 * products over all groups, so that schedules and groups with rates of their own go on working. The global, unnormalised variant: hyperRate must fit
 * the size of the gradients.
 *
 * Agrees with its authors' AdLR for PyTorch (0.01 and 0.001 for the two stepsizes), which takes a hundredth of the first rate for one below 0. The
 * plain rule, previousHyperRate 0, is that of the second paper. No other library ships it.
 *
 * Plagianakos, Magoulas and Vrahatis, Learning rate adaptation in stochastic gradient descent, 2001; Magoulas, Plagianakos and Vrahatis, Adaptive
 * stepsize algorithms for on-line training of neural networks, 2001.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * plagianakos({ learningRate: 0.01, hyperRate: 1e-4 })
 */
export function plagianakos(options: PlagianakosOptions = {}): DescribedOptimizer<PlagianakosOptions> {
  return make(plagianakosRule, options);
}
