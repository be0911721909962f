import { type DescribedSchedule, describeSchedule, evaluate, make, type Schedule, type ScheduleRule, schedule } from "../schedule.js";
import { known, NO_CLOCK } from "../shared/clock.js";

/** Options of `perEpoch`. */
export interface PerEpochOptions {
  /** Schedule whose steps are epochs. */
  schedule: Schedule;
}

/**
 * A schedule whose steps are epochs:
 *
 *     schedule(floor(step / stepsPerEpoch))
 *
 * so that the rate changes between epochs only, as where PyTorch's `scheduler.step()` is called once an epoch.
 *
 * @param inner any schedule, its steps in epochs; not itself per epoch or per fraction
 * @throws OptionError here, and from `rateAt` when its clock has no stepsPerEpoch
 * @example rateAt(perEpoch(stepDecay({ rate: 0.1, every: 30 })), 1000, { stepsPerEpoch: 20 })
 */
export function perEpoch(inner: Schedule): DescribedSchedule<PerEpochOptions> {
  return make(perEpochRule, { schedule: inner });
}

export const perEpochRule: ScheduleRule<PerEpochOptions> = {
  kind: "perEpoch",
  fields: { schedule: schedule() },
  evaluate: (s, step, clock) => evaluate(s.schedule, Math.floor(step / known(clock, "stepsPerEpoch", "perEpoch")), NO_CLOCK),
  describe: (s) => `${describeSchedule(s.schedule)}, counted in epochs`,
};
