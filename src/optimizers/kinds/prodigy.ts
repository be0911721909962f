import { padded } from "../../engine/memory.js";
import { type Shape, sizeOf } from "../../engine/parameters.js";
import { addKernels } from "../../engine/parts.js";
import { adamKernels } from "../../generated/parts/adam.js";
import { prodigyKernels } from "../../generated/parts/prodigy.js";
import { powi } from "../../numerics/math.js";
import { boolean, integer, number, optional } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { estimateFields, largestRate } from "./dadapt.js";

export interface ProdigyOptions extends CommonOptions<ProdigyOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Decay of the sums that d is estimated from, in [0, 1). Default sqrt(beta2). */
  beta3?: number;
  /** Added to the root as d epsilon, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** At least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Whether weightDecay shrinks the values instead of adding weightDecay p to the gradient. Default true. */
  decoupled?: boolean;
  /** Multiply the rate by sqrt(1 - beta2^t) / (1 - beta1^t), as Optax always does. Default false. */
  biasCorrection?: boolean;
  /** Keep a learning rate that warms up out of the sum that d is divided by. Default false. */
  safeguardWarmup?: boolean;
  /** Where the estimate d of the distance to the solution starts, greater than 0; too small only costs steps. Default 1e-6. */
  d0?: number;
  /** A factor on the estimate, greater than 0: the first thing to change if the rate found is too low or high. Default 1. */
  dCoefficient?: number;
  /** The most by which d grows in an update, at least 1. Default: no limit. */
  growthRate?: number;
  /** Estimate d from every sliceP-th element of a tensor, which saves memory: 11 leaves a fifth over Adam's. At least 1. Default 1. */
  sliceP?: number;
}

