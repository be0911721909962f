import { addKernels } from "../../engine/parts.js";
import { signKernels } from "../../generated/parts/sign.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface SignSgdOptions extends CommonOptions<SignSgdOptions> {
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export interface SignumOptions extends CommonOptions<SignumOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  momentum?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const signSgdRule: Rule<SignSgdOptions> = {
  kind: "signSgd",
  learningRate: 1e-3,
  fields: { weightDecay: scheduled(0, { min: 0 }) },
  slots: () => [],
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, signKernels);
    return (_, rate, scale) => {
      for (const { p, g, n } of runs) kernels.signSgd(p, g, n, rate, rate * o.weightDecay, scale);
    };
  },
};

export const signumRule: Rule<SignumOptions> = {
  kind: "signum",
  learningRate: 1e-3,
  fields: { momentum: scheduled(0.9, { min: 0, below: 1 }), weightDecay: scheduled(0, { min: 0 }) },
  slots: () => ["mean"],
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, signKernels);
    return (_, rate, scale) => {
      for (const { p, g, s, n } of runs) {
        kernels.signum(p, g, s[0] as number, n, rate, o.momentum, 1 - o.momentum, rate * o.weightDecay, scale);
      }
    };
  },
};

/**
 * signSGD: a step of the learning rate against the sign of each element of the gradient.
 *
 * With g the gradient: p -= learningRate (sign(g) + weightDecay p), where sign(0) = 0.
 *
 * Agrees with Optax's sign_sgd (its decay from add_decayed_weights). The default rate is 1e-3; it is the size of every step, so let it fall.
 *
 * Bernstein, Wang, Azizzadenesheli, Anandkumar, signSGD: compressed optimisation for non-convex problems, 2018.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * signSgd({ learningRate: 1e-3 })
 */
export function signSgd(options: SignSgdOptions = {}): DescribedOptimizer<SignSgdOptions> {
  return make(signSgdRule, options);
}

/**
 * Signum: a step of the learning rate against the sign of each element of the mean gradient.
 *
 * With g the gradient: m = momentum m + (1 - momentum) g; p -= learningRate (sign(m) + weightDecay p), where sign(0) = 0.
 *
 * Agrees with Optax's signum (its decay from add_decayed_weights). The default rate is 1e-3; it is the size of every step, so let it fall.
 *
 * Bernstein, Wang, Azizzadenesheli, Anandkumar, signSGD: compressed optimisation for non-convex problems, 2018.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * signum({ learningRate: 1e-3, momentum: 0.95 })
 */
export function signum(options: SignumOptions = {}): DescribedOptimizer<SignumOptions> {
  return make(signumRule, options);
}
