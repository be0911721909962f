import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { fallTo } from "../shared/falls.js";
import { end, length, rate } from "../shared/fields.js";

/** Options of `rex`. */
export interface RexOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Learning rate at the end: at least 0. Default 0. */
  end?: number;
  /** Optimizer updates from `rate` to `end`: a whole number, at least 0. With 0 the rate is `end` at once. */
  steps: number;
}

/**
 * A reflected exponential down, then constant: slow at first, fast at the end.
 *
 *     end + (rate - end) * (1 - p) / (1 - p / 2),   p = min(step / steps, 1)
 *
 * @throws OptionError
 *
 * Chen, Wolfe, Kyrillidis, REX: revisiting budgeted training with an improved schedule (2021).
 * @example rex({ rate: 0.1, steps: 1000 })
 */
export function rex(options: RexOptions): DescribedSchedule<RexOptions> {
  return make(rexRule, options);
}

export const rexRule: ScheduleRule<RexOptions> = {
  kind: "rex",
  fields: { rate, end, steps: length },
  evaluate: (s, step) => (step >= s.steps ? s.end : fallTo(s.end, s.rate, { fall: "rex", power: 1, ratio: 0.5 }, step / s.steps)),
  describe: (s) => `a reflected exponential from ${s.rate} to ${s.end} over ${s.steps} steps`,
};
