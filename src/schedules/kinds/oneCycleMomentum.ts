import { number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { checkPhases, type Phases, phased, phaseFields } from "../shared/phases.js";

/** Options of `oneCycleMomentum`. */
export interface OneCycleMomentumOptions extends Phases {
  /** Momentum where the rate is low: at least 0. Default 0.95. */
  high?: number;
  /** Momentum where the rate is high: at least 0. Default 0.85. */
  low?: number;
}

/**
 * The momentum (or beta1) that goes with `oneCycle`: low where the rate is high.
 *
 *     from high                            at step 0
 *     down to low                          at step rise * steps - 1
 *     up to high                           at step steps - 1 (with three phases at 2 * rise * steps - 2), and there it stays
 *
 * @throws OptionError
 *
 * PyTorch's OneCycleLR (`cycle_momentum`).
 * @example oneCycleMomentum({ steps: 2000 })
 */
export function oneCycleMomentum(options: OneCycleMomentumOptions): DescribedSchedule<OneCycleMomentumOptions> {
  return make(oneCycleMomentumRule, options);
}

export const oneCycleMomentumRule: ScheduleRule<OneCycleMomentumOptions> = {
  kind: "oneCycleMomentum",
  fields: { ...phaseFields, high: number(0.95, { min: 0 }), low: number(0.85, { min: 0 }) },
  check: checkPhases,
  evaluate: (s, step) => phased(s, step, s.high, s.low, s.high),
  describe: (s) => `one cycle over ${s.steps} steps in ${s.phases} ${s.shape} phases: ${s.high} down to ${s.low} and back`,
};
