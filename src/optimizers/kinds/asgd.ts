import { addKernels } from "../../engine/parts.js";
import { asgdKernels } from "../../generated/parts/asgd.js";
import { pow } from "../../numerics/math.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface AsgdOptions extends CommonOptions<AsgdOptions> {
  /** Decay of the values, and of the rate with it; at least 0. Default 1e-4. */
  lambda?: Scheduled;
  /** The power by which the rate falls, at least 0. Default 0.75. */
  alpha?: Scheduled;
  /** The number of updates after which averaging begins, at least 0. Default 1e6. */
  t0?: Scheduled;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const asgdRule: Rule<AsgdOptions> = {
  kind: "asgd",
  learningRate: 1e-2,
  fields: {
    lambda: scheduled(1e-4, { min: 0 }),
    alpha: scheduled(0.75, { min: 0 }),
    t0: scheduled(1e6, { min: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  traits: ["readsValues"],
  slots: () => ["average"],
  scalars: () => ({ eta: 0, mu: 1 }),
  bind({ kernels, options: o, runs, scalars }) {
    addKernels(kernels, asgdKernels);
    return (t, rate, scale) => {
      const eta = t === 1 ? rate : (scalars["eta"] as number);
      const mu = scalars["mu"] as number;
      for (const { p, g, s, n } of runs) kernels.asgd(p, g, s[0] as number, n, eta, o.lambda * eta, 1 - mu, mu, o.weightDecay, scale);
      scalars["eta"] = rate / pow(1 + o.lambda * rate * t, o.alpha);
      scalars["mu"] = 1 / Math.max(1, t - o.t0);
    };
  },
};

/**
 * ASGD: stochastic gradient descent with a falling rate, and the average of where it has been.
 *
 * With g the gradient plus weightDecay p: p = p (1 - lambda eta) - eta g; average = average + mu (p - average). eta begins at the learning
 * rate and mu at 1; after update t, eta = learningRate / (1 + lambda learningRate t)^alpha and mu = 1 / max(1, t - t0) for the next, so that
 * a learning rate that changes is seen one update later. Until t0 the average is p itself; it is the optimizer's slot "average".
 *
 * Agrees with PyTorch's ASGD, whose state calls the average "ax". The default rate is 1e-2.
 *
 * Polyak and Juditsky, Acceleration of stochastic approximation by averaging, 1992.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * const optimizer = new Optimizer(parameters, asgd({ learningRate: 0.1, t0: 1000 }));
 * optimizer.step();
 * optimizer.slot("average").get("weight"); // Float32Array
 */
export function asgd(options: AsgdOptions = {}): DescribedOptimizer<AsgdOptions> {
  return make(asgdRule, options);
}
