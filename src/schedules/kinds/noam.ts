import { integer, number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { countSteps } from "../shared/units.js";

/** Options of `noam`. */
export interface NoamOptions {
  /** Factor on the whole schedule: at least 0. Default 1. */
  rate?: number;
  /** Width of the model: a whole number, at least 1. Default 512. */
  width?: number;
  /** Optimizer updates of warm-up: a whole number, at least 1. Default 4000. */
  steps?: number;
}

/**
 * The Transformer's schedule, a linear warm-up that meets an inverse square root:
 *
 *     rate * width^-0.5 * min((step + 1)^-0.5, (step + 1) * steps^-1.5)
 *
 * @throws OptionError
 *
 * Vaswani et al., Attention Is All You Need (2017), section 5.3, with step + 1 for its step that counts from 1; burn's Noam scheduler.
 * @example noam({ width: 256, steps: 8000 })
 */
export function noam(options: NoamOptions = {}): DescribedSchedule<NoamOptions> {
  return make(noamRule, options);
}

export const noamRule: ScheduleRule<NoamOptions> = {
  kind: "noam",
  fields: { rate: number(1, { min: 0 }), width: integer(512, { min: 1 }), steps: integer(4000, { min: 1 }) },
  evaluate: (s, step) => (s.rate * Math.min(1 / Math.sqrt(step + 1), (step + 1) / (s.steps * Math.sqrt(s.steps)))) / Math.sqrt(s.width),
  describe: (s) =>
    `a warm-up over ${countSteps(s.steps)} to ${s.rate / Math.sqrt(s.width * s.steps)}, then falling as the inverse square root of the step`,
};
