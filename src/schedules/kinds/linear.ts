import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { end, length, rate } from "../shared/fields.js";
import { countSteps } from "../shared/units.js";

/** Options of `linear`. */
export interface LinearOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Learning rate from step `steps` on, exactly: at least 0. Default 0. */
  end?: number;
  /** Optimizer updates from `rate` to `end`: a whole number, at least 0. With 0 the rate is `end` at once. */
  steps: number;
}

/**
 * A straight line, then constant:
 *
 *     rate + (end - rate) * min(step, steps) / steps
 *
 * @throws OptionError
 *
 * Optax's linear_schedule; PyTorch's LinearLR with factors 1/3 and 1 is `linear({ rate: rate / 3, end: rate, steps })`.
 * @example linear({ rate: 0.1, steps: 1000 })
 */
export function linear(options: LinearOptions): DescribedSchedule<LinearOptions> {
  return make(linearRule, options);
}

export const linearRule: ScheduleRule<LinearOptions> = {
  kind: "linear",
  fields: { rate, end, steps: length },
  evaluate: (s, step) => (step < s.steps ? s.rate + (s.end - s.rate) * (step / s.steps) : s.end),
  describe: (s) => `linear from ${s.rate} to ${s.end} over ${countSteps(s.steps)}`,
};
