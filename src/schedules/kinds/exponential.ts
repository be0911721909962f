import { pow } from "../../numerics/math.js";
import { boolean, integer, number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { optionalEnd, rate, unit } from "../shared/fields.js";
import { countSteps, units } from "../shared/units.js";

/** Options of `exponential`. */
export interface ExponentialOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Multiplies the rate once in `steps` updates: greater than 0. Above 1 the rate grows, as in a range test. */
  factor: number;
  /** Optimizer updates that multiply by `factor` once: a whole number, at least 1. Default 1. */
  steps?: number;
  /** Whether the exponent is rounded down to whole numbers. Default false. */
  staircase?: boolean;
  /** Step at which the decay begins: a whole number, at least 0. Default 0. */
  begin?: number;
  /** Rate at which the decay stops, the least one, or the greatest if factor is above 1: at least 0. Default: it never stops. */
  end?: number | undefined;
}

/**
 * Exponential decay:
 *
 *     rate * factor^(max(0, step - begin) / steps)
 *
 * @throws OptionError
 *
 * PyTorch's ExponentialLR (`gamma`), Keras's ExponentialDecay, Optax's exponential_decay.
 * @example exponential({ rate: 0.1, factor: 0.5, steps: 1000 }) // halves every 1000 steps
 */
export function exponential(options: ExponentialOptions): DescribedSchedule<ExponentialOptions> {
  return make(exponentialRule, options);
}

export const exponentialRule: ScheduleRule<ExponentialOptions> = {
  kind: "exponential",
  fields: {
    rate,
    factor: number(undefined, { above: 0 }),
    steps: unit,
    staircase: boolean(false),
    begin: integer(0, { min: 0 }),
    end: optionalEnd,
  },
  evaluate(s, step) {
    const rate = s.rate * pow(s.factor, units(Math.max(0, step - s.begin), s));
    if (s.end === undefined) return rate;
    return s.factor < 1 ? Math.max(rate, s.end) : Math.min(rate, s.end);
  },
  describe: (s) =>
    `${s.rate}, times ${s.factor} every ${countSteps(s.steps)}${s.staircase ? " at once" : ""}` +
    `${s.begin > 0 ? ` from step ${s.begin}` : ""}${s.end === undefined ? "" : ` until ${s.end}`}`,
};
