import { boolean } from "../options.js";
import { type CommonOptions, describe, type OptimizerDescription, type Rule, type Scheduled, scheduled } from "./rule.js";

export interface RmspropOptions extends CommonOptions<RmspropOptions> {
  /** Decay of the averages, in [0, 1). Default 0.99 (Optax and Keras: 0.9). */
  alpha?: Scheduled;
  /** Added outside the root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Decay of a velocity of the scaled gradients, at least 0. Default 0: no velocity. */
  momentum?: Scheduled;
  /** Divide by the deviation of the gradient instead of its root mean square. Default false. */
  centered?: boolean;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const rmspropRule: Rule<RmspropOptions> = {
  kind: "rmsprop",
  learningRate: 1e-2,
  fields: {
    alpha: scheduled(0.99, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    momentum: scheduled(0, { min: 0 }),
    centered: boolean(false),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: ({ centered, momentum }) => ["squares", ...(centered ? ["mean"] : []), ...(momentum === 0 ? [] : ["velocity"])],
  bind({ kernels, options: o, runs }) {
    const moving = runs[0]?.s.length === (o.centered ? 3 : 2);
    return (_, rate, scale) => {
      const fresh = 1 - o.alpha;
      for (const { p, g, s, n } of runs) {
        const [v, a, b] = s as [number, number, number];
        if (o.centered && moving)
          kernels.rmspropCenteredMomentum(p, g, v, a, b, n, rate, o.alpha, fresh, o.epsilon, o.momentum, o.weightDecay, scale);
        else if (o.centered) kernels.rmspropCentered(p, g, v, a, n, rate, o.alpha, fresh, o.epsilon, o.weightDecay, scale);
        else if (moving) kernels.rmspropMomentum(p, g, v, a, n, rate, o.alpha, fresh, o.epsilon, o.momentum, o.weightDecay, scale);
        else kernels.rmsprop(p, g, v, n, rate, o.alpha, fresh, o.epsilon, o.weightDecay, scale);
      }
    };
  },
};

/**
 * RMSprop: the gradient divided by a decaying root mean square of itself.
 *
 * With g the gradient plus weightDecay p: v = alpha v + (1 - alpha) g^2; d = g / (sqrt(v) + epsilon); p -= learningRate d.
 * centered: m = alpha m + (1 - alpha) g, and v - m^2 under the root. momentum: b = momentum b + d; p -= learningRate b.
 *
 * Agrees with PyTorch's RMSprop. Optax and Keras put epsilon inside the root and decay with 0.9; TensorFlow.js's centered form gives NaN
 * for a zero gradient. The default rate is 1e-2.
 *
 * Hinton, Neural networks for machine learning, lecture 6e, 2012; Graves, Generating sequences with recurrent neural networks, 2013 (centered).
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * rmsprop({ learningRate: 1e-3, momentum: 0.9, centered: true })
 */
export function rmsprop(options: RmspropOptions = {}): OptimizerDescription {
  return describe(rmspropRule, options);
}
