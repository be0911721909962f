import { number } from "../../options/options.js";
import { type DescribedSchedule, describeSchedule, evaluate, make, type Schedule, type ScheduleRule, schedule } from "../schedule.js";

/** Options of `scaleSchedule`. */
export interface ScaleScheduleOptions {
  /** Schedule to scale. */
  schedule: Schedule;
  /** Multiplies the rate: at least 0. */
  factor: number;
}

/**
 * A schedule times a number:
 *
 *     factor * schedule(step)
 *
 * @param inner any schedule
 * @param factor from 0
 * @throws OptionError
 * @example scaleSchedule(cosine({ rate: 0.1, steps: 100 }), 0.5)
 */
export function scaleSchedule(inner: Schedule, factor: number): DescribedSchedule<ScaleScheduleOptions> {
  return make(scaleScheduleRule, { schedule: inner, factor });
}

export const scaleScheduleRule: ScheduleRule<ScaleScheduleOptions> = {
  kind: "scaleSchedule",
  fields: { schedule: schedule(), factor: number(undefined, { min: 0 }) },
  evaluate: (s, step, clock) => s.factor * evaluate(s.schedule, step, clock),
  describe: (s) => `${s.factor} times (${describeSchedule(s.schedule)})`,
};
