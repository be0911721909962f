import { addKernels } from "../../engine/parts.js";
import { adamKernels } from "../../generated/parts/adam.js";
import { estimatesKernels } from "../../generated/parts/estimates.js";
import { momoKernels } from "../../generated/parts/momo.js";
import { sgdKernels } from "../../generated/parts/sgd.js";
import { powi } from "../../numerics/math.js";
import { boolean, number } from "../../options/options.js";
import { type CommonOptions, type DescribedOptimizer, make, type Rule, type Scheduled, scheduled } from "../rule.js";
import { NO_STEP } from "./polyak.js";

interface ModelOptions<Own> extends CommonOptions<Own> {
  /** Greatest lower bound known of the loss. Default 0. */
  lowerBound?: number;
  /** Raise the bound above lowerBound from what is seen. Default false. */
  adaptLowerBound?: boolean;
  /** Proximal decay, p / (1 + rate weightDecay); at least 0. Default 0. */
  weightDecay?: Scheduled;
}

export interface MomoOptions extends ModelOptions<MomoOptions> {
  /** Decay of the averages, in [0, 1). Default 0.9. */
  momentum?: Scheduled;
}

export interface MomoAdamOptions extends ModelOptions<MomoAdamOptions> {
  /** Decay of the averages, in [0, 1). Default 0.9. */
  beta1?: Scheduled;
  /** Decay of the mean of squared gradients, in [0, 1). Default 0.999. */
  beta2?: Scheduled;
  /** Added to the bias-corrected root, greater than 0. Default 1e-8. */
  epsilon?: Scheduled;
}

const fields = {
  lowerBound: number(0),
  adaptLowerBound: boolean(false),
  weightDecay: scheduled(0, { min: 0 }),
};

/** Averages of the loss and of <gradient, p>, and the bound in use. */
interface State {
  loss: number;
  product: number;
  bound: number;
}

const scalars = ({ lowerBound }: { lowerBound: number }) => ({ loss: 0, product: 0, bound: lowerBound });

/** The step at which the model of the loss reaches the bound: `inner` is <m, p>, `squares` the norm, `k` 1 + rate weightDecay. */
function reach({ loss, product, bound }: State, inner: number, squares: number, k: number, correction: number): number {
  return squares <= NO_STEP ? 0 : Math.max(k * (loss - correction * bound - product) + inner, 0) / squares;
}

/** A bound that the model cannot keep is halved towards what it can. */
function lower(state: State, lowest: number, inner: number, k: number, correction: number): void {
  const cap = k * (state.loss - state.product) + inner;
  if (cap < k * correction * state.bound) state.bound = Math.max(cap / (2 * correction * k), lowest);
}

/** The bound that the step of size `tau` suggests. */
function raise(state: State, lowest: number, inner: number, squares: number, tau: number, correction: number): void {
  state.bound = Math.max((state.loss + inner - state.product - 0.5 * tau * squares) / correction, lowest);
}

export const momoRule: Rule<MomoOptions> = {
  kind: "momo",
  learningRate: 1,
  needs: "loss",
  shared: ["lowerBound", "adaptLowerBound", "momentum"],
  fields: { ...fields, momentum: scheduled(0.9, { min: 0, below: 1 }) },
  slots: () => ["mean"],
  scalars,
  bind({ kernels, options: o, groups, scalars }) {
    addKernels(kernels, estimatesKernels, momoKernels, sgdKernels);
    const state = scalars as unknown as State;
    return (t, rate, scale, loss) => {
      const b = t === 1 ? 0 : o.momentum;
      let product = 0;
      let inner = 0;
      let squares = 0;
      for (const { runs } of groups) {
        for (const { p, g, s, n } of runs) {
          const m = s[0] as number;
          product += kernels.dotDecayed(p, g, p, n, 0, scale);
          squares += kernels.momo(g, m, n, b, 1 - b, scale);
          inner += kernels.dot(m, p, n);
        }
      }
      state.loss = b * state.loss + (1 - b) * loss;
      state.product = b * state.product + (1 - b) * product;
      const k = 1 + rate * o.weightDecay;
      if (o.adaptLowerBound) lower(state, o.lowerBound, inner, k, 1);
      for (const group of groups) {
        const decay = group.learningRate * group.options.weightDecay;
        const tau = Math.min(group.learningRate, reach(state, inner, squares, 1 + decay, 1));
        for (const { p, s, n } of group.runs) kernels.sgd(p, s[0] as number, n, 1, decay / (1 + decay), tau);
        group.learningRate = tau;
      }
      if (o.adaptLowerBound) raise(state, o.lowerBound, inner, squares, Math.min(rate, reach(state, inner, squares, k, 1)), 1);
    };
  },
};

