import { oneOf } from "../../options/options.js";
import { adjustment, leaveTo, type OrthogonalOptions, orthogonalFields, orthogonalizer, type RateAdjustment } from "../orthogonal.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface MuonOptions extends OrthogonalOptions, CommonOptions<MuonOptions> {
  /** Decoupled decay, at least 0. Default 0.1. */
  weightDecay?: Scheduled;
  /**
   * The factor on the rate of a matrix from i inputs to o units: "original" sqrt(max(1, o / i)), "matchRmsAdamw" 0.2 sqrt(max(o,
   * i)), with which rates found for AdamW can be used, "spectralUnclamped" sqrt(o / i), "none" 1. Default "original". The option `units` of the
   * parameters says which axis counts units.
   */
  adjustRate?: RateAdjustment;
}

export const muonRule: Rule<MuonOptions> = {
  kind: "muon",
  learningRate: 1e-3,
  fields: {
    ...orthogonalFields,
    weightDecay: scheduled(0.1, { min: 0 }),
    adjustRate: oneOf("original", ["original", "matchRmsAdamw", "spectralUnclamped", "none"]),
  },
  fallback: (tensor, options) => leaveTo("muon", tensor, options),
  slots: () => ["mean"],
  bind(binding) {
    const { kernels, options: o, tensors } = binding;
    const direction = orthogonalizer(binding);
    return (_, rate, scale) => {
      for (const tensor of tensors) {
        const { p, n } = tensor;
        const { u } = direction(tensor, scale);
        if (o.weightDecay > 0) kernels.axpy(p, p, n, -rate * o.weightDecay);
        kernels.axpy(u, p, n, -rate * adjustment(o.adjustRate, tensor));
      }
    };
  },
};

/**
 * Muon: momentum whose step for a matrix is the orthogonal matrix nearest to it, so that every direction of the matrix is stepped alike.
 * Tensors that are not matrices go to another optimizer.
 *
 * m = momentum m + (1 - momentum) g; u = nesterov ? (1 - momentum) g + momentum m : m; X = u / max(safetyFactor |u|, epsilon); newtonSchulzSteps
 * times X = k0 X + (k1 A + k2 A A) X with A = X X'; p -= learningRate (weightDecay p + adjust X), adjust after the shape of p. momentumForm
 * "sum": m = momentum m + g; u = nesterov ? g + momentum m : m, whose direction is the same while the momentum is. Each iteration may have
 * k0, k1, k2 of its own: "polarExpress" are the best ones for singular values from 1e-3 to 1, with a safety of 1 %, "polarExpressSafer" of 2 %.
 *
 * Agrees with PyTorch's Muon of a matrix [units × inputs], and of one [inputs × units] as in `mlp` with its transpose, defaults included, and with timm's and its presets, in float32 throughout, where their iteration is in bfloat16 (three digits). Optax and
 * Keras add epsilon to the norm. The state is a mean, or a sum. The default rate is 1e-3.
 *
 * Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024; Liu et al., Muon is scalable for LLM training, 2025
 * (matchRmsAdamw); Amsel et al., The Polar Express, 2025 (polarExpress).
 *
 * @throws OptionError for an unknown option or a value out of range, and from `new Optimizer` for a tensor that is not a matrix when
 *   there is no fallback.
 * @example
 * muon({ learningRate: 0.02, fallback: adamw({ learningRate: 1e-3 }), groups: [{ match: "head.*", orthogonalize: false }] })
 */
export function muon(options: MuonOptions = {}): DescribedOptimizer<MuonOptions> {
  return make(muonRule, options);
}
