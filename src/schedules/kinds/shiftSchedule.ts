import { integer } from "../../options/options.js";
import { type DescribedSchedule, describeSchedule, evaluate, make, type Schedule, type ScheduleRule, schedule } from "../schedule.js";

/** Options of `shiftSchedule`. */
export interface ShiftScheduleOptions {
  /** Schedule to shift. */
  schedule: Schedule;
  /** Optimizer updates by which it starts later: a whole number. Negative: as if so many updates had been done. */
  steps: number;
}

/**
 * A schedule that starts later, or that has begun already:
 *
 *     schedule(max(0, step - steps))
 *
 * @param inner any schedule
 * @param by whole steps; until then the first rate holds. Negative: as if so many steps had been done
 * @throws OptionError
 * @example shiftSchedule(cosine({ rate: 0.1, steps: 900 }), 100) // 0.1 for 100 steps, then down
 */
export function shiftSchedule(inner: Schedule, by: number): DescribedSchedule<ShiftScheduleOptions> {
  return make(shiftScheduleRule, { schedule: inner, steps: by });
}

export const shiftScheduleRule: ScheduleRule<ShiftScheduleOptions> = {
  kind: "shiftSchedule",
  fields: { schedule: schedule(), steps: integer(undefined) },
  evaluate: (s, step, clock) => evaluate(s.schedule, Math.max(0, step - s.steps), clock),
  describe: (s) => `${describeSchedule(s.schedule)}, begun ${Math.abs(s.steps)} steps ${s.steps < 0 ? "earlier" : "later"}`,
};
