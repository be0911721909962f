import { addKernels } from "../../engine/parts.js";
import { lambKernels } from "../../generated/parts/lamb.js";
import { powi } from "../../numerics/math.js";
import { boolean, number } from "../../options/options.js";
import { projection } from "../projection.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { copyScaled } from "../scaled.js";

interface Projected {
  /**
   * A gradient counts as at a right angle to the values where their cosine is under delta / sqrt(their number), greater than 0. Default 0.1.
   */
  delta?: number;
  /** The part of weight decay that is left there, from 0 to 1. Default 0.1. */
  decayRatio?: number;
  /** Step from where the mean gradient, or the velocity, will lead. Default false. */
  nesterov?: boolean;
  /** Decoupled decay, at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export interface AdampOptions extends Projected, CommonOptions<AdampOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root and to norms, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
}

export interface SgdpOptions extends Projected, CommonOptions<SgdpOptions> {
  /** Decay mu of the velocity, in [0, 1). Default 0. */
  momentum?: Scheduled;
  /** The share of each gradient that is kept out of the velocity, in [0, 1]. Default 0. */
  dampening?: Scheduled;
  /** Added to norms, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
}

const fields = {
  delta: number(0.1, { above: 0 }),
  decayRatio: number(0.1, { min: 0, max: 1 }),
  nesterov: boolean(false),
  weightDecay: scheduled(0, { min: 0 }),
  epsilon: scheduled(1e-8, { above: 0 }),
};

export const adampRule: Rule<AdampOptions> = {
  kind: "adamp",
  learningRate: 1e-3,
  fields: { ...fields, beta1: scheduled(0.9, { min: 0, below: 1 }), beta2: scheduled(0.999, { min: 0, below: 1 }) },
  traits: ["readsValues"],
  slots: () => ["mean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  bind(binding) {
    const { kernels, options: o, tensors, scratch } = binding;
    addKernels(kernels, lambKernels);
    const project = projection(binding);
    const largest = Math.max(...tensors.map(({ n }) => n));
    const [scaled, u, ahead] = [scratch(largest), scratch(largest), scratch(largest)];
    return (t, rate, scale) => {
      const { beta1: b1, beta2: b2, epsilon } = o;
      const k = 1 / (1 - powi(b2, t));
      for (const tensor of tensors) {
        const { p, g, s, n } = tensor;
        const [m, v] = s as [number, number];
        copyScaled(kernels, g, scaled, n, scale);
        kernels.lamb(p, scaled, m, v, u, n, b1, 1 - b1, b2, 1 - b2, 1, k, 0, epsilon, 0, 1);
        if (o.nesterov) {
          copyScaled(kernels, m, ahead, n, b1);
          kernels.axpy(scaled, ahead, n, 1 - b1);
          // the same division, of what lies ahead
          kernels.lamb(p, scaled, ahead, v, u, n, 1, 0, 1, 0, 1, k, 0, epsilon, 0, 1);
        }
        const decay = rate * o.weightDecay * (project(tensor, scaled, u, o) ? o.decayRatio : 1);
        if (decay > 0) kernels.axpy(p, p, n, -decay);
        kernels.axpy(u, p, n, -rate / (1 - powi(b1, t)));
      }
    };
  },
};

export const sgdpRule: Rule<SgdpOptions> = {
  kind: "sgdp",
  learningRate: 1e-2,
  fields: { ...fields, momentum: scheduled(0, { min: 0, below: 1 }), dampening: scheduled(0, { min: 0, max: 1 }) },
  traits: ["readsValues"],
  slots: () => ["velocity"],
  bind(binding) {
    const { kernels, options: o, tensors, scratch } = binding;
    const project = projection(binding);
    const largest = Math.max(...tensors.map(({ n }) => n));
    const [scaled, u] = [scratch(largest), scratch(largest)];
    return (_, rate, scale) => {
      for (const tensor of tensors) {
        const { p, g, s, n } = tensor;
        const b = s[0] as number;
        copyScaled(kernels, g, scaled, n, scale);
        kernels.axpby(scaled, b, n, 1 - o.dampening, o.momentum);
        copyScaled(kernels, b, u, n, o.nesterov ? o.momentum : 1);
        if (o.nesterov) kernels.axpy(scaled, u, n, 1);
        const decay = ((rate * o.weightDecay) / (1 - o.momentum)) * (project(tensor, scaled, u, o) ? o.decayRatio : 1);
        if (decay > 0) kernels.axpy(p, p, n, -decay);
        kernels.axpy(u, p, n, -rate);
      }
    };
  },
};

/**
 * AdamP: Adam that takes from its step what only makes weights longer, where their size has no effect: ahead of a normalization.
 *
 * With u = m / (sqrt(v / (1 - beta2^t)) + epsilon), nesterov: beta1 m + (1 - beta1) g in place of m: for a tensor of two axes or more, where the cosines of g and p are
 * all under delta / sqrt(size), over units or else over the whole, u -= p <p, u> / (|p| + epsilon)^2 there and r = decayRatio, otherwise r = 1;
 * p = p (1 - learningRate weightDecay r) - learningRate / (1 - beta1^t) u. The option `units` of the parameters says which axis counts units.
 *
 * Agrees with timm's AdamP, defaults included. The default rate is 1e-3.
 *
 * Heo et al., AdamP: slowing down the slowdown for momentum optimizers on scale-invariant weights, 2021.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adamp({ learningRate: 1e-3, weightDecay: 0.01 })
 */
export function adamp(options: AdampOptions = {}): DescribedOptimizer<AdampOptions> {
  return make(adampRule, options);
}

/**
 * SGDP: stochastic gradient descent with momentum and the projection of `adamp`.
 *
 * b = momentum b + (1 - dampening) g; u = nesterov ? g + momentum b : b, projected as of `adamp`, with r; p = p (1 - learningRate weightDecay r / (1 - momentum))
 * - learningRate u.
 *
 * Agrees with timm's SGDP, which has no default rate. The default rate is 1e-2.
 *
 * Heo et al., AdamP: slowing down the slowdown for momentum optimizers on scale-invariant weights, 2021.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * sgdp({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-5 })
 */
export function sgdp(options: SgdpOptions = {}): DescribedOptimizer<SgdpOptions> {
  return make(sgdpRule, options);
}
