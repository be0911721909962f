import { addKernels } from "../../engine/parts.js";
import { adafactorKernels } from "../../generated/parts/adafactor.js";
import { unitsKernels } from "../../generated/parts/units.js";
import { powi } from "../../numerics/math.js";
import { oneOf } from "../../options/options.js";
import {
  type CommonOptions,
  type DescribedOptimizer,
  LEAST_NORMAL,
  make,
  type Rule,
  type Scheduled,
  scheduled,
  type TensorRun,
} from "../rule.js";
import { copyScaled } from "../scaled.js";

export interface AdamMiniOptions extends CommonOptions<AdamMiniOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their mean squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 0. */
  weightDecay?: Scheduled;
  /**
   * What shares a second moment: the weights of a unit of a matrix ("units"), or a whole tensor ("tensor"), as what is no matrix always does. Default "units".
   */
  blocks?: "units" | "tensor";
}

export const adamMiniRule: Rule<AdamMiniOptions> = {
  kind: "adamMini",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
    blocks: oneOf("units", ["units", "tensor"]),
  },
  slots: () => ["mean", "rowSquares", "columnSquares", "squares"],
  squares: ({ beta2 }) => ({ decays: { rowSquares: beta2, columnSquares: beta2, squares: beta2 } }),
  lengths(slot, shape, { blocks }) {
    const isMatrix = shape.length === 2 && blocks === "units";
    if (slot === "rowSquares") return isMatrix ? shape[0] : 0;
    if (slot === "columnSquares") return isMatrix ? shape[1] : 0;
    return slot === "squares" ? (isMatrix ? 0 : 1) : undefined;
  },
  bind({ kernels, options: o, tensors, scratch, floats }) {
    addKernels(kernels, adafactorKernels, unitsKernels);
    const longest = Math.max(...tensors.flatMap(({ shape }) => shape), 1);
    const largest = Math.max(...tensors.map(({ n }) => n));
    const [scaled, u, rowDivisors, columnDivisors] = [scratch(largest), scratch(largest), scratch(longest), scratch(longest)];

    /** The mean divided by the divisors of the units, where it is left. */
    function divided({ s, shape, units }: TensorRun, c2: number): number {
      const [m, row, column] = s as [number, number, number];
      const [rows, columns] = shape as [number, number];
      const squares = units === "rows" ? floats(row, rows) : floats(column, columns);
      const divisors = units === "rows" ? floats(rowDivisors, rows) : floats(columnDivisors, columns);
      let sum = 0;
      squares.forEach((v, i) => {
        const divisor = Math.sqrt(v) * c2 + o.epsilon;
        divisors[i] = divisor * divisor;
        sum += divisors[i] as number;
      });
      // those of the other axis are made such that they cancel
      if (units === "rows") kernels.fill(columnDivisors, columns, sum / rows);
      else kernels.fill(rowDivisors, rows, 1);
      kernels.adafactorMatrix(m, rowDivisors, columnDivisors, u, rows, columns, LEAST_NORMAL, LEAST_NORMAL, 1);
      return u;
    }

    return (t, rate, scale) => {
      const corrected = rate / (1 - powi(o.beta1, t));
      const c2 = 1 / Math.sqrt(1 - powi(o.beta2, t));
      const fresh = 1 - o.beta2;
      for (const tensor of tensors) {
        const { p, g, s, n, shape } = tensor;
        const [m, row, column, squares] = s as [number, number, number, number];
        copyScaled(kernels, g, scaled, n, scale);
        kernels.axpby(scaled, m, n, 1 - o.beta1, o.beta1);
        if (o.weightDecay > 0) kernels.axpy(p, p, n, -rate * o.weightDecay);
        if (shape.length === 2 && o.blocks === "units") {
          const [rows, columns] = shape as [number, number];
          kernels.factorSquares(scaled, row, column, rows, columns, o.beta2, fresh / columns, fresh / rows, 1);
          kernels.axpy(divided(tensor, c2), p, n, -corrected);
        } else {
          const own = floats(squares, 1);
          own[0] = o.beta2 * (own[0] as number) + (fresh * kernels.sumSquares(scaled, n)) / n;
          kernels.axpy(m, p, n, -corrected / (Math.sqrt(own[0] as number) * c2 + o.epsilon));
        }
      }
    };
  },
};

/**
 * Adam-mini: AdamW with one second moment for the weights of a unit, or for a tensor, in place of one for each weight: half the state.
 *
 * m = beta1 m + (1 - beta1) g; for each block v = beta2 v + (1 - beta2) (mean of g^2 over it); p -= learningRate (weightDecay p + m / (1 - beta1^t) /
 * (sqrt(v / (1 - beta2^t)) + epsilon)). The option `units` of the parameters says which axis of a matrix counts units; of rowSquares and columnSquares one is used.
 *
 * Agrees with the authors' adam-mini for its rows of output neurons (units) and for its blocks of whole tensors; biases, to which it leaves a moment each, are whole tensors here, and
 * heads of attention are not known: make them a tensor each. The default rate is 1e-3.
 *
 * Zhang et al., Adam-mini: use fewer learning rates to gain more, 2024.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adamMini({ learningRate: 1e-3, weightDecay: 0.1, groups: [{ match: "attention.*", blocks: "tensor" }] })
 */
export function adamMini(options: AdamMiniOptions = {}): DescribedOptimizer<AdamMiniOptions> {
  return make(adamMiniRule, options);
}
