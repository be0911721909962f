import { addKernels } from "../../engine/parts.js";
import { estimatesKernels } from "../../generated/parts/estimates.js";
import { sgdKernels } from "../../generated/parts/sgd.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface NovogradOptions extends CommonOptions<NovogradOptions> {
  /** Decay of the sum of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of the squared norm of a tensor's gradient, in [0, 1). Default 0.25. */
  beta2?: Scheduled;
  /** Added to the root, greater than 0. Default 1e-6. */
  epsilon?: Scheduled;
  /** Added under the root, at least 0. Default 0. */
  epsilonRoot?: Scheduled;
  /** Decay inside the sum of gradients, added to the normalized one as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const novogradRule: Rule<NovogradOptions> = {
  kind: "novograd",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.25, { min: 0, below: 1 }),
    epsilon: scheduled(1e-6, { above: 0 }),
    epsilonRoot: scheduled(0, { min: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["mean"],
  scalars: (_, tensors) => Object.fromEntries(tensors.map((name) => [squares(name), 0])),
  bind({ kernels, options: o, tensors, scalars }) {
    addKernels(kernels, estimatesKernels, sgdKernels);
    const keys = tensors.map(({ name }) => squares(name));
    return (t, rate, scale) => {
      tensors.forEach(({ p, g, s, n }, i) => {
        const key = keys[i] as string;
        const square = kernels.sumSquaresDecayed(p, g, n, 0, scale);
        const v = t === 1 ? square : o.beta2 * (scalars[key] as number) + (1 - o.beta2) * square;
        scalars[key] = v;
        const norm = Math.sqrt(v + o.epsilonRoot) + o.epsilon;
        kernels.sgdMomentum(p, g, s[0] as number, n, rate, o.beta1, 1 / norm, o.weightDecay * norm, scale);
      });
    };
  },
};

/** Where the mean of a tensor's squared norm is kept. */
function squares(tensor: string): string {
  return `squares of ${tensor}`;
}

/**
 * NovoGrad: momentum on gradients that are normalized tensor by tensor. One number a tensor stands where Adam has a whole second moment.
 *
 * For each tensor: v = |g|^2 in the first update, then beta2 v + (1 - beta2) |g|^2; m = beta1 m + g / (sqrt(v + epsilonRoot) + epsilon) +
 * weightDecay p; p -= learningRate m.
 *
 * Agrees with Optax's novograd, defaults included: the sum has no factor 1 - beta1. timm's has beta2 0.98 and multiplies by 1 - beta1 if
 * asked. The default rate is 1e-3.
 *
 * Ginsburg et al., Stochastic gradient methods with layer-wise adaptive moments for training of deep networks, 2019.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * novograd({ learningRate: 0.01, beta2: 0.98, weightDecay: 1e-3 })
 */
export function novograd(options: NovogradOptions = {}): DescribedOptimizer<NovogradOptions> {
  return make(novogradRule, options);
}
