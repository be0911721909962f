import { addKernels } from "../../engine/parts.js";
import { adafactorKernels } from "../../generated/parts/adafactor.js";
import { unitsKernels } from "../../generated/parts/units.js";
import { oneOf } from "../../options/options.js";
import { adjustment, leaveTo, type OrthogonalOptions, orthogonalFields, orthogonalizer, type RateAdjustment } from "../orthogonal.js";
import { type CommonOptions, type DescribedOptimizer, LEAST_NORMAL, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface NormuonOptions extends OrthogonalOptions, CommonOptions<NormuonOptions> {
  /** Decay of the mean of squares of each unit's step, in [0, 1). Default 0.95. */
  beta2?: Scheduled;
  /** The least root of a unit's mean of squares, greater than 0. Default 1e-10. */
  unitEpsilon?: Scheduled;
  /** Decoupled decay, at least 0. Default 0. */
  weightDecay?: Scheduled;
  /** The norm of the step: of the orthogonal matrix ("preserveNorm"), or with a root mean square of 0.2 ("matchRms"). Default "preserveNorm". */
  updateScale?: "preserveNorm" | "matchRms";
  /** The factor on the rate with "preserveNorm": as of muon. Default "original". */
  adjustRate?: RateAdjustment;
}

export const normuonRule: Rule<NormuonOptions> = {
  kind: "normuon",
  learningRate: 0.02,
  fields: {
    ...orthogonalFields,
    beta2: scheduled(0.95, { min: 0, below: 1 }),
    unitEpsilon: scheduled(1e-10, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
    updateScale: oneOf("preserveNorm", ["preserveNorm", "matchRms"]),
    adjustRate: oneOf("original", ["original", "matchRmsAdamw", "spectralUnclamped", "none"]),
  },
  fallback: (tensor, options) => leaveTo("normuon", tensor, options),
  slots: () => ["mean", "rowSquares", "columnSquares"],
  lengths(slot, [rows = 0, columns = 0]) {
    return slot === "rowSquares" ? rows : slot === "columnSquares" ? columns : undefined;
  },
  bind(binding) {
    const { kernels, options: o, tensors } = binding;
    addKernels(kernels, adafactorKernels, unitsKernels);
    const direction = orthogonalizer(binding);
    return (_, rate, scale) => {
      for (const tensor of tensors) {
        const { p, s, n, shape, units } = tensor;
        const [, row, column] = s as [number, number, number];
        const [rows, columns] = shape as [number, number];
        const { u, spare } = direction(tensor, scale);
        const norm = Math.sqrt(kernels.sumSquares(u, n));
        const fresh = 1 - o.beta2;
        kernels.factorSquares(u, row, column, rows, columns, o.beta2, fresh / columns, fresh / rows, 1);
        // the mean squares of the other axis are made such that they cancel
        if (units === "rows") kernels.fill(column, columns, kernels.sumAbs(row, rows) / rows);
        else kernels.fill(row, rows, 1);
        const floor = o.unitEpsilon * o.unitEpsilon;
        kernels.adafactorMatrix(u, row, column, spare, rows, columns, LEAST_NORMAL, Math.max(floor, LEAST_NORMAL), 1);
        const own = Math.sqrt(kernels.sumSquares(spare, n)) + o.unitEpsilon;
        const wanted = o.updateScale === "matchRms" ? 0.2 * Math.sqrt(n) : norm * adjustment(o.adjustRate, tensor);
        if (o.weightDecay > 0) kernels.axpy(p, p, n, -rate * o.weightDecay);
        kernels.axpy(spare, p, n, (-rate * wanted) / own);
      }
    };
  },
};

/**
 * NorMuon: Muon whose units step alike: each row of the orthogonal matrix, the weights of a unit, is divided by its own mean size.
 *
 * X as of `muon`; for each unit v = beta2 v + (1 - beta2) (mean of X^2 over the unit); Y = X / (sqrt(v) + unitEpsilon), unit by unit;
 * p -= learningRate (weightDecay p + adjust |X| / |Y| Y), and with updateScale "matchRms" 0.2 sqrt(size of p) in place of adjust |X|. The option `units`
 * of the parameters says which axis counts units.
 *
 * Agrees with pytorch_optimizer's NorMuon of a matrix [units × inputs], defaults included, in float32 throughout (its iteration is in bfloat16), which follows the
 * authors' code; "matchRms" is Algorithm 1 of the paper. Of rowSquares and columnSquares one is the state. The default rate is 0.02.
 *
 * Li et al., NorMuon: making Muon more efficient and scalable, 2025.
 *
 * @throws OptionError for an unknown option or a value out of range, and from `new Optimizer` for a tensor that is not a matrix when
 *   there is no fallback.
 * @example
 * normuon({ learningRate: 0.02, coefficients: "polarExpress", fallback: adamw({ learningRate: 1e-3 }) })
 */
export function normuon(options: NormuonOptions = {}): DescribedOptimizer<NormuonOptions> {
  return make(normuonRule, options);
}
