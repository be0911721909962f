import { powi } from "../math.js";
import { boolean } from "../options.js";
import { type CommonOptions, describe, type OptimizerDescription, type Rule, type Scheduled, scheduled } from "./rule.js";

export interface AdamOptions extends CommonOptions<AdamOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8 (Keras: 1e-7, before the correction). */
  epsilon?: Scheduled;
  /** For adam coupled (added to the gradient as weightDecay p), for adamw decoupled; at least 0. Default 0, adamw 1e-2. */
  weightDecay?: Scheduled;
  /** Divide by the largest mean of squares seen so far (AMSGrad). Default false. */
  amsgrad?: boolean;
}

const fields: Rule<AdamOptions>["fields"] = {
  beta1: scheduled(0.9, { min: 0, below: 1 }),
  beta2: scheduled(0.999, { min: 0, below: 1 }),
  epsilon: scheduled(1e-8, { above: 0 }),
  weightDecay: scheduled(0, { min: 0 }),
  amsgrad: boolean(false),
};

const slots: Rule<AdamOptions>["slots"] = ({ amsgrad }) => ["mean", "squares", ...(amsgrad ? ["largest"] : [])];

export const adamRule: Rule<AdamOptions> = {
  kind: "adam",
  learningRate: 1e-3,
  fields,
  slots,
  bind({ kernels, options: o, runs }) {
    return (t, rate, scale) => {
      const corrected = rate / (1 - powi(o.beta1, t));
      const c2 = 1 / Math.sqrt(1 - powi(o.beta2, t));
      for (const { p, g, s, n } of runs) {
        const [m, v, h] = s as [number, number, number];
        if (o.amsgrad)
          kernels.amsgrad(p, g, m, v, h, n, corrected, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, c2, o.epsilon, o.weightDecay, scale);
        else kernels.adam(p, g, m, v, n, corrected, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, c2, o.epsilon, o.weightDecay, scale);
      }
    };
  },
};

export const adamwRule: Rule<AdamOptions> = {
  kind: "adamw",
  learningRate: 1e-3,
  fields: { ...fields, weightDecay: scheduled(1e-2, { min: 0 }) },
  slots,
  bind({ kernels, options: o, runs }) {
    return (t, rate, scale) => {
      const corrected = rate / (1 - powi(o.beta1, t));
      const c2 = 1 / Math.sqrt(1 - powi(o.beta2, t));
      const shrink = rate * o.weightDecay;
      for (const { p, g, s, n } of runs) {
        const [m, v, h] = s as [number, number, number];
        if (o.amsgrad)
          kernels.amsgradw(p, g, m, v, h, n, corrected, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, c2, o.epsilon, shrink, scale);
        else kernels.adamw(p, g, m, v, n, corrected, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, c2, o.epsilon, shrink, scale);
      }
    };
  },
};

/**
 * Adam: steps of about the learning rate along the mean gradient, divided by its root mean square.
 *
 * With g the gradient plus weightDecay p: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * p -= learningRate / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + epsilon). amsgrad: the largest v so far in place of v.
 *
 * Agrees with PyTorch's Adam, and with Optax's (whose AMSGrad takes the maximum of the corrected v). Keras adds its epsilon, 1e-7, before
 * the correction. The default rate is 1e-3.
 *
 * Kingma and Ba, Adam: a method for stochastic optimization, 2015; Reddi, Kale, Kumar, On the convergence of Adam and beyond, 2018 (amsgrad).
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adam({ learningRate: 3e-3, beta2: 0.99 })
 */
export function adam(options: AdamOptions = {}): OptimizerDescription {
  return describe(adamRule, options);
}

/**
 * AdamW: Adam with decay taken from the parameters themselves instead of through the gradient.
 *
 * m, v as Adam with the bare gradient; p -= learningRate (weightDecay p + m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)).
 *
 * Agrees with PyTorch's AdamW, defaults included (Optax decays by 1e-4, Keras by 4e-3). The decay follows the current learning rate. The
 * default rate is 1e-3.
 *
 * Loshchilov and Hutter, Decoupled weight decay regularization, 2019.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adamw({ learningRate: 1e-3, groups: [{ match: "*.bias", weightDecay: 0 }] })
 */
export function adamw(options: AdamOptions = {}): OptimizerDescription {
  return describe(adamwRule, options);
}
