import { addKernels } from "../../engine/parts.js";
import { estimatesKernels } from "../../generated/parts/estimates.js";
import { hypergradientKernels } from "../../generated/parts/hypergradient.js";
import { sgdKernels } from "../../generated/parts/sgd.js";
import { powi } from "../../numerics/math.js";
import { boolean } from "../../options/options.js";
import { type Binding, type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { largestRate } from "./dadapt.js";

interface HypergradientOptions<Own> extends CommonOptions<Own> {
  /** The learning rate of the learning rate, at least 0. Default 1e-3 (SGD) and 1e-7 (Adam), the paper's for the additive rule. */
  hyperRate?: Scheduled;
  /** Learn a factor on the rate from the cosine between gradient and last step, free of units: try a hyperRate of 0.02. Default false. */
  multiplicative?: boolean;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export interface SgdHypergradientOptions extends HypergradientOptions<SgdHypergradientOptions> {
  /** Decay of the velocity, at least 0. Default 0. */
  momentum?: Scheduled;
  /** Step from where the velocity will lead. Default false. */
  nesterov?: boolean;
}

export interface AdamHypergradientOptions extends HypergradientOptions<AdamHypergradientOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
}

interface Learned {
  hyperRate: number;
  multiplicative: boolean;
  weightDecay: number;
}

const fields = (hyperRate: number) => ({
  hyperRate: scheduled(hyperRate, { min: 0 }),
  multiplicative: boolean(false),
  weightDecay: scheduled(0, { min: 0 }),
});

/** The learned quantity: a factor on the rate, or an addend. */
const scalars = ({ multiplicative }: Learned) => ({ learned: multiplicative ? 1 : 0 });

/** A rate and what was learned on top of it, never below 0; 0 stays 0. */
export function added(rate: number, learned: number): number {
  return rate === 0 ? 0 : Math.max(rate + learned, 0);
}

/** Learns from the gradient and the last steps, which are in slot `last` of every group, and sets the groups' rates. */
function learn({ kernels, options: o, groups, scalars }: Binding<Learned>, last: number, scale: number): void {
  const state = scalars as { learned: number };
  let product = 0;
  let gradient = 0;
  let step = 0;
  for (const { runs, options } of groups) {
    for (const { p, g, s, n } of runs) {
      const u = s[last] as number;
      product += kernels.dotDecayed(p, g, u, n, options.weightDecay, scale);
      if (!o.multiplicative) continue;
      gradient += kernels.sumSquaresDecayed(p, g, n, options.weightDecay, scale);
      step += kernels.sumSquares(u, n);
    }
  }
  if (!o.multiplicative) state.learned = Math.max(state.learned + o.hyperRate * product, -largestRate(groups));
  else if (product !== 0) state.learned *= Math.max(1 + (o.hyperRate * product) / Math.sqrt(gradient * step), 0);
  for (const group of groups)
    group.learningRate = o.multiplicative ? group.learningRate * state.learned : added(group.learningRate, state.learned);
}

export const sgdHypergradientRule: Rule<SgdHypergradientOptions> = {
  kind: "sgdHypergradient",
  learningRate: 1e-3,
  shared: ["hyperRate", "multiplicative", "nesterov"],
  fields: { ...fields(1e-3), momentum: scheduled(0, { min: 0 }), nesterov: boolean(false) },
  slots: ({ nesterov }) => ["velocity", ...(nesterov ? ["step"] : [])],
  scalars,
  bind(binding) {
    const { kernels, options: o, groups } = binding;
    addKernels(kernels, estimatesKernels, hypergradientKernels, sgdKernels);
    return (_, __, scale) => {
      learn(binding, o.nesterov ? 1 : 0, scale);
      for (const { learningRate, options: own, runs } of groups) {
        for (const { p, g, s, n } of runs) {
          const [b, u] = s as [number, number];
          if (o.nesterov) kernels.sgdHypergradient(p, g, b, u, n, learningRate, own.momentum, own.weightDecay, scale);
          else kernels.sgdMomentum(p, g, b, n, learningRate, own.momentum, 1, own.weightDecay, scale);
        }
      }
    };
  },
};

export const adamHypergradientRule: Rule<AdamHypergradientOptions> = {
  kind: "adamHypergradient",
  learningRate: 1e-3,
  shared: ["hyperRate", "multiplicative"],
  fields: {
    ...fields(1e-7),
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
  },
  slots: () => ["mean", "squares", "step"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 }, coupled: true }),
  scalars,
  bind(binding) {
    const { kernels, groups } = binding;
    addKernels(kernels, estimatesKernels, hypergradientKernels);
    return (t, _, scale) => {
      learn(binding, 2, scale);
      for (const { learningRate, options: o, runs } of groups) {
        const c1 = 1 / (1 - powi(o.beta1, t));
        const c2 = 1 / Math.sqrt(1 - powi(o.beta2, t));
        const [a1, a2] = [1 - o.beta1, 1 - o.beta2];
        for (const { p, g, s, n } of runs) {
          const [m, v, u] = s as [number, number, number];
          kernels.adamHypergradient(p, g, m, v, u, n, learningRate, o.beta1, a1, o.beta2, a2, c1, c2, o.epsilon, o.weightDecay, scale);
        }
      }
    };
  },
};

/**
 * SGD with hypergradient descent: the learning rate is learned too, growing while gradients point along the step before.
 *
 * With g the gradient plus weightDecay p, and u the last step at rate 1 (0 at first): rate += hyperRate <g, u>, or multiplicative
 * rate *= 1 + hyperRate <g, u> / (|g| |u|); never below 0. Then b = momentum b + g; u = nesterov ? g + momentum b : b; p -= rate u.
 *
 * The rate starts at `learningRate` (default 1e-3); `optimizer.learningRate` is the one used. What is learned is kept apart (something added to
 * learningRate, or a factor), from products over all groups, so that schedules and groups with rates of their own go on working. The additive rule's
 * hyperRate has the units of rate^2 / loss and must fit the problem; the multiplicative one has none.
 *
 * The paper's algorithms 4 and 5 and its multiplicative rule; the authors' code refuses groups. No other library ships it.
 *
 * Baydin, Cornish, Rubio, Schmidt and Wood, Online learning rate adaptation with hypergradient descent, 2018.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * sgdHypergradient({ learningRate: 0.01, hyperRate: 0.02, multiplicative: true, momentum: 0.9 })
 */
export function sgdHypergradient(options: SgdHypergradientOptions = {}): DescribedOptimizer<SgdHypergradientOptions> {
  return make(sgdHypergradientRule, options);
}

/**
 * Adam with hypergradient descent: as `sgdHypergradient`, with Adam's step u = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon).
 *
 * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2, with g the gradient plus weightDecay p. The rate starts at `learningRate` (default 1e-3).
 *
 * The paper's algorithm 6 and its multiplicative rule. No other library ships it.
 *
 * Baydin, Cornish, Rubio, Schmidt and Wood, Online learning rate adaptation with hypergradient descent, 2018.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * adamHypergradient({ hyperRate: 1e-7 })
 */
export function adamHypergradient(options: AdamHypergradientOptions = {}): DescribedOptimizer<AdamHypergradientOptions> {
  return make(adamHypergradientRule, options);
}
