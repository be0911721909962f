import { addKernels } from "../../engine/parts.js";
import { adamKernels } from "../../generated/parts/adam.js";
import { estimatesKernels } from "../../generated/parts/estimates.js";
import { fromStartKernels } from "../../generated/parts/fromStart.js";
import { prodigyKernels } from "../../generated/parts/prodigy.js";
import { powi } from "../../numerics/math.js";
import { boolean, number, optional } from "../../options/options.js";
import { type Binding, type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";

interface EstimateOptions<Own> extends CommonOptions<Own> {
  /** Where the estimate d of the distance to the solution starts, greater than 0; too small only costs steps. Default 1e-6. */
  d0?: number;
  /** The most by which d grows in an update, at least 1. Default: no limit. */
  growthRate?: number;
}

export interface DadaptSgdOptions extends EstimateOptions<DadaptSgdOptions> {
  /** The share of each step that is put off to later ones, in [0, 1). Default 0. */
  momentum?: Scheduled;
  /** Coupled decay, added to the gradient as weightDecay p; at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export interface DadaptAdamOptions extends EstimateOptions<DadaptAdamOptions> {
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
  /** At least 0. Default 0. */
  weightDecay?: Scheduled;
  /** Whether weightDecay shrinks the values instead of adding weightDecay p to the gradient. Default false. */
  decoupled?: boolean;
  /** Multiply the rate by sqrt(1 - beta2^t) / (1 - beta1^t). Default false. */
  biasCorrection?: boolean;
}

export const estimateFields = {
  d0: number(1e-6, { above: 0 }),
  growthRate: optional(number(undefined, { min: 1 })),
};

/** The rate that an estimate shared by groups is made with; a group's own counts relative to it. */
export function largestRate(groups: readonly Binding<unknown>[]): number {
  let rate = 0;
  for (const { learningRate } of groups) rate = Math.max(rate, learningRate);
  return rate;
}

export const dadaptSgdRule: Rule<DadaptSgdOptions> = {
  kind: "dadaptSgd",
  learningRate: 1,
  shared: ["d0", "growthRate"],
  traits: ["setsValues"],
  fields: {
    ...estimateFields,
    momentum: scheduled(0, { min: 0, below: 1 }),
    weightDecay: scheduled(0, { min: 0 }),
  },
  slots: () => ["sum", "start"],
  scalars: ({ d0 }) => ({ d: d0, numerator: 0, first: 0 }),
  bind({ kernels, options: { growthRate = Number.POSITIVE_INFINITY }, groups, scalars }) {
    addKernels(kernels, estimatesKernels, fromStartKernels, prodigyKernels);
    const state = scalars as { d: number; numerator: number; first: number };
    return (t, _, scale) => {
      const largest = largestRate(groups);
      if (t === 1) for (const { runs } of groups) for (const { p, s, n } of runs) kernels.copy(p, s[1] as number, n);
      if (state.first === 0) {
        let squares = 0;
        for (const { runs, learningRate } of groups) {
          for (const { p, g, n } of runs) squares += kernels.sumSquaresDecayed(p, g, n, 0, scale) * (learningRate / largest);
        }
        state.first = squares > 0 ? Math.sqrt(squares) : 0;
      }
      const unit = state.first === 0 ? 0 : state.d / state.first;
      let product = 0;
      let squares = 0;
      for (const group of groups) {
        const relative = group.learningRate / largest;
        group.learningRate *= unit;
        if (group.learningRate === 0) continue;
        for (const { p, g, s, n } of group.runs) {
          const sum = s[0] as number;
          product += kernels.dadaptSgd(p, g, sum, n, group.learningRate, group.options.weightDecay, scale);
          squares += kernels.sumSquares(sum, n) / relative;
        }
      }
      if (squares === 0) return;
      state.numerator += unit * largest * product;
      state.d = Math.max(state.d, Math.min((2 * state.numerator) / Math.sqrt(squares), state.d * growthRate));
      for (const { learningRate, options: o, runs } of groups) {
        if (learningRate === 0) continue;
        for (const { p, s, n } of runs) kernels.fromStart(p, s[0] as number, s[1] as number, n, o.momentum, 1 - o.momentum);
      }
    };
  },
};

export const dadaptAdamRule: Rule<DadaptAdamOptions> = {
  kind: "dadaptAdam",
  learningRate: 1,
  shared: ["d0", "growthRate", "beta1", "beta2", "biasCorrection"],
  fields: {
    ...estimateFields,
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
    weightDecay: scheduled(0, { min: 0 }),
    decoupled: boolean(false),
    biasCorrection: boolean(false),
  },
  slots: () => ["mean", "squares", "sum"],
  squares: ({ beta2, decoupled }) => ({ decays: { squares: beta2 }, coupled: !decoupled }),
  scalars: ({ d0 }) => ({ d: d0, numerator: 0, idle: 0 }),
  bind({ kernels, options: o, groups, scalars }) {
    addKernels(kernels, adamKernels, estimatesKernels, prodigyKernels);
    const state = scalars as { d: number; numerator: number; idle: number };
    const { growthRate = Number.POSITIVE_INFINITY } = o;
    return (t, _, scale) => {
      const { beta1, beta2 } = o;
      const root = Math.sqrt(beta2);
      // as in the authors' code, updates before the first gradient that is not zero do not count
      const count = t - state.idle;
      const unit = state.d * (o.biasCorrection ? Math.sqrt(1 - powi(beta2, count)) / (1 - powi(beta1, count)) : 1);
      const largest = unit * largestRate(groups);
      let product = 0;
      let size = 0;
      for (const group of groups) {
        const { options: own } = group;
        const rate = unit * group.learningRate;
        group.learningRate = rate;
        if (rate === 0) continue;
        const decay = own.decoupled ? 0 : own.weightDecay;
        for (const { p, g, s, n } of group.runs) {
          const [m, v, sum] = s as [number, number, number];
          const [a1, a2, a3] = [rate * (1 - beta1), 1 - beta2, rate * (1 - root)];
          product += kernels.dadaptAdam(p, g, m, v, sum, n, beta1, a1, beta2, a2, root, a3, own.epsilon, decay, scale);
          size += kernels.sumAbs(sum, n);
        }
      }
      if (size === 0) {
        state.idle++;
        return;
      }
      state.numerator = root * state.numerator + (1 - root) * largest * product;
      state.d = Math.max(state.d, Math.min(state.numerator / ((1 - root) * size), state.d * growthRate));
      for (const { learningRate, options: own, runs } of groups) {
        if (learningRate === 0) continue;
        const shrink = own.decoupled ? learningRate * own.weightDecay : 0;
        for (const { p, s, n } of runs) kernels.adamStep(p, s[0] as number, s[1] as number, n, 1, 1, own.epsilon, shrink);
      }
    };
  },
};

/**
 * D-Adapted SGD: finds the rate from a lower bound d on the distance to the solution, which grows as gradients keep pointing away from where
 * they summed up to.
 *
 * With g the gradient plus weightDecay p, and g1 the norm of the first gradient (without decay): rate = d learningRate / g1;
 * N += rate <g, S>; S += rate g; d = max(d, min(2 N / |S|, growthRate d)); p = momentum p + (1 - momentum) (start - S).
 *
 * `learningRate` (default 1) is a factor on the rate found, for schedules; `optimizer.learningRate` is that rate. All groups share d; a group's
 * own learningRate scales its tensors, as if they were measured in other units, and 0 leaves them where they are.
 *
 * Agrees with the authors' DAdaptSGD, whose groups must have one rate or 0.
 *
 * Defazio and Mishchenko, Learning-rate-free learning by D-Adaptation, 2023, algorithm 4.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * dadaptSgd({ momentum: 0.9 })
 */
export function dadaptSgd(options: DadaptSgdOptions = {}): DescribedOptimizer<DadaptSgdOptions> {
  return make(dadaptSgdRule, options);
}

/**
 * D-Adapted Adam: Adam whose rate is found from a lower bound d on the distance to the solution.
 *
 * With g the gradient plus weightDecay p (not when decoupled), q = sqrt(beta2): rate = d learningRate;
 * N = q N + (1 - q) rate <g, S / (sqrt(v) + epsilon)>; m = beta1 m + (1 - beta1) rate g; v = beta2 v + (1 - beta2) g^2;
 * S = q S + (1 - q) rate g; d = max(d, min(N / ((1 - q) |S|_1), growthRate d)); p -= m / (sqrt(v) + epsilon), decoupled also weightDecay rate p.
 *
 * `learningRate` (default 1) is a factor on the rate found, for schedules; `optimizer.learningRate` is that rate. All groups share d; a group's
 * own learningRate counts relative to the largest.
 *
 * Agrees with the authors' DAdaptAdam (groups: its `layer_scale`).
 *
 * Defazio and Mishchenko, Learning-rate-free learning by D-Adaptation, 2023, algorithm 5.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * dadaptAdam({ weightDecay: 0.01, decoupled: true })
 */
export function dadaptAdam(options: DadaptAdamOptions = {}): DescribedOptimizer<DadaptAdamOptions> {
  return make(dadaptAdamRule, options);
}