export const prodigyRule: Rule<ProdigyOptions> = {
  kind: "prodigy",
  learningRate: 1,
  shared: ["beta1", "beta2", "beta3", "biasCorrection", "safeguardWarmup", "d0", "dCoefficient", "growthRate", "sliceP"],
  fields: {
    ...estimateFields,
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    beta3: optional(number(undefined, { min: 0, below: 1 })),
    epsilon: scheduled(1e-8, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
    decoupled: boolean(true),
    biasCorrection: boolean(false),
    safeguardWarmup: boolean(false),
    dCoefficient: number(1, { above: 0 }),
    sliceP: integer(1, { min: 1 }),
  },
  slots: () => ["mean", "squares", "sum", "start"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  lengths: (slot, shape, { sliceP }) => (sliceP > 1 && (slot === "sum" || slot === "start") ? sliceOf(shape, sliceP) : undefined),
  scalars: ({ d0 }) => ({ d: d0, highest: d0, numerator: 0, idle: 0 }),
  bind({ kernels, options: o, groups, scalars, scratch }) {
    addKernels(kernels, adamKernels, prodigyKernels);
    const state = scalars as { d: number; highest: number; numerator: number; idle: number };
    const sliced = o.sliceP > 1;
    const longest = sliced ? Math.max(...groups.flatMap(({ tensors }) => tensors.map(({ shape }) => sliceOf(shape, o.sliceP)))) : 0;
    const [values, gradients] = [scratch(longest), scratch(longest)];
    const { d0, growthRate = Number.POSITIVE_INFINITY } = o;
    return (t, _, scale) => {
      const { beta1, beta2, beta3 = Math.sqrt(beta2) } = o;
      const { d, idle } = state;
      const correction = o.biasCorrection ? Math.sqrt(1 - powi(beta2, t - idle)) / (1 - powi(beta1, t - idle)) : 1;
      const largest = largestRate(groups);
      let product = 0;
      let size = 0;
      for (const group of groups) {
        const { options: own } = group;
        const relative = group.learningRate / largest;
        const rate = d * correction * group.learningRate;
        group.learningRate = rate;
        const a3 = (d / d0) * (o.safeguardWarmup ? d * relative : rate);
        const decay = own.decoupled ? 0 : own.weightDecay;
        const [a1, a2] = [d * (1 - beta1), d * d * (1 - beta2)];
        for (const { p, g, s, n } of sliced ? [] : group.runs) {
          const [m, v, sum, start] = s as [number, number, number, number];
          if (t === 1) kernels.copy(p, start, n);
          if (rate === 0) continue;
          product += kernels.prodigy(p, g, m, v, sum, start, n, beta1, a1, beta2, a2, beta3, a3, decay, scale);
          size += kernels.sumAbs(sum, n);
        }
        for (const { p, g, s, n, shape } of sliced ? group.tensors : []) {
          const [m, v, sum, start] = s as [number, number, number, number];
          const rows = sliceOf(shape, o.sliceP);
          if (t === 1) kernels.firstColumn(p, start, rows, o.sliceP);
          if (rate === 0) continue;
          kernels.firstColumn(p, values, rows, o.sliceP);
          kernels.firstColumn(g, gradients, rows, o.sliceP);
          for (const slice of [values, gradients]) kernels.fill(slice + rows * 4, padded(rows) - rows, 0);
          // with factors of 1 and 0 in place of decays and rates, a slot is left as it is: first the sum, then the means
          kernels.prodigy(p, g, m, v, m, p, n, beta1, a1, beta2, a2, 1, 0, decay, scale);
          product += kernels.prodigy(values, gradients, sum, sum, sum, start, rows, 1, 0, 1, 0, beta3, a3, decay, scale);
          size += kernels.sumAbs(sum, rows);
        }
      }
      if (size === 0) {
        state.idle++;
        return;
      }
      state.numerator = beta3 * state.numerator + (d / d0) * d * correction * largest * product;
      const guess = (o.dCoefficient * state.numerator) / size;
      state.highest = Math.max(state.highest, guess);
      state.d = Math.min(state.highest, (d === d0 ? Math.max(d, guess) : d) * growthRate);
      for (const { learningRate, options: own, runs } of groups) {
        if (learningRate === 0) continue;
        const shrink = own.decoupled ? learningRate * own.weightDecay : 0;
        for (const { p, s, n } of runs)
          kernels.adamStep(p, s[0] as number, s[1] as number, n, learningRate, 1, state.d * own.epsilon, shrink);
      }
    };
  },
};

/** The number of elements of a tensor that d is estimated from. */
function sliceOf(shape: Shape, sliceP: number): number {
  return Math.ceil(sizeOf(shape) / sliceP);
}

/**
 * Prodigy: Adam whose rate is found from an estimate d of the distance to the solution, quicker than D-Adaptation.
 *
 * With g the gradient (plus weightDecay p when not decoupled): rate = d learningRate; N = beta3 N + (d / d0) rate <g, start - p>;
 * S = beta3 S + (d / d0) rate g; m = beta1 m + (1 - beta1) d g; v = beta2 v + (1 - beta2) (d g)^2; d = max(d, dCoefficient N / |S|_1);
 * p -= rate m / (sqrt(v) + d epsilon), decoupled also weightDecay rate p, with the rate from before d grew. As long as every gradient was zero,
 * nothing moves, and such updates do not count for the bias. growthRate limits d to the highest estimate so far and to growthRate times the d before. With sliceP above 1, N and S are sums over
 * every sliceP-th element only.
 *
 * `learningRate` (default 1) is a factor on the rate found: leave it, or give a schedule such as cosine({ rate: 1, steps }).
 * `optimizer.learningRate` is the rate found. All groups share d; a group's own learningRate scales its tensors, as if they were measured in
 * other units, and 0 leaves them where they are.
 *
 * Agrees with the authors' prodigyopt, whose groups must have one rate or 0, and with Optax for biasCorrection: true.
 *
 * Mishchenko and Defazio, Prodigy: an expeditiously adaptive parameter-free learner, 2023, algorithm 4.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * prodigy({ weightDecay: 0.01, groups: [{ match: "*.bias", weightDecay: 0 }] })
 */
export function prodigy(options: ProdigyOptions = {}): DescribedOptimizer<ProdigyOptions> {
  return make(prodigyRule, options);
}
