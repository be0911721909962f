import { OptionError } from "../options/errors.js";
import { type Field, show } from "../options/options.js";
import { rate } from "./fields.js";
import { running } from "./running.js";
import { type Described, make, type Rule } from "./schedule.js";

type StepFunction = (step: number) => number;

export interface LambdaOptions {
  rate: number;
  factor: (step: number) => number;
}

/**
 * A rate times a function of yours:
 *
 *     rate * factor(step)
 *
 * Not data: it cannot be written as JSON, and `scheduleToJSON` says so.
 *
 * @param options.rate from 0
 * @param options.factor a pure function of the step
 * @throws OptionError
 *
 * PyTorch's LambdaLR, Keras's LearningRateScheduler.
 * @example lambda({ rate: 0.1, factor: (step) => 1 / (1 + step) })
 */
export function lambda(options: LambdaOptions): Described<LambdaOptions> {
  return make(lambdaRule, options);
}

const userFunction: Field<StepFunction> = {
  fallback: undefined,
  read(value, path) {
    if (typeof value !== "function") throw new OptionError(path, value, `must be a function of the step, got ${show(value)}`);
    return value as StepFunction;
  },
};

export const lambdaRule: Rule<LambdaOptions> = {
  kind: "lambda",
  fields: { rate, factor: userFunction },
  evaluate: (s, step) => s.rate * s.factor(step),
  describe: (s) => `${s.rate} times a function of the step`,
};

export interface MultiplicativeOptions {
  rate: number;
  factor: (step: number) => number;
}

/**
 * A rate multiplied, step by step, by a function of yours:
 *
 *     rate * factor(1) * factor(2) * ... * factor(step)
 *
 * Going forward costs one call a step; a jump calls the function for each step not visited before. Not data, like `lambda`.
 *
 * @param options.rate from 0
 * @param options.factor a pure function of the step
 * @throws OptionError
 *
 * PyTorch's MultiplicativeLR.
 * @example multiplicative({ rate: 0.1, factor: (step) => (step % 100 === 0 ? 0.5 : 1) })
 */
export function multiplicative(options: MultiplicativeOptions): Described<MultiplicativeOptions> {
  return make(multiplicativeRule, options);
}

export const multiplicativeRule: Rule<MultiplicativeOptions> = {
  kind: "multiplicative",
  fields: { rate, factor: userFunction },
  evaluate: (s, step) => running(s, Math.floor(step), s.rate, nextMultiplicative),
  describe: (s) => `${s.rate}, multiplied at each step by a function of it`,
};

function nextMultiplicative(s: MultiplicativeOptions, rate: number, i: number): number {
  return rate * s.factor(i + 1);
}
