import { pow } from "../../numerics/math.js";
import { integer, number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate, steps } from "../shared/fields.js";

/** Options of `stepDecay`. */
export interface StepDecayOptions {
  /** Learning rate on the first stair: at least 0. */
  rate: number;
  /** Optimizer updates on one stair: a whole number, at least 1. */
  every: number;
  /** Multiplies the rate from stair to stair: at least 0. Default 0.1. */
  factor?: number;
  /**
   * Optimizer updates by which the first stair is shorter: a whole number, at least 0. Default 0; 1 is the textbook's "step-based decay".
   */
  offset?: number;
}

/**
 * A staircase:
 *
 *     rate * factor^floor((step + offset) / every)
 *
 * @throws OptionError
 *
 * PyTorch's StepLR; Keras's and Optax's exponential decay with `staircase`.
 * @example stepDecay({ rate: 0.1, every: 30 })
 */
export function stepDecay(options: StepDecayOptions): DescribedSchedule<StepDecayOptions> {
  return make(stepDecayRule, options);
}

export const stepDecayRule: ScheduleRule<StepDecayOptions> = {
  kind: "stepDecay",
  fields: { rate, every: steps, factor: number(0.1, { min: 0 }), offset: integer(0, { min: 0 }) },
  evaluate: (s, step) => s.rate * pow(s.factor, Math.floor((step + s.offset) / s.every)),
  describe: (s) => `${s.rate}, times ${s.factor} every ${s.every} steps${s.offset > 0 ? `, the first time ${s.offset} earlier` : ""}`,
};
