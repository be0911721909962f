import { addKernels } from "../../engine/parts.js";
import { adamKernels } from "../../generated/parts/adam.js";
import { bfloat16Kernels } from "../../generated/parts/bfloat16.js";
import { momentsKernels } from "../../generated/parts/moments.js";
import { powi } from "../../numerics/math.js";
import { boolean, oneOf } from "../../options/options.js";
import {
  type Binding,
  type CommonOptions,
  type DescribedOptimizer,
  type Dtype,
  make,
  type Resolved,
  type Rule,
  type Scheduled,
  type Step,
  scheduled,
} from "../rule.js";

/** Options that Adam and AdamW share. */
interface Moments {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8 (Keras: 1e-7). */
  epsilon?: Scheduled;
  /** Add epsilon to the root before its bias is corrected, as Keras does. Default false. */
  epsilonHat?: boolean;
  /** Added under the bias-corrected root, at least 0. Default 0. */
  epsilonRoot?: Scheduled;
  /** Step from where the mean gradient will lead (what Optax calls nadam). Default false. */
  nesterov?: boolean;
  /** Divide by the largest mean of squares seen so far (AMSGrad). Default false. */
  amsgrad?: boolean;
  /** Take the largest of the bias-corrected means instead, as Optax does. Default false. */
  amsgradCorrected?: boolean;
  /** How m, v and the largest v are kept: bfloat16 takes half the memory, and more time (docs/performance.md). Default float32. */
  stateDtype?: Dtype;
}

export interface AdamOptions extends Moments, CommonOptions<AdamOptions> {
  /** Added to the gradient as weightDecay p, or taken from p itself with `decoupled`; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Multiply p by 1 - learningRate weightDecay instead of adding to the gradient: AdamW. Default false. */
  decoupled?: boolean;
}

export interface AdamwOptions extends Moments, CommonOptions<AdamwOptions> {
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 1e-2 (Optax: 1e-4, Keras: 4e-3). */
  weightDecay?: Scheduled;
}

const fields = {
  beta1: scheduled(0.9, { min: 0, below: 1 }),
  beta2: scheduled(0.999, { min: 0, below: 1 }),
  epsilon: scheduled(1e-8, { above: 0 }),
  epsilonHat: boolean(false),
  epsilonRoot: scheduled(0, { min: 0 }),
  nesterov: boolean(false),
  amsgrad: boolean(false),
  amsgradCorrected: boolean(false),
  stateDtype: oneOf("float32", ["float32", "bfloat16"]),
};

const SLOTS = ["mean", "squares", "largest"];
/** What decays of the squares: the largest of them do not. */
const decaysOf = ({ beta2 }: Pick<Resolved<AdamwOptions>, "beta2">) => ({ squares: beta2, largest: 1 });
const state: Pick<Rule<Moments>, "slots" | "dtype"> = {
  slots: ({ amsgrad }) => (amsgrad ? SLOTS : SLOTS.slice(0, 2)),
  dtype: (slot, { stateDtype }) => (SLOTS.includes(slot) ? stateDtype : "float32"),
};

/** By how much the dither of bfloat16 rises in a step, of 2^32: the golden ratio. */
const TURN = 0x9e3779b9;

export const adamRule: Rule<AdamOptions> = {
  kind: "adam",
  learningRate: 1e-3,
  fields: { ...fields, weightDecay: scheduled(0, { min: 0 }), decoupled: boolean(false) },
  ...state,
  squares: (options) => ({ decays: decaysOf(options), coupled: !options.decoupled }),
  bind: (binding) => bind(binding, binding.options.decoupled),
};

export const adamwRule: Rule<AdamwOptions> = {
  kind: "adamw",
  learningRate: 1e-3,
  fields: { ...fields, weightDecay: scheduled(1e-2, { min: 0 }) },
  ...state,
  squares: (options) => ({ decays: decaysOf(options) }),
  bind: (binding) => bind(binding, true),
};

