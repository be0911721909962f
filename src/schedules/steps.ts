import { pow } from "../numerics/math.js";
import { integer, list, number, oneOf } from "../options/options.js";
import { boundaries, checkLength, passed, rate, steps } from "./fields.js";
import { type Described, make, type Rule } from "./schedule.js";

export interface ConstantOptions {
  rate: number;
}

/**
 * A rate that stays: `rate`. A plain number means the same.
 *
 * @param options.rate from 0
 * @throws OptionError
 * @example constant({ rate: 0.01 })
 */
export function constant(options: ConstantOptions): Described<ConstantOptions> {
  return make(constantRule, options);
}

export const constantRule: Rule<ConstantOptions> = {
  kind: "constant",
  fields: { rate },
  evaluate: (s) => s.rate,
  describe: (s) => `${s.rate}`,
};

export interface FactorOptions {
  rate: number;
  factor?: number;
  steps?: number;
}

/**
 * A smaller (or larger) rate for a while:
 *
 *     rate * factor   while step < steps
 *     rate            from then on
 *
 * @param options.rate from 0
 * @param options.factor default 1/3, from 0
 * @param options.steps default 5, in steps, at least 1
 * @throws OptionError
 *
 * PyTorch's ConstantLR.
 * @example factor({ rate: 0.1, factor: 0.5, steps: 10 })
 */
export function factor(options: FactorOptions): Described<FactorOptions> {
  return make(factorRule, options);
}

export const factorRule: Rule<FactorOptions> = {
  kind: "factor",
  fields: { rate, factor: number(1 / 3, { min: 0 }), steps: integer(5, { min: 1 }) },
  evaluate: (s, step) => (step < s.steps ? s.rate * s.factor : s.rate),
  describe: (s) => `${s.rate * s.factor} for ${s.steps} steps, then ${s.rate}`,
};

export interface StepOptions {
  rate: number;
  every: number;
  factor?: number;
  offset?: number;
}

/**
 * A staircase:
 *
 *     rate * factor^floor((step + offset) / every)
 *
 * @param options.rate from 0
 * @param options.every steps on one stair, at least 1
 * @param options.factor default 0.1, from 0
 * @param options.offset default 0; 1 is the textbook's "step-based decay", d^floor((1 + n) / r), whose first stair is one step shorter
 * @throws OptionError
 *
 * PyTorch's StepLR; Keras's and Optax's exponential decay with `staircase`.
 * @example step({ rate: 0.1, every: 30 })
 */
export function step(options: StepOptions): Described<StepOptions> {
  return make(stepRule, options);
}

export const stepRule: Rule<StepOptions> = {
  kind: "step",
  fields: { rate, every: steps, factor: number(0.1, { min: 0 }), offset: integer(0, { min: 0 }) },
  evaluate: (s, step) => s.rate * pow(s.factor, Math.floor((step + s.offset) / s.every)),
  describe: (s) => `${s.rate}, times ${s.factor} every ${s.every} steps${s.offset > 0 ? `, the first time ${s.offset} earlier` : ""}`,
};

export interface MultiStepOptions {
  rate: number;
  boundaries: readonly number[];
  factor?: number;
}

/**
 * A staircase with stairs where you want them:
 *
 *     rate * factor^(how many boundaries <= step)
 *
 * @param options.rate from 0
 * @param options.boundaries ascending steps
 * @param options.factor default 0.1, from 0
 * @throws OptionError
 *
 * PyTorch's MultiStepLR (`milestones`).
 * @example multiStep({ rate: 0.1, boundaries: [3000, 8000] })
 */
export function multiStep(options: MultiStepOptions): Described<MultiStepOptions> {
  return make(multiStepRule, options);
}

export const multiStepRule: Rule<MultiStepOptions> = {
  kind: "multiStep",
  fields: { rate, boundaries: boundaries(1), factor: number(0.1, { min: 0 }) },
  evaluate: (s, step) => s.rate * pow(s.factor, passed(s.boundaries, step)),
  describe: (s) => `${s.rate}, times ${s.factor} at steps ${s.boundaries.join(", ")}`,
};

export interface PiecewiseConstantOptions {
  boundaries: readonly number[];
  rates: readonly number[];
  boundary?: "next" | "previous";
}

/**
 * Given rates between given steps:
 *
 *     rates[how many boundaries <= step]     boundary: "next"
 *     rates[how many boundaries <  step]     boundary: "previous"
 *
 * @param options.boundaries ascending steps
 * @param options.rates one more than boundaries
 * @param options.boundary default "next": the boundary step itself has the new rate, as in Optax and PyTorch; in Keras it still has the
 *   old one, "previous"
 * @throws OptionError
 *
 * Optax's piecewise_constant_schedule (which takes factors), Keras's PiecewiseConstantDecay.
 * @example piecewiseConstant({ boundaries: [1000, 5000], rates: [0.1, 0.02, 0.001] })
 */
export function piecewiseConstant(options: PiecewiseConstantOptions): Described<PiecewiseConstantOptions> {
  return make(piecewiseConstantRule, options);
}

export const piecewiseConstantRule: Rule<PiecewiseConstantOptions> = {
  kind: "piecewiseConstant",
  fields: { boundaries: boundaries(1), rates: list(undefined, rate), boundary: oneOf("next", ["next", "previous"]) },
  check: (s, path) => checkLength(`${path}.rates`, s.rates, s.boundaries.length + 1, "one more than boundaries"),
  // Between whole steps "before b" is "at or before the step before": exact, because boundaries are whole numbers.
  evaluate: (s, step) => s.rates[passed(s.boundaries, s.boundary === "next" ? step : Math.ceil(step) - 1)] as number,
  describe: (s) => `${s.rates.join(", ")}, changing ${s.boundary === "next" ? "at" : "after"} steps ${s.boundaries.join(", ")}`,
};
