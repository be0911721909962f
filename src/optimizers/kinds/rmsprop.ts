import { addKernels } from "../../engine/parts.js";
import { rmspropKernels } from "../../generated/parts/rmsprop.js";
import { powi } from "../../numerics/math.js";
import { boolean, number } from "../../options/options.js";
import {
  type Binding,
  type CommonOptions,
  type DescribedOptimizer,
  make,
  type Resolved,
  type Rule,
  type Scheduled,
  type Step,
  scheduled,
} from "../rule.js";

export interface RmspropOptions extends CommonOptions<RmspropOptions> {
  /** Decay of the averages (PyTorch's alpha), in [0, 1). Default 0.99 (Optax and Keras: 0.9). */
  rho?: Scheduled;
  /** Keeps the division finite, greater than 0. Default 1e-8 (Keras: 1e-7). */
  epsilon?: Scheduled;
  /** Add epsilon inside the root, as Optax and Keras do. Default false. */
  epsilonInside?: boolean;
  /** Decay of a velocity of the scaled gradients, at least 0. Default 0: no velocity. */
  momentum?: Scheduled;
  /** Step from where the velocity will lead. Needs momentum. Default false. */
  nesterov?: boolean;
  /** Keep learningRate d in the velocity instead of d, as Optax and Keras do. Differs once the rate changes. Default false. */
  rateInside?: boolean;
  /** Divide by the deviation of the gradient instead of its root mean square. Default false. */
  centered?: boolean;
  /** The start of the average of squares, at least 0. Default 0. */
  initialAccumulator?: number;
  /** Divide the averages by 1 - rho^t, as Optax does if asked to. Default false. */
  biasCorrection?: boolean;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const rmspropRule: Rule<RmspropOptions> = {
  kind: "rmsprop",
  learningRate: 1e-2,
  fields: {
    rho: scheduled(0.99, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    epsilonInside: boolean(false),
    momentum: scheduled(0, { min: 0 }),
    nesterov: boolean(false),
    rateInside: boolean(false),
    centered: boolean(false),
    initialAccumulator: number(0, { min: 0 }),
    biasCorrection: boolean(false),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: (o) => ["squares", ...(o.centered || isVariant(o) ? ["mean"] : []), ...(o.momentum !== 0 || isVariant(o) ? ["velocity"] : [])],
  squares: ({ rho }) => ({ decays: { squares: rho }, coupled: true }),
  initial: (slot, { initialAccumulator }) => (slot === "squares" ? initialAccumulator : 0),
  bind: (binding) => (isVariant(binding.options) ? variant(binding) : plain(binding)),
};

/** Whether the kernel with every term is needed. */
function isVariant({ epsilonInside, nesterov, rateInside, biasCorrection }: Resolved<RmspropOptions>): boolean {
  return epsilonInside || nesterov || rateInside || biasCorrection;
}

function plain({ kernels, options: o, runs }: Binding<RmspropOptions>): Step {
  addKernels(kernels, rmspropKernels);
  const moving = runs[0]?.s.length === (o.centered ? 3 : 2);
  return (_, rate, scale) => {
    const fresh = 1 - o.rho;
    for (const { p, g, s, n } of runs) {
      const [v, a, b] = s as [number, number, number];
      if (o.centered && moving)
        kernels.rmspropCenteredMomentum(p, g, v, a, b, n, rate, o.rho, fresh, o.epsilon, o.momentum, o.weightDecay, scale);
      else if (o.centered) kernels.rmspropCentered(p, g, v, a, n, rate, o.rho, fresh, o.epsilon, o.weightDecay, scale);
      else if (moving) kernels.rmspropMomentum(p, g, v, a, n, rate, o.rho, fresh, o.epsilon, o.momentum, o.weightDecay, scale);
      else kernels.rmsprop(p, g, v, n, rate, o.rho, fresh, o.epsilon, o.weightDecay, scale);
    }
  };
}

function variant({ kernels, options: o, runs }: Binding<RmspropOptions>): Step {
  addKernels(kernels, rmspropKernels);
  return (t, rate, scale) => {
    const { rho, momentum, weightDecay } = o;
    const fresh = 1 - rho;
    const k = o.biasCorrection ? 1 / (1 - powi(rho, t)) : 1;
    const center = o.centered ? k * k : 0;
    const root = o.epsilonInside ? o.epsilon : 0;
    const epsilon = o.epsilon - root;
    const inside = o.rateInside ? rate : 1;
    const near = (o.rateInside ? 1 : rate) * (o.nesterov ? momentum : 1);
    const look = o.nesterov ? rate : 0;
    for (const { p, g, s, n } of runs) {
      const [v, a, b] = s as [number, number, number];
      kernels.rmspropVariant(p, g, v, a, b, n, near, look, rho, fresh, k, center, root, epsilon, momentum, inside, weightDecay, scale);
    }
  };
}

/**
 * RMSprop: the gradient divided by a decaying root mean square of itself.
 *
 * With g the gradient plus weightDecay p: v = rho v + (1 - rho) g^2; d = g / (sqrt(v) + epsilon); p -= learningRate d.
 * centered: m = rho m + (1 - rho) g, and v - m^2 under the root. momentum: b = momentum b + d; p -= learningRate b, with nesterov
 * p -= learningRate (d + momentum b). epsilonInside: d = g / sqrt(v + epsilon). rateInside: b = momentum b + learningRate d; p -= b, with
 * nesterov p -= learningRate d + momentum b. biasCorrection: v and m divided by 1 - rho^t where d is taken.
 *
 * Agrees with PyTorch's RMSprop; with rho 0.9, epsilonInside and rateInside with Optax's and, with epsilon 1e-7, Keras's. TensorFlow.js's
 * centered form gives NaN for a zero gradient. The default rate is 1e-2.
 *
 * Hinton, Neural networks for machine learning, lecture 6e, 2012; Graves, Generating sequences with recurrent neural networks, 2013 (centered).
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * rmsprop({ learningRate: 1e-3, momentum: 0.9, centered: true })
 */
export function rmsprop(options: RmspropOptions = {}): DescribedOptimizer<RmspropOptions> {
  return make(rmspropRule, options);
}
