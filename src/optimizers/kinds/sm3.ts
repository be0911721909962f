import { type Shape, sizeOf } from "../../engine/parameters.js";
import { addKernels } from "../../engine/parts.js";
import { sm3Kernels } from "../../generated/parts/sm3.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface Sm3Options extends CommonOptions<Sm3Options> {
  /** Decay of the mean of steps, in [0, 1). Default 0.9. */
  momentum?: Scheduled;
  /** Decay of the accumulators, in [0, 1]; 1 sums the squares, as Adagrad does. Default 1. */
  beta2?: Scheduled;
  /** Added under the root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Decoupled decay, at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export const sm3Rule: Rule<Sm3Options> = {
  kind: "sm3",
  learningRate: 0.1,
  fields: {
    momentum: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(1, { min: 0, max: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["mean", "squares", "row", "column"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2, row: beta2, column: beta2 }, coupled: true }),
  lengths(slot, shape) {
    if (slot === "mean") return undefined;
    const [rows, columns] = matrixOf(shape);
    return { squares: shape.length < 2 ? columns : 0, row: shape.length < 2 ? 0 : rows, column: shape.length < 2 ? 0 : columns }[slot];
  },
  bind({ kernels, options: o, tensors, scratch }) {
    addKernels(kernels, sm3Kernels);
    const next = scratch(Math.max(...tensors.map(({ shape }) => matrixOf(shape)[1])));
    return (_, rate, scale) => {
      const gain = o.beta2 === 1 ? 1 : 1 - o.beta2;
      const shrink = rate * o.weightDecay;
      for (const { p, g, s, n, shape } of tensors) {
        const [m, v, row, column] = s as [number, number, number, number];
        const [rows, columns] = matrixOf(shape);
        if (shape.length < 2) kernels.sm3(p, g, m, v, n, rate, o.momentum, 1 - o.momentum, o.beta2, gain, o.epsilon, shrink, scale);
        else {
          const b = o.momentum;
          kernels.sm3Matrix(p, g, m, row, column, next, rows, columns, rate, b, 1 - b, o.beta2, gain, o.epsilon, shrink, scale);
        }
      }
    };
  },
};

/** A tensor as a matrix whose rows run along its last axis. */
function matrixOf(shape: Shape): [rows: number, columns: number] {
  return [sizeOf(shape.slice(0, -1)), sizeOf(shape.slice(-1))];
}

/**
 * SM3: Adagrad whose memory of squares is one number for each row and each column of a matrix.
 *
 * For a matrix, with k = 1 when beta2 is 1, else 1 - beta2: a_ij = k g_ij^2 + beta2 min(row_i, column_j); row_i = max_j a_ij; column_j =
 * max_i a_ij; m = momentum m + (1 - momentum) g / sqrt(a + epsilon); p -= learningRate (m + weightDecay p). For a vector a = k g^2 + beta2
 * a.
 *
 * Agrees with Optax's scale_by_sm3 (whose momentum is b1) with decoupled decay for matrices and vectors; a tensor of more axes is a matrix
 * of its last axis here, where Optax has accumulators for every axis. The default rate is 0.1.
 *
 * Anil et al., Memory-efficient adaptive optimization, 2019.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * sm3({ learningRate: 0.1, momentum: 0.9 })
 */
export function sm3(options: Sm3Options = {}): DescribedOptimizer<Sm3Options> {
  return make(sm3Rule, options);
}
