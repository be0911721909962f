import { number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate } from "../shared/fields.js";
import { checkPhases, type Phases, phased, phaseFields } from "../shared/phases.js";

/** Options of `oneCycle`. */
export interface OneCycleOptions extends Phases {
  /** Highest learning rate: at least 0. */
  rate: number;
  /** Quotient of the highest and the first rate: greater than 0. Default 25. */
  divisor?: number;
  /** Quotient of the first and the last rate: greater than 0. Default 1e4. */
  finalDivisor?: number;
}

/**
 * One large cycle over the whole run:
 *
 *     from rate / divisor                  at step 0
 *     up to rate                           at step rise * steps - 1
 *     (back to rate / divisor              at step 2 * rise * steps - 2, with three phases)
 *     to rate / divisor / finalDivisor     at step steps - 1, and there it stays
 *
 * each along half a cosine wave or a straight line.
 *
 * @throws OptionError
 *
 * Smith and Topin, Super-Convergence (2018); PyTorch's OneCycleLR, which raises past its end. Optax's one-cycles have their knots a
 * step later: docs/schedules.md has them as `interpolate`. `oneCycleMomentum` is the momentum that goes with it.
 * @example oneCycle({ rate: 0.1, steps: 2000 })
 */
export function oneCycle(options: OneCycleOptions): DescribedSchedule<OneCycleOptions> {
  return make(oneCycleRule, options);
}

export const oneCycleRule: ScheduleRule<OneCycleOptions> = {
  kind: "oneCycle",
  fields: { rate, ...phaseFields, divisor: number(25, { above: 0 }), finalDivisor: number(1e4, { above: 0 }) },
  check: checkPhases,
  evaluate(s, step) {
    const low = s.rate / s.divisor;
    return phased(s, step, low, s.rate, low / s.finalDivisor);
  },
  describe: (s) =>
    `one cycle over ${s.steps} steps in ${s.phases} ${s.shape} phases: ${s.rate / s.divisor} up to ${s.rate}, ` +
    `down to ${s.rate / s.divisor / s.finalDivisor}`,
};
