import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate } from "../shared/fields.js";

/** Options of `constant`. */
export interface ConstantOptions {
  /** The learning rate: at least 0. */
  rate: number;
}

/**
 * A rate that stays: `rate`. A plain number means the same.
 *
 * @throws OptionError
 * @example constant({ rate: 0.01 })
 */
export function constant(options: ConstantOptions): DescribedSchedule<ConstantOptions> {
  return make(constantRule, options);
}

export const constantRule: ScheduleRule<ConstantOptions> = {
  kind: "constant",
  fields: { rate },
  evaluate: (s) => s.rate,
  describe: (s) => `${s.rate}`,
};
