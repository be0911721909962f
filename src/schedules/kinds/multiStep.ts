import { pow } from "../../numerics/math.js";
import { number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { boundaries, passed, rate } from "../shared/fields.js";

/** Options of `multiStep`. */
export interface MultiStepOptions {
  /** Learning rate before the first boundary: at least 0. */
  rate: number;
  /** Steps at which the factor applies: whole numbers from 0, ascending, at least one. A step that stands twice multiplies twice. */
  boundaries: readonly number[];
  /** Multiplies the rate at each boundary: at least 0. Default 0.1. */
  factor?: number;
}

/**
 * A staircase with stairs where you want them:
 *
 *     rate * factor^(how many boundaries <= step)
 *
 * @throws OptionError
 *
 * PyTorch's MultiStepLR (`milestones`).
 * @example multiStep({ rate: 0.1, boundaries: [3000, 8000] })
 */
export function multiStep(options: MultiStepOptions): DescribedSchedule<MultiStepOptions> {
  return make(multiStepRule, options);
}

export const multiStepRule: ScheduleRule<MultiStepOptions> = {
  kind: "multiStep",
  fields: { rate, boundaries: boundaries(1), factor: number(0.1, { min: 0 }) },
  evaluate: (s, step) => s.rate * pow(s.factor, passed(s.boundaries, step)),
  describe: (s) => `${s.rate}, times ${s.factor} at steps ${s.boundaries.join(", ")}`,
};
