import { addKernels } from "../../engine/parts.js";
import { sparseAdamKernels } from "../../generated/parts/sparseAdam.js";
import { powi } from "../../numerics/math.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface SparseAdamOptions extends CommonOptions<SparseAdamOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the root before the correction of its bias, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
}

export const sparseAdamRule: Rule<SparseAdamOptions> = {
  kind: "sparseAdam",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
  },
  traits: ["stepsRows"],
  slots: () => ["mean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  bind({ kernels, options: o, tensors }) {
    addKernels(kernels, sparseAdamKernels);
    return (t, rate, scale) => {
      const corrected = (rate * Math.sqrt(1 - powi(o.beta2, t))) / (1 - powi(o.beta1, t));
      for (const { p, g, s, n, shape, gradientRows } of tensors) {
        const rows = shape[0] ?? 1;
        const [m, v] = s as [number, number];
        const [index, count] = gradientRows ? [gradientRows.pointer, gradientRows.count] : [0, rows];
        kernels.sparseAdam(p, g, m, v, index, count, n / rows, corrected, o.beta1, 1 - o.beta1, o.beta2, 1 - o.beta2, o.epsilon, scale);
      }
    };
  },
};

/**
 * Adam for embeddings: only the rows that have a gradient are stepped, with their moments; the other rows do not decay. A row has a
 * gradient when any of its elements is not 0 (a row of a tensor is everything at one index of its first axis; of a vector, an element). Of an
 * embedding in a network only the rows that the batch looked up are read at all.
 *
 * In these rows m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p -= learningRate sqrt(1 - beta2^t) / (1 - beta1^t) m /
 * (sqrt(v) + epsilon), where t counts all updates and not a row's.
 *
 * Agrees with PyTorch's SparseAdam, which is told the rows by a sparse gradient: there a row whose gradient is given as zeros decays,
 * here it is skipped. The default rate is 1e-3.
 *
 * Kingma and Ba, Adam: a method for stochastic optimization, 2015.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * sparseAdam({ learningRate: 1e-2 })
 */
export function sparseAdam(options: SparseAdamOptions = {}): DescribedOptimizer<SparseAdamOptions> {
  return make(sparseAdamRule, options);
}
