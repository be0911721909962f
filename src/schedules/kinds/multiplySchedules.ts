import { list } from "../../options/options.js";
import { type DescribedSchedule, describeSchedule, evaluate, make, type Schedule, type ScheduleRule, schedule } from "../schedule.js";

/** Options of `multiplySchedules`. */
export interface MultiplySchedulesOptions {
  /** Schedules to multiply, a rate and factors around 1: at least one. */
  schedules: readonly Schedule[];
}

/**
 * The product of schedules, at the same step:
 *
 *     schedules[0](step) * schedules[1](step) * ...
 *
 * @param schedules at least one: a rate, and factors around 1
 * @throws OptionError
 *
 * PyTorch's ChainedScheduler.
 * @example multiplySchedules([exponential({ rate: 0.1, factor: 0.99 }), initialFactor({ rate: 1, factor: 0.1, steps: 20 })])
 */
export function multiplySchedules(schedules: readonly Schedule[]): DescribedSchedule<MultiplySchedulesOptions> {
  return make(multiplySchedulesRule, { schedules });
}

export const multiplySchedulesRule: ScheduleRule<MultiplySchedulesOptions> = {
  kind: "multiplySchedules",
  fields: { schedules: list(undefined, schedule(), 1) },
  evaluate(s, step, clock) {
    let result = 1;
    for (let i = 0; i < s.schedules.length; i++) result *= evaluate(s.schedules[i] as Schedule, step, clock);
    return result;
  },
  describe: (s) => s.schedules.map((inner) => `(${describeSchedule(inner)})`).join(" times "),
};
