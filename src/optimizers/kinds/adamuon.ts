import { addKernels } from "../../engine/parts.js";
import { lambKernels } from "../../generated/parts/lamb.js";
import { powi } from "../../numerics/math.js";
import { oneOf } from "../../options/options.js";
import { leastGradient } from "../flush.js";
import { adjustment, leaveTo, type OrthogonalOptions, orthogonalFields, orthogonalizer } from "../orthogonal.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface AdamuonOptions extends OrthogonalOptions, CommonOptions<AdamuonOptions> {
  /** Decay of the mean of squares of the orthogonal matrix, in [0, 1). Default 0.95. */
  beta2?: Scheduled;
  /** Decoupled decay, at least 0. Default 0. */
  weightDecay?: Scheduled;
  /**
   * "matchRmsAdamw": the step has a root mean square of 0.2; "spectralUnclamped": it is as long as it comes, times sqrt(o / i) for a matrix from i inputs to o
   * units; "none": as it comes. Default "matchRmsAdamw".
   */
  adjustRate?: "matchRmsAdamw" | "spectralUnclamped" | "none";
}

export const adamuonRule: Rule<AdamuonOptions> = {
  kind: "adamuon",
  learningRate: 0.02,
  fields: {
    ...orthogonalFields,
    beta2: scheduled(0.95, { min: 0, below: 1 }),
    weightDecay: scheduled(0, { min: 0 }),
    adjustRate: oneOf("matchRmsAdamw", ["matchRmsAdamw", "spectralUnclamped", "none"]),
  },
  fallback: (tensor, options) => leaveTo("adamuon", tensor, options),
  slots: () => ["mean", "squares"],
  bind(binding) {
    const { kernels, options: o, tensors, scratch } = binding;
    addKernels(kernels, lambKernels);
    const direction = orthogonalizer(binding);
    const step = scratch(Math.max(...tensors.map(({ n }) => n)));
    return (t, rate, scale) => {
      const matches = o.adjustRate === "matchRmsAdamw";
      const k = matches ? 1 : 1 / (1 - powi(o.beta2, t));
      for (const tensor of tensors) {
        const { p, s, n } = tensor;
        const { u, spare } = direction(tensor, scale);
        // what cannot be squared in float32
        kernels.flush(u, n, leastGradient({ squares: o.beta2 }));
        // Adam's step with no memory of the direction itself
        kernels.lamb(p, u, spare, s[1] as number, step, n, 0, 1, o.beta2, 1 - o.beta2, 1, k, 0, o.epsilon, 0, 1);
        const length = matches
          ? (0.2 * Math.sqrt(n)) / (Math.sqrt(kernels.sumSquares(step, n)) + o.epsilon)
          : adjustment(o.adjustRate, tensor);
        if (o.weightDecay > 0) kernels.axpy(p, p, n, -rate * o.weightDecay);
        kernels.axpy(step, p, n, -rate * length);
      }
    };
  },
};

/**
 * AdaMuon: Muon whose orthogonal matrix is divided, element by element, by its own root mean square.
 *
 * X as of `muon`; v = beta2 v + (1 - beta2) X^2; with adjustRate "matchRmsAdamw" Y = X / (sqrt(v) + epsilon) and
 * p -= learningRate (weightDecay p + 0.2 sqrt(size of p) / (|Y| + epsilon) Y); otherwise Y = X / (sqrt(v / (1 - beta2^t)) + epsilon) and
 * p -= learningRate (weightDecay p + adjust Y).
 *
 * Agrees with timm's Muon with algo "adamuon", in float32 throughout (its iteration is in bfloat16); there Nesterov's momentum is off and the coefficients are "quintic"
 * unless told otherwise. pytorch_optimizer's AdaMuon has sqrt(min(o, i)) in place of sqrt(size of p). The default rate is 0.02.
 *
 * Si, Zhang, Shen, AdaMuon: adaptive Muon optimizer, 2025.
 *
 * @throws OptionError for an unknown option or a value out of range, and from `new Optimizer` for a tensor that is not a matrix when
 *   there is no fallback.
 * @example
 * adamuon({ learningRate: 1e-3, weightDecay: 0.1, fallback: adamw({ learningRate: 1e-3 }) })
 */
export function adamuon(options: AdamuonOptions = {}): DescribedOptimizer<AdamuonOptions> {
  return make(adamuonRule, options);
}
