import { addKernels } from "../../engine/parts.js";
import { sophiaKernels } from "../../generated/parts/sophia.js";
import { powi } from "../../numerics/math.js";
import { Random } from "../../numerics/random.js";
import { ShapeError } from "../../options/errors.js";
import { demand, integer, oneOf, show } from "../../options/options.js";
import type { Optimizer } from "../optimizer.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

export interface SophiaOptions extends CommonOptions<SophiaOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.965. */
  beta1?: Scheduled;
  /** Decay of the mean of estimates of the Hessian's diagonal, in [0, 1). Default 0.99. */
  beta2?: Scheduled;
  /** The scale of the Hessian: the smaller, the more elements are clamped; greater than 0. Default 0.01. */
  gamma?: Scheduled;
  /** The least divisor, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** The most that an element may move, in learning rates, greater than 0. Default 1. */
  clip?: Scheduled;
  /** Decoupled decay: p is multiplied by 1 - learningRate weightDecay; at least 0. Default 1e-4. */
  weightDecay?: Scheduled;
  /** Updates t with (t - 1) mod updateInterval = 0 take in an estimate; at least 1. Default 10. */
  updateInterval?: number;
  /** Where estimates come from: the gradient's own squares, or the optimizer's slot "estimate", which is yours to fill. Default "squares". */
  estimate?: "squares" | "given";
}

export const sophiaRule: Rule<SophiaOptions> = {
  kind: "sophia",
  learningRate: 1e-3,
  fields: {
    beta1: scheduled(0.965, { min: 0, below: 1 }),
    beta2: scheduled(0.99, { min: 0, below: 1 }),
    gamma: scheduled(0.01, { above: 0 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    clip: scheduled(1, { above: 0 }),
    weightDecay: scheduled(1e-4, { min: 0 }),
    updateInterval: integer(10, { min: 1 }),
    estimate: oneOf("squares", ["squares", "given"]),
  },
  slots: ({ estimate }) => ["mean", "hessian", ...(estimate === "given" ? ["estimate"] : [])],
  squares: () => ({ decays: {}, coupled: true }),
  bind({ kernels, options: o, runs }) {
    addKernels(kernels, sophiaKernels);
    return (t, rate, scale) => {
      const k = 1 / (1 - powi(o.beta1, t));
      const shrink = rate * o.weightDecay;
      const isDue = (t - 1) % o.updateInterval === 0;
      for (const { p, g, s, n } of runs) {
        const [m, h, estimate] = s as [number, number, number];
        kernels.sophia(p, g, m, h, n, rate, o.beta1, 1 - o.beta1, k, o.gamma, o.epsilon, o.clip, shrink, scale);
        if (isDue && o.estimate === "given") {
          kernels.scale(h, n, o.beta2);
          kernels.axpy(estimate, h, n, 1 - o.beta2);
        } else if (isDue) kernels.sophiaSquares(h, g, n, o.beta2, 1 - o.beta2, scale);
      }
    };
  },
};

/**
 * Sophia: the mean gradient divided by an estimate of the Hessian's diagonal, each element clamped.
 *
 * With g the gradient: m = beta1 m + (1 - beta1) g; u = m / (1 - beta1^t) / max(gamma h, epsilon), clamped to [-clip, clip];
 * p -= learningRate (u + weightDecay p). After that, every updateInterval updates, h = beta2 h + (1 - beta2) estimate.
 *
 * The estimate is g^2 (the empirical Fisher information: nothing is asked of you), or with estimate "given" what the optimizer's slot
 * "estimate" holds: `hutchinson` fills it from products of the Hessian with a vector; the paper's other choice is the batch size times the
 * squared gradient for labels drawn from the model.
 *
 * Agrees with Optax's sophia given the same estimates. The default rate is 1e-3.
 *
 * Liu, Li, Hall, Liang, Ma, Sophia: a scalable stochastic second-order optimizer for language model pre-training, 2023.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * sophia({ learningRate: 1e-3, gamma: 0.05 })
 */
export function sophia(options: SophiaOptions = {}): DescribedOptimizer<SophiaOptions> {
  return make(sophiaRule, options);
}

/**
 * Hutchinson's estimate of the Hessian's diagonal, for `sophia({ estimate: "given" })`: with z random signs, z (H z) element by element,
 * whose mean is the diagonal. It is left in the optimizer's slot "estimate", from which the next update that is due takes it in.
 *
 * @param optimizer of sophia, with estimate "given".
 * @param product returns H z at the current values, given z, both by name of tensor; frozen tensors have no part in it. Where only gradients
 * can be had, (gradient(p + e z) - gradient(p - e z)) / (2 e) with a small e is H z.
 * @param seed the signs follow from it and the number of updates made, so that a run that is resumed draws the same. Default 1.
 * @throws OptionError when the optimizer has no slot "estimate"; ShapeError where the product of a tensor is missing or of another length.
 * @example
 * const optimizer = new Optimizer(parameters, sophia({ estimate: "given", updateInterval: 10 }));
 * // the loss is 2 w^2: its Hessian times z is 4 z
 * if (optimizer.steps % 10 === 0) hutchinson(optimizer, (z) => new Map([["weight", z.get("weight").map((x) => 4 * x)]]));
 * optimizer.step();
 */
export function hutchinson(
  optimizer: Optimizer,
  product: (z: ReadonlyMap<string, Float32Array>) => ReadonlyMap<string, ArrayLike<number>>,
  seed = 1,
): void {
  demand(typeof optimizer?.slot === "function", "hutchinson.optimizer", optimizer, "an Optimizer");
  demand(typeof product === "function", "hutchinson.product", product, "a function that gives the Hessian times z");
  const random = new Random(seed, "hutchinson", optimizer.steps);
  const tensors = [...optimizer.slot("estimate")];
  const signs = new Map(tensors.map(([name, { length }]) => [name, Float32Array.from({ length }, () => sign(random))]));
  const products = product(signs);
  demand(typeof products?.get === "function", "hutchinson.product", products, "a function that returns a Map by name of tensor");
  for (const [name, { length }] of tensors) {
    const given = products.get(name)?.length ?? "none";
    if (given !== length) throw new ShapeError(`the product for ${show(name)} must have ${length} elements, got ${given}`);
  }
  // Asked for again, because the product may have taken memory.
  for (const [name, estimate] of optimizer.slot("estimate")) {
    const z = signs.get(name) as Float32Array;
    const hz = products.get(name) as ArrayLike<number>;
    for (let i = 0; i < estimate.length; i++) estimate[i] = (z[i] as number) * (hz[i] as number);
  }
}

function sign(random: Random): number {
  return random.bits() & 1 ? 1 : -1;
}
