import { pow } from "../../numerics/math.js";
import { integer, number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate } from "../shared/fields.js";
import { countSteps } from "../shared/units.js";

/** Options of `inversePower`. */
export interface InversePowerOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Optimizer updates in one unit of time: a whole number, at least 1. */
  timescale: number;
  /** How fast it falls: greater than 0. Default 0.5, that of `inverseSqrt`. */
  power?: number;
}

/**
 * Decay by a power of time:
 *
 *     rate * (1 + step / timescale)^-power
 *
 * @throws OptionError
 *
 * The stable phase "power" of timm's WSDLRScheduler; Shen et al., Power scheduler (2024), add a cool-down: `coolDown`.
 * @example warmup({ steps: 1000, then: inversePower({ rate: 0.02, timescale: 1000, power: 0.51 }) })
 */
export function inversePower(options: InversePowerOptions): DescribedSchedule<InversePowerOptions> {
  return make(inversePowerRule, options);
}

export const inversePowerRule: ScheduleRule<InversePowerOptions> = {
  kind: "inversePower",
  fields: { rate, timescale: integer(undefined, { min: 1 }), power: number(0.5, { above: 0 }) },
  evaluate: (s, step) => s.rate * pow(1 + step / s.timescale, -s.power),
  describe: (s) => `${s.rate}, falling as time in units of ${countSteps(s.timescale)} to the power of ${-s.power}`,
};