function bind({ kernels, options: o, runs }: Binding<AdamwOptions>, decoupled: boolean): Step {
  const half = o.stateDtype === "bfloat16";
  addKernels(kernels, half ? bfloat16Kernels : adamKernels);
  if (o.nesterov || o.amsgradCorrected || o.epsilonRoot !== 0) addKernels(kernels, momentsKernels);
  return (t, rate, scale) => {
    const { beta1: b1, beta2: b2, epsilonRoot: root, weightDecay } = o;
    const a1 = 1 - b1;
    const a2 = 1 - b2;
    const corrected = rate / (1 - powi(b1, t));
    const seen = 1 - powi(b2, t);
    const k = 1 / seen;
    const c2 = 1 / Math.sqrt(seen);
    const epsilon = o.epsilonHat ? o.epsilon * c2 : o.epsilon;
    const near = o.nesterov ? (rate * b1) / (1 - powi(b1, t + 1)) : corrected;
    const look = o.nesterov ? corrected * a1 : 0;
    const fresh = o.amsgradCorrected ? k : 1;
    const decay = decoupled ? 0 : weightDecay;
    const shrink = decoupled ? rate * weightDecay : 0;
    const turn = Math.imul(t, TURN) >>> 0;
    const hasMore = o.nesterov || root > 0 || (o.amsgrad && o.amsgradCorrected);
    for (const { p, g, s, n, first } of runs) {
      // by index: taking an array apart makes an object for each element
      const m = s[0] as number;
      const v = s[1] as number;
      const h = s[2] as number;
      if (half && o.amsgrad)
        kernels.momentsLargestBfloat16(
          p,
          g,
          m,
          v,
          h,
          n,
          first,
          turn,
          near,
          look,
          b1,
          a1,
          b2,
          a2,
          fresh,
          k / fresh,
          root,
          epsilon,
          decay,
          shrink,
          scale,
        );
      else if (half)
        kernels.momentsBfloat16(p, g, m, v, n, first, turn, near, look, b1, a1, b2, a2, k, root, epsilon, decay, shrink, scale);
      else if (o.amsgrad && hasMore)
        kernels.momentsLargest(p, g, m, v, h, n, near, look, b1, a1, b2, a2, fresh, k / fresh, root, epsilon, decay, shrink, scale);
      else if (hasMore) kernels.moments(p, g, m, v, n, near, look, b1, a1, b2, a2, k, root, epsilon, decay, shrink, scale);
      else if (o.amsgrad && decoupled) kernels.amsgradw(p, g, m, v, h, n, corrected, b1, a1, b2, a2, c2, epsilon, shrink, scale);
      else if (o.amsgrad) kernels.amsgrad(p, g, m, v, h, n, corrected, b1, a1, b2, a2, c2, epsilon, decay, scale);
      else if (decoupled) kernels.adamw(p, g, m, v, n, corrected, b1, a1, b2, a2, c2, epsilon, shrink, scale);
      else kernels.adam(p, g, m, v, n, corrected, b1, a1, b2, a2, c2, epsilon, decay, scale);
    }
  };
}

/**
 * Adam: steps of about the learning rate along the mean gradient, divided by its root mean square.
 *
 * With g the gradient plus weightDecay p: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * p -= learningRate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t) + epsilonRoot) + epsilon). decoupled: as adamw.
 * amsgrad: the largest v so far in place of v; amsgradCorrected: the largest v / (1 - beta2^t) in place of that.
 * epsilonHat: sqrt(1 - beta2^t) m / (1 - beta1^t) / (sqrt(v) + epsilon). nesterov: beta1 m / (1 - beta1^(t+1)) + (1 - beta1) g / (1 - beta1^t)
 * in place of m / (1 - beta1^t). stateDtype bfloat16: m and v are kept with 8 bits of precision, cut after a dither that is the same in every
 * run has been added, so that they are right in the mean (nearest rounding would let v stand still); a step itself computes in float32.
 *
 * Agrees with PyTorch's Adam and with Optax's, for AMSGrad with amsgradCorrected; with epsilonHat and epsilon 1e-7 with Keras's. The default
 * rate is 1e-3.
 *
 * Kingma and Ba, Adam: a method for stochastic optimization, 2015; Reddi, Kale, Kumar, On the convergence of Adam and beyond, 2018 (amsgrad).
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adam({ learningRate: 3e-3, beta2: 0.99 })
 */
export function adam(options: AdamOptions = {}): DescribedOptimizer<AdamOptions> {
  return make(adamRule, options);
}

/**
 * AdamW: Adam with decay taken from the parameters themselves instead of through the gradient.
 *
 * m, v as Adam with the bare gradient; p -= learningRate (weightDecay p + m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)), and the
 * same variants.
 *
 * Agrees with PyTorch's AdamW, defaults included, and with Optax's and Keras's, whose decays differ. The decay follows the current learning rate. The
 * default rate is 1e-3.
 *
 * Loshchilov and Hutter, Decoupled weight decay regularization, 2019.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adamw({ learningRate: 1e-3, groups: [{ match: "*.bias", weightDecay: 0 }] })
 */
export function adamw(options: AdamwOptions = {}): DescribedOptimizer<AdamwOptions> {
  return make(adamwRule, options);
}
