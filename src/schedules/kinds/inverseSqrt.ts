import { integer } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate } from "../shared/fields.js";
import { countSteps } from "../shared/units.js";

/** Options of `inverseSqrt`. */
export interface InverseSqrtOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Optimizer updates in one unit of time: a whole number, at least 1. Default 10000. After three of them the rate is half. */
  timescale?: number;
}

/**
 * Decay by the inverse square root:
 *
 *     rate / sqrt((step + timescale) / timescale)
 *
 * @throws OptionError
 *
 * transformers's get_inverse_sqrt_schedule, whose timescale is its number of warm-up steps: put `warmup` before it.
 * @example warmup({ steps: 1000, then: inverseSqrt({ rate: 0.1, timescale: 1000 }) })
 */
export function inverseSqrt(options: InverseSqrtOptions): DescribedSchedule<InverseSqrtOptions> {
  return make(inverseSqrtRule, options);
}

export const inverseSqrtRule: ScheduleRule<InverseSqrtOptions> = {
  kind: "inverseSqrt",
  fields: { rate, timescale: integer(10000, { min: 1 }) },
  evaluate: (s, step) => s.rate / Math.sqrt((step + s.timescale) / s.timescale),
  describe: (s) => `${s.rate}, falling as the inverse square root of time in units of ${countSteps(s.timescale)}`,
};
