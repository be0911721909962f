import { addKernels } from "../../engine/parts.js";
import { estimatesKernels } from "../../generated/parts/estimates.js";
import { sgdKernels } from "../../generated/parts/sgd.js";
import { number, oneOf } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule } from "../rule.js";

export interface PolyakOptions extends CommonOptions<PolyakOptions> {
  /** Greatest lower bound known of the loss. Default 0. */
  minimumLoss?: number;
  /** A factor on the gradient: the step is divided by it, c in the paper; greater than 0. Default 1. */
  scale?: number;
  /** Added to the squared norm of the gradient, at least 0. Default 0. */
  epsilon?: number;
  /** The treatment of a loss below minimumLoss: with "sps" the step goes uphill, with "spsPlus" there is none. Default "sps". */
  variant?: "sps" | "spsPlus";
}

/** The squared norm at and below which a gradient counts as zero, as in Optax. */
export const NO_STEP = 2.220446049250313e-16;

export const polyakRule: Rule<PolyakOptions> = {
  kind: "polyak",
  learningRate: 1,
  needs: "loss",
  shared: ["minimumLoss", "scale", "epsilon", "variant"],
  fields: {
    minimumLoss: number(0),
    scale: number(1, { above: 0 }),
    epsilon: number(0, { min: 0 }),
    variant: oneOf("sps", ["sps", "spsPlus"]),
  },
  slots: () => [],
  bind({ kernels, options: o, groups }) {
    addKernels(kernels, estimatesKernels, sgdKernels);
    return (_, __, scale, loss) => {
      const factor = scale * o.scale;
      let squares = o.epsilon;
      for (const { runs } of groups) for (const { p, g, n } of runs) squares += kernels.sumSquaresDecayed(p, g, n, 0, factor);
      const gap = o.variant === "spsPlus" ? Math.max(loss - o.minimumLoss, 0) : loss - o.minimumLoss;
      for (const group of groups) {
        const rate = squares <= NO_STEP ? 0 : Math.min(gap / squares, group.learningRate);
        for (const { p, g, n } of group.runs) kernels.sgd(p, g, n, rate, 0, factor);
        group.learningRate = rate * o.scale;
      }
    };
  },
};

/**
 * The Polyak step: SGD whose rate is the loss still to lose over the squared norm of the gradient. Needs the loss: `optimizer.step(loss)`.
 *
 * With g the gradient times scale: rate = min((loss - minimumLoss) / (|g|^2 + epsilon), learningRate), 0 for a zero gradient; p -= rate g.
 *
 * `learningRate` (default 1) is the highest rate allowed; `optimizer.learningRate` is the one used. The norm is over all groups. Right where the
 * model can reach minimumLoss on every batch (interpolation); otherwise it ends in noise.
 *
 * Agrees with Optax's polyak_sgd: variant "sps" is Loizou et al.'s, "spsPlus" Garrigos et al.'s SPS+.
 *
 * Polyak, Introduction to optimization, 1987; Loizou et al., Stochastic Polyak step-size for SGD, 2021; Garrigos, Gower and Schaipp, Function
 * value learning, 2023.
 *
 * @throws OptionError for an unknown option or a value out of range; from `step()` when the loss is missing.
 * @example
 * const optimizer = new Optimizer(parameters, polyak({ learningRate: 1 }));
 * optimizer.step(0.3);
 */
export function polyak(options: PolyakOptions = {}): DescribedOptimizer<PolyakOptions> {
  return make(polyakRule, options);
}
