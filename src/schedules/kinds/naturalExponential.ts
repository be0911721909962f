import { exp } from "../../numerics/math.js";
import { boolean, number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate, unit } from "../shared/fields.js";
import { countSteps, units } from "../shared/units.js";

/** Options of `naturalExponential`. */
export interface NaturalExponentialOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Exponent in `steps` updates: at least 0. */
  decay: number;
  /** Optimizer updates in one unit of the exponent: a whole number, at least 1. Default 1. */
  steps?: number;
  /** Whether step / steps is rounded down. Default false. */
  staircase?: boolean;
}

/**
 * Exponential decay, written with e:
 *
 *     rate * e^(-decay * step / steps)
 *
 * @throws OptionError
 *
 * TensorFlow 1's natural_exp_decay. The same curve as `exponential` with factor e^-decay.
 * @example naturalExponential({ rate: 0.1, decay: 0.001 })
 */
export function naturalExponential(options: NaturalExponentialOptions): DescribedSchedule<NaturalExponentialOptions> {
  return make(naturalExponentialRule, options);
}

export const naturalExponentialRule: ScheduleRule<NaturalExponentialOptions> = {
  kind: "naturalExponential",
  fields: { rate, decay: number(undefined, { min: 0 }), steps: unit, staircase: boolean(false) },
  evaluate: (s, step) => s.rate * exp(-s.decay * units(step, s)),
  describe: (s) => `${s.rate}, times e^-${s.decay} every ${countSteps(s.steps)}${s.staircase ? " at once" : ""}`,
};
