import { boolean } from "../../options/options.js";
import { type DescribedSchedule, describeSchedule, evaluate, make, type Schedule, type ScheduleRule, schedule } from "../schedule.js";
import { type FallShape, fallFields, fallTo } from "../shared/falls.js";
import { end, length } from "../shared/fields.js";

/** Options of `coolDown`. */
export interface CoolDownOptions {
  /** The schedule that is left: any. */
  schedule: Schedule;
  /** The step at which it is left: a whole number, at least 0. */
  start: number;
  /** Optimizer updates from there to `end`: a whole number, at least 0. */
  steps: number;
  /** Learning rate at the end: at least 0. Default 0. */
  end?: number;
  /** Curve of the fall: "linear", "cosine", "sqrt", "power", "exponential" or "rex". Default "sqrt". */
  fall?: FallShape;
  /** Power of fall "power": greater than 0. Default 0.5, which is "sqrt". */
  power?: number;
  /** Fall "exponential" ends where it has come down to this part: between 0 and 1. Default 0.1. */
  ratio?: number;
  /** Fall from the rate at `start`; otherwise from what the schedule says of each step. Default true. */
  hold?: boolean;
}

/**
 * A cool-down that starts from a step of any schedule. One run that goes on can so be finished from any of its checkpoints: up to `start` the rates
 * are those it had.
 *
 *     schedule(step)                                               up to `start`
 *     end + (schedule(start) - end) * fall((step - start) / steps)   for `steps` steps
 *     end                                                          from then on
 *
 * with fall(p) = 1 - p, (1 + cos(pi p)) / 2, 1 - sqrt(p), 1 - p^power, (ratio^p - ratio) / (1 - ratio) or (1 - p) / (1 - p / 2); without `hold` schedule(step) takes the place
 * of schedule(start).
 *
 * @throws OptionError
 *
 * Hägele et al., Scaling laws and compute-optimal training beyond fixed training durations (2024); the decay of timm's WSDLRScheduler, without `hold`.
 * @example coolDown({ schedule: warmup({ steps: 100, then: 0.01 }), start: 1600, steps: 400 })
 */
export function coolDown(options: CoolDownOptions): DescribedSchedule<CoolDownOptions> {
  return make(coolDownRule, options);
}

export const coolDownRule: ScheduleRule<CoolDownOptions> = {
  kind: "coolDown",
  fields: { schedule: schedule(), start: length, steps: length, end, ...fallFields("sqrt"), hold: boolean(true) },
  evaluate(s, step, clock) {
    if (step <= s.start) return evaluate(s.schedule, step, clock);
    if (step - s.start >= s.steps) return s.end;
    const from = evaluate(s.schedule, s.hold ? s.start : step, clock);
    return fallTo(s.end, from, s, (step - s.start) / s.steps);
  },
  describe: (s) => `${describeSchedule(s.schedule)}, left at step ${s.start} by a ${s.fall} fall to ${s.end} over ${s.steps} steps`,
};
