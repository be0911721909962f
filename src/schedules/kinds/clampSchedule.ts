import { OptionError } from "../../options/errors.js";
import { number, optional } from "../../options/options.js";
import { type DescribedSchedule, describeSchedule, evaluate, make, type Schedule, type ScheduleRule, schedule } from "../schedule.js";

/** Limits of `clampSchedule`. */
export interface ClampLimits {
  /** Least rate: any number. Default: no lower limit. */
  min?: number | undefined;
  /** Greatest rate: any number, not less than `min`. Default: no upper limit. */
  max?: number | undefined;
}

/** Options of `clampSchedule`. */
export interface ClampScheduleOptions extends ClampLimits {
  /** Schedule to keep within limits. */
  schedule: Schedule;
}

/**
 * A schedule kept within limits:
 *
 *     max(min, min(max, schedule(step)))
 *
 * @param inner any schedule
 * @param limits.min left out: no lower limit
 * @param limits.max left out: no upper limit; not less than `min`
 * @throws OptionError
 * @example clampSchedule(exponential({ rate: 0.1, factor: 0.99 }), { min: 1e-4 })
 */
export function clampSchedule(inner: Schedule, limits: ClampLimits): DescribedSchedule<ClampScheduleOptions> {
  return make(clampScheduleRule, { schedule: inner, ...limits });
}

export const clampScheduleRule: ScheduleRule<ClampScheduleOptions> = {
  kind: "clampSchedule",
  fields: { schedule: schedule(), min: optional(number(undefined)), max: optional(number(undefined)) },
  check(s, path) {
    if (s.min !== undefined && s.max !== undefined && s.max < s.min) {
      throw new OptionError(`${path}.max`, s.max, `must be at least min (${s.min}), got ${s.max}`);
    }
  },
  evaluate: (s, step, clock) => Math.max(s.min ?? -Infinity, Math.min(s.max ?? Infinity, evaluate(s.schedule, step, clock))),
  describe: (s) =>
    `${describeSchedule(s.schedule)}${s.min === undefined ? "" : `, at least ${s.min}`}${s.max === undefined ? "" : `, at most ${s.max}`}`,
};
