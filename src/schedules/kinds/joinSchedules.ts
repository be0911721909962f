import { list } from "../../options/options.js";
import { type DescribedSchedule, describeSchedule, evaluate, make, type Schedule, type ScheduleRule, schedule } from "../schedule.js";
import { boundaries, checkLength, passed } from "../shared/fields.js";

/** Options of `joinSchedules`. */
export interface JoinSchedulesOptions {
  /** Schedules, one after the other: at least one. */
  schedules: readonly Schedule[];
  /** First steps of the second and later schedules: whole numbers from 0, ascending, one fewer than schedules. */
  boundaries: readonly number[];
}

/**
 * Schedules one after the other:
 *
 *     schedules[i](step - boundaries[i - 1])   for boundaries[i - 1] <= step < boundaries[i]
 *
 * Each counts its steps from its own start; a boundary step is the first of the later schedule.
 *
 * @param schedules at least one
 * @param boundaries ascending steps, one fewer than schedules
 * @throws OptionError
 *
 * Optax's join_schedules; PyTorch's SequentialLR (`milestones`).
 * @example joinSchedules([linear({ rate: 0.1, end: 0.5, steps: 100 }), 0.5, cosine({ rate: 0.5, steps: 900 })], [100, 1000])
 */
export function joinSchedules(schedules: readonly Schedule[], boundaries: readonly number[]): DescribedSchedule<JoinSchedulesOptions> {
  return make(joinSchedulesRule, { schedules, boundaries });
}

export const joinSchedulesRule: ScheduleRule<JoinSchedulesOptions> = {
  kind: "joinSchedules",
  fields: { schedules: list(undefined, schedule(), 1), boundaries: boundaries(0) },
  check: (s, path) => checkLength(`${path}.boundaries`, s.boundaries, s.schedules.length - 1, "one fewer than schedules"),
  evaluate(s, step, clock) {
    const i = passed(s.boundaries, step);
    return evaluate(s.schedules[i] as Schedule, i === 0 ? step : step - (s.boundaries[i - 1] as number), clock);
  },
  describe: (s) => s.schedules.map((inner, i) => (i === 0 ? "" : `, from step ${s.boundaries[i - 1]} `) + describeSchedule(inner)).join(""),
};
