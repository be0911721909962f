import { addKernels } from "../../engine/parts.js";
import { adadeltaKernels } from "../../generated/parts/adadelta.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface AdadeltaOptions extends CommonOptions<AdadeltaOptions> {
  /** Decay of both averages, in [0, 1). Default 0.9. */
  rho?: Scheduled;
  /** Added inside both roots, greater than 0. Default 1e-6. */
  epsilon?: Scheduled;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const adadeltaRule: Rule<AdadeltaOptions> = {
  kind: "adadelta",
  learningRate: 1,
  fields: { rho: scheduled(0.9, { min: 0, below: 1 }), epsilon: scheduled(1e-6, { above: 0 }), weightDecay: scheduled(0, { min: 0 }) },
  slots: () => ["squares", "updates"],
  squares: ({ rho }) => ({ decays: { squares: rho, updates: rho }, coupled: true }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, adadeltaKernels);
    return (_, rate, scale) => {
      for (const { p, g, s, n } of runs) {
        kernels.adadelta(p, g, s[0] as number, s[1] as number, n, rate, o.rho, 1 - o.rho, o.epsilon, o.weightDecay, scale);
      }
    };
  },
};

/**
 * Adadelta: steps in the units of the parameters, from a decaying average of squared gradients and one of squared updates.
 *
 * With g the gradient plus weightDecay p: v = rho v + (1 - rho) g^2; d = sqrt(u + epsilon) / sqrt(v + epsilon) g;
 * u = rho u + (1 - rho) d^2; p -= learningRate d.
 *
 * Agrees with PyTorch's Adadelta, and with Keras's but for its rate (1e-3). The default rate is 1.
 *
 * Zeiler, ADADELTA: an adaptive learning rate method, 2012.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adadelta({ rho: 0.95 })
 */
export function adadelta(options: AdadeltaOptions = {}): DescribedOptimizer<AdadeltaOptions> {
  return make(adadeltaRule, options);
}
