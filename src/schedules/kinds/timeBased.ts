import { number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate } from "../shared/fields.js";
import { running } from "../shared/running.js";

/** Options of `timeBased`. */
export interface TimeBasedOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Decay per step: at least 0. */
  decay: number;
}

/**
 * Time-based decay as textbooks write it, a recursion:
 *
 *     eta(0) = rate
 *     eta(n + 1) = eta(n) / (1 + decay * n)
 *
 * so eta(1) = eta(0), and eta(n) falls like 1 / n!: far quicker than `inverseTime`, which most libraries mean by the name. Below the
 * smallest normal number (2.2e-308) it is 0.
 *
 * Still a pure function of the step: the divisions are always done in the same order, and no closed form has their bits. Going forward
 * costs one division a step. A jump costs one for each step not visited before, or at most 1023 from the nearest checkpoint, until the rate
 * is 0: with decay = 1e-6 after 38,000 steps, but a decay of 1e-15 makes a jump to step 10^8 take 0.7 s.
 *
 * @throws OptionError
 * @example timeBased({ rate: 0.1, decay: 1e-4 })
 */
export function timeBased(options: TimeBasedOptions): DescribedSchedule<TimeBasedOptions> {
  return make(timeBasedRule, options);
}

export const timeBasedRule: ScheduleRule<TimeBasedOptions> = {
  kind: "timeBased",
  fields: { rate, decay: number(undefined, { min: 0 }) },
  evaluate: (s, step) => (s.decay === 0 ? s.rate : running(s, Math.floor(step), s.rate, nextTimeBased)),
  describe: (s) => `${s.rate}, divided by 1 + ${s.decay} n after step n`,
};

// Without the cut, the least denormal would be divided by less than 2 for ever and never become 0.
function nextTimeBased(s: TimeBasedOptions, rate: number, n: number): number {
  const next = rate / (1 + s.decay * n);
  return next < 2.2250738585072014e-308 ? 0 : next;
}