export const momoAdamRule: Rule<MomoAdamOptions> = {
  kind: "momoAdam",
  learningRate: 1e-2,
  needs: "loss",
  shared: ["lowerBound", "adaptLowerBound", "beta1", "beta2", "epsilon"],
  fields: {
    ...fields,
    beta1: scheduled(0.9, { min: 0, below: 1 }),
    beta2: scheduled(0.999, { min: 0, below: 1 }),
    epsilon: scheduled(1e-8, { above: 0 }),
  },
  slots: () => ["mean", "squares"],
  squares: ({ beta2 }) => ({ decays: { squares: beta2 } }),
  scalars,
  bind({ kernels, options: o, groups, scalars }) {
    addKernels(kernels, adamKernels, estimatesKernels, momoKernels);
    const state = scalars as unknown as State;
    return (t, rate, scale, loss) => {
      const { beta1, beta2, epsilon } = o;
      const [a1, a2] = [1 - beta1, 1 - beta2];
      const c1 = 1 - powi(beta1, t);
      const c2 = 1 / Math.sqrt(1 - powi(beta2, t));
      let product = 0;
      let inner = 0;
      let squares = 0;
      for (const { runs } of groups) {
        for (const { p, g, s, n } of runs) {
          const [m, v] = s as [number, number];
          product += kernels.dotDecayed(p, g, p, n, 0, scale);
          squares += kernels.momoAdam(g, m, v, n, beta1, a1, beta2, a2, c2, epsilon, scale);
          inner += kernels.dot(m, p, n);
        }
      }
      state.loss = beta1 * state.loss + a1 * loss;
      state.product = beta1 * state.product + a1 * product;
      const k = 1 + rate * o.weightDecay;
      if (o.adaptLowerBound) lower(state, o.lowerBound, inner, k, c1);
      for (const group of groups) {
        const decay = group.learningRate * group.options.weightDecay;
        const tau = Math.min(group.learningRate / c1, reach(state, inner, squares, 1 + decay, c1));
        for (const { p, s, n } of group.runs) kernels.adamStep(p, s[0] as number, s[1] as number, n, tau, c2, epsilon, decay / (1 + decay));
        group.learningRate = tau * c1;
      }
      if (o.adaptLowerBound) raise(state, o.lowerBound, inner, squares, Math.min(rate / c1, reach(state, inner, squares, k, c1)), c1);
    };
  },
};

/**
 * Momo: SGD with momentum that goes no further than where a model of the loss, made of past losses and gradients, reaches its lower bound.
 * Needs the loss: `optimizer.step(loss)`.
 *
 * With b = momentum (0 in the first update) and averages F = b F + (1 - b) loss, m = b m + (1 - b) g, G = b G + (1 - b) <g, p>, and
 * k = 1 + learningRate weightDecay: tau = min(learningRate, max(k (F - bound - G) + <m, p>, 0) / |m|^2); p = p / k - tau m.
 * adaptLowerBound: where k (F - G) + <m, p> is less than k bound, the bound is set to half of it over k; after the update to
 * F + <m, p> - G - tau |m|^2 / 2; never below lowerBound.
 *
 * `learningRate` (default 1) is the highest rate allowed, choose it large; `optimizer.learningRate` is the one used, tau. The averages and norms are
 * over all groups; the bound adapts by the optimizer's own rate and decay.
 *
 * Agrees with Optax's momo.
 *
 * Schaipp, Ohana, Eickenberg, Defazio and Gower, MoMo: momentum models for adaptive learning rates, 2024.
 *
 * @throws OptionError for an unknown option or a value out of range; from `step()` when the loss is missing.
 * @example
 * const optimizer = new Optimizer(parameters, momo());
 * optimizer.step(0.3);
 */
export function momo(options: MomoOptions = {}): DescribedOptimizer<MomoOptions> {
  return make(momoRule, options);
}

/**
 * Momo-Adam: Adam that goes no further than where a model of the loss reaches its lower bound. Needs the loss: `optimizer.step(loss)`.
 *
 * As `momo` with b = beta1 (in the first update too) and, with v = beta2 v + (1 - beta2) g^2 and u = m / (sqrt(v / (1 - beta2^t)) + epsilon),
 * p = p / k - tau u, <m, u> in the place of |m|^2, and the rate and the bound corrected for averages that start at 0 (c = 1 - beta1^t):
 * tau = min(learningRate / c, max(k (F - c bound - G) + <m, p>, 0) / <m, u>).
 *
 * `learningRate` (default 1e-2) is the highest rate allowed; `optimizer.learningRate` is the one used, c tau.
 *
 * Agrees with Optax's momo_adam.
 *
 * Schaipp, Ohana, Eickenberg, Defazio and Gower, MoMo: momentum models for adaptive learning rates, 2024.
 *
 * @throws OptionError for an unknown option or a value out of range; from `step()` when the loss is missing.
 * @example
 * const optimizer = new Optimizer(parameters, momoAdam({ learningRate: 0.1 }));
 * optimizer.step(0.3);
 */
export function momoAdam(options: MomoAdamOptions = {}): DescribedOptimizer<MomoAdamOptions> {
  return make(momoAdamRule, options);
}
