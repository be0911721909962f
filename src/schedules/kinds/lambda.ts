import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate, stepFunction } from "../shared/fields.js";

/** Options of `lambda`. */
export interface LambdaOptions {
  /** Learning rate that the function multiplies: at least 0. */
  rate: number;
  /** Factor of the rate at a step: a pure function of the step, counted from 0. */
  factor: (step: number) => number;
}

/**
 * A rate times a function of yours:
 *
 *     rate * factor(step)
 *
 * Not data: it cannot be written as JSON, and `scheduleToJSON` says so.
 *
 * @throws OptionError
 *
 * PyTorch's LambdaLR, Keras's LearningRateScheduler.
 * @example lambda({ rate: 0.1, factor: (step) => 1 / (1 + step) })
 */
export function lambda(options: LambdaOptions): DescribedSchedule<LambdaOptions> {
  return make(lambdaRule, options);
}

export const lambdaRule: ScheduleRule<LambdaOptions> = {
  kind: "lambda",
  fields: { rate, factor: stepFunction },
  evaluate: (s, step) => s.rate * s.factor(step),
  describe: (s) => `${s.rate} times a function of the step`,
};
