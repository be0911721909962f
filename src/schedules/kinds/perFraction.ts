import { number } from "../../options/options.js";
import { type DescribedSchedule, describeSchedule, evaluate, make, type Schedule, type ScheduleRule, schedule } from "../schedule.js";
import { known, NO_CLOCK } from "../shared/clock.js";

/** Options of `perFraction`. */
export interface PerFractionOptions {
  /** Schedule whose steps are parts of the run. */
  schedule: Schedule;
  /** Number of parts in the run: greater than 0. Default 100, percent. */
  parts: number;
}

/**
 * A schedule written for a run of `parts` steps, stretched over the run there is:
 *
 *     schedule(step * parts / totalSteps)
 *
 * which is smooth: the inner step may be a fraction.
 *
 * @param inner any schedule, its steps in parts of the run: in percent, unless you say otherwise; not itself per epoch or per fraction
 * @param parts default 100, greater than 0
 * @throws OptionError here, and from `rateAt` when its clock has no totalSteps
 * @example perFraction(warmup({ steps: 10, then: cosine({ rate: 0.003, steps: 90 }) })) // warms up for a tenth of any run
 */
export function perFraction(inner: Schedule, parts = 100): DescribedSchedule<PerFractionOptions> {
  return make(perFractionRule, { schedule: inner, parts });
}

export const perFractionRule: ScheduleRule<PerFractionOptions> = {
  kind: "perFraction",
  fields: { schedule: schedule(), parts: number(100, { above: 0 }) },
  evaluate: (s, step, clock) => evaluate(s.schedule, (step * s.parts) / known(clock, "totalSteps", "perFraction"), NO_CLOCK),
  describe: (s) => `${describeSchedule(s.schedule)}, counted in ${s.parts === 100 ? "percent" : `1/${s.parts}`} of the run`,
};
