import { integer, number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate } from "../shared/fields.js";

/** Options of `initialFactor`. */
export interface InitialFactorOptions {
  /** Learning rate from step `steps` on: at least 0. */
  rate: number;
  /** Multiplies the rate before step `steps`: at least 0. Default 1/3. */
  factor?: number;
  /** Optimizer updates for which the factor holds: a whole number, at least 0. Default 5. */
  steps?: number;
}

/**
 * A smaller (or larger) rate for a while:
 *
 *     rate * factor   while step < steps
 *     rate            from then on
 *
 * @throws OptionError
 *
 * PyTorch's ConstantLR.
 * @example initialFactor({ rate: 0.1, factor: 0.5, steps: 10 })
 */
export function initialFactor(options: InitialFactorOptions): DescribedSchedule<InitialFactorOptions> {
  return make(initialFactorRule, options);
}

export const initialFactorRule: ScheduleRule<InitialFactorOptions> = {
  kind: "initialFactor",
  fields: { rate, factor: number(1 / 3, { min: 0 }), steps: integer(5, { min: 0 }) },
  evaluate: (s, step) => (step < s.steps ? s.rate * s.factor : s.rate),
  describe: (s) => `${s.rate * s.factor} for ${s.steps} steps, then ${s.rate}`,
};
