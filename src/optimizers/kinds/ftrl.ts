import { addKernels } from "../../engine/parts.js";
import { ftrlKernels } from "../../generated/parts/ftrl.js";
import { number } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface FtrlOptions extends CommonOptions<FtrlOptions> {
  /** What sums of squares start at, at least 0. Default 0.1 (pytorch_optimizer: 0). */
  initialAccumulator?: number;
  /** The weight of |p|, which keeps parameters at exactly 0; at least 0. Default 0. */
  l1?: Scheduled;
  /** The weight of p^2, at least 0. Default 0. */
  l2?: Scheduled;
  /** The weight of p^2 as a part of the gradient, at least 0. Default 0. */
  shrinkage?: Scheduled;
  /** Added to the root of squares, at least 0. Default 0. */
  beta?: Scheduled;
}

export const ftrlRule: Rule<FtrlOptions> = {
  kind: "ftrl",
  learningRate: 1e-3,
  fields: {
    initialAccumulator: number(0.1, { min: 0 }),
    l1: scheduled(0, { min: 0 }),
    l2: scheduled(0, { min: 0 }),
    shrinkage: scheduled(0, { min: 0 }),
    beta: scheduled(0, { min: 0 }),
  },
  traits: ["readsValues", "setsValues"],
  slots: () => ["linear", "squares"],
  squares: () => ({ decays: { squares: 1 } }),
  initial: (slot, { initialAccumulator }) => (slot === "squares" ? initialAccumulator : 0),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, ftrlKernels);
    return (_, rate, scale) => {
      // a warm-up may begin with rates of 0, which move nothing
      if (rate === 0) return;
      const l2 = o.beta / rate + 2 * o.l2;
      for (const { p, g, s, n } of runs) {
        const [z, squares] = s as [number, number];
        kernels.ftrl(p, g, z, squares, n, 1 / rate, o.l1, l2, 2 * o.shrinkage, scale);
      }
    };
  },
};

/**
 * FTRL-proximal: Adagrad for sparse linear models, whose parameters are recomputed from all gradients so far, and stay at exactly 0 where
 * these do not outweigh l1.
 *
 * With g the gradient: s = n + g^2; z += g + 2 shrinkage p - (sqrt(s) - sqrt(n)) / learningRate p; n = s;
 * p = 0 where |z| <= l1, else (sign(z) l1 - z) / ((beta + sqrt(n)) / learningRate + 2 l2).
 *
 * Agrees with Keras's Ftrl, defaults included, and with pytorch_optimizer's FTRL, where lambda_2 is 2 l2, for the square root as the power. Start values of p count only
 * through the first update. The default rate is 1e-3; for linear models 0.1 is usual.
 *
 * McMahan et al., Ad click prediction: a view from the trenches, 2013.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * ftrl({ learningRate: 0.1, l1: 1e-3, l2: 1e-3, beta: 1 })
 */
export function ftrl(options: FtrlOptions = {}): DescribedOptimizer<FtrlOptions> {
  return make(ftrlRule, options);
}
