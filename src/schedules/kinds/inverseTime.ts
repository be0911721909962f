import { boolean, number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate, unit } from "../shared/fields.js";
import { countSteps, units } from "../shared/units.js";

/** Options of `inverseTime`. */
export interface InverseTimeOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Decay in `steps` updates: at least 0. */
  decay: number;
  /** Optimizer updates in one unit of time: a whole number, at least 1. Default 1. */
  steps?: number;
  /** Whether step / steps is rounded down. Default false. */
  staircase?: boolean;
}

/**
 * Decay by the inverse of time:
 *
 *     rate / (1 + decay * step / steps)
 *
 * @throws OptionError
 *
 * Keras's InverseTimeDecay, `lr_decay` of PyTorch's Adagrad, `decay` of older Keras optimizers. For the recursion see `timeBased`.
 * @example inverseTime({ rate: 0.1, decay: 0.5, steps: 1000 })
 */
export function inverseTime(options: InverseTimeOptions): DescribedSchedule<InverseTimeOptions> {
  return make(inverseTimeRule, options);
}

export const inverseTimeRule: ScheduleRule<InverseTimeOptions> = {
  kind: "inverseTime",
  fields: { rate, decay: number(undefined, { min: 0 }), steps: unit, staircase: boolean(false) },
  evaluate: (s, step) => s.rate / (1 + s.decay * units(step, s)),
  describe: (s) => `${s.rate} / (1 + ${s.decay} t), t in units of ${countSteps(s.steps)}${s.staircase ? ", rounded down" : ""}`,
};
