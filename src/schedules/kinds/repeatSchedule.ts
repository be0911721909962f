import { integer, optional } from "../../options/options.js";
import { type DescribedSchedule, describeSchedule, evaluate, make, type Schedule, type ScheduleRule, schedule } from "../schedule.js";
import { steps } from "../shared/fields.js";

/** Options of `repeatSchedule`. */
export interface RepeatScheduleOptions {
  /** Schedule whose first steps repeat. */
  schedule: Schedule;
  /** Optimizer updates in one round: a whole number, at least 1. */
  steps: number;
  /** Number of rounds, after which the rate stays at schedule(steps): a whole number, at least 1. Default: for ever. */
  times?: number | undefined;
}

/**
 * The first steps of a schedule, over and over:
 *
 *     schedule(step mod steps)
 *
 * @param inner any schedule
 * @param every how many of its steps, at least 1
 * @param times how often, at least 1; afterwards the rate stays at schedule(every). Left out: for ever
 * @throws OptionError
 * @example repeatSchedule(linear({ rate: 0.1, steps: 100 }), 100) // a sawtooth
 */
export function repeatSchedule(inner: Schedule, every: number, times?: number): DescribedSchedule<RepeatScheduleOptions> {
  return make(repeatScheduleRule, { schedule: inner, steps: every, times });
}

export const repeatScheduleRule: ScheduleRule<RepeatScheduleOptions> = {
  kind: "repeatSchedule",
  fields: { schedule: schedule(), steps, times: optional(integer(undefined, { min: 1 })) },
  evaluate(s, step, clock) {
    const isOver = s.times !== undefined && step >= s.times * s.steps;
    return evaluate(s.schedule, isOver ? s.steps : step % s.steps, clock);
  },
  describe: (s) => `(${describeSchedule(s.schedule)}), repeated every ${s.steps} steps${s.times === undefined ? "" : `, ${s.times} times`}`,
};
