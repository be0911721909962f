import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate, stepFunction } from "../shared/fields.js";
import { running } from "../shared/running.js";

/** Options of `multiplicative`. */
export interface MultiplicativeOptions {
  /** Learning rate at step 0: at least 0. */
  rate: number;
  /** Factor that step k multiplies by: a pure function of k, which counts from 1. */
  factor: (step: number) => number;
}

/**
 * A rate multiplied, step by step, by a function of yours:
 *
 *     rate * factor(1) * factor(2) * ... * factor(step)
 *
 * Going forward costs one call a step; a jump calls the function for each step not visited before, so that one to step 10^9
 * calls it as often, unless the rate comes to 0. Not data, like `lambda`.
 *
 * @throws OptionError
 *
 * PyTorch's MultiplicativeLR.
 * @example multiplicative({ rate: 0.1, factor: (step) => (step % 100 === 0 ? 0.5 : 1) })
 */
export function multiplicative(options: MultiplicativeOptions): DescribedSchedule<MultiplicativeOptions> {
  return make(multiplicativeRule, options);
}

export const multiplicativeRule: ScheduleRule<MultiplicativeOptions> = {
  kind: "multiplicative",
  fields: { rate, factor: stepFunction },
  evaluate: (s, step) => running(s, Math.floor(step), s.rate, nextMultiplicative),
  describe: (s) => `${s.rate}, multiplied at each step by a function of it`,
};

function nextMultiplicative(s: MultiplicativeOptions, rate: number, i: number): number {
  return rate * s.factor(i + 1);
}
