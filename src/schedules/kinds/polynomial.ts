import { pow } from "../../numerics/math.js";
import { boolean, number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { end, length, rate } from "../shared/fields.js";
import { countSteps } from "../shared/units.js";

/** Options of `polynomial`. */
export interface PolynomialOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Learning rate at the end: at least 0. Default 0 (Keras 1e-4, transformers 1e-7). */
  end?: number;
  /** Optimizer updates from `rate` to `end`: a whole number, at least 0. With 0 the rate is `end` at once. */
  steps: number;
  /** Exponent of the polynomial: greater than 0. Default 1, a straight line. */
  power?: number;
  /** Whether the rate goes up again, to a lower peak, whenever it has come down. Default false. */
  cycle?: boolean;
}

/**
 * Polynomial decay:
 *
 *     end + (rate - end) * (1 - min(step, N) / N)^power
 *
 * with N = steps, or with `cycle` N = steps * max(1, ceil(step / steps)): whenever it has come down, it goes up again to a lower peak.
 *
 * @throws OptionError
 *
 * PyTorch's PolynomialLR, Keras's PolynomialDecay, Optax's polynomial_schedule.
 * @example polynomial({ rate: 0.1, steps: 1000, power: 2 })
 */
export function polynomial(options: PolynomialOptions): DescribedSchedule<PolynomialOptions> {
  return make(polynomialRule, options);
}

export const polynomialRule: ScheduleRule<PolynomialOptions> = {
  kind: "polynomial",
  fields: { rate, end, steps: length, power: number(1, { above: 0 }), cycle: boolean(false) },
  evaluate(s, step) {
    const span = s.cycle ? s.steps * Math.max(1, Math.ceil(step / s.steps)) : s.steps;
    // With steps = 0 a cycle is NaN steps long, which no step is before.
    return step < span ? s.end + (s.rate - s.end) * pow(1 - step / span, s.power) : s.end;
  },
  describe: (s) =>
    `${s.rate} to ${s.end} over ${countSteps(s.steps)} by power ${s.power}${s.cycle ? ", again and again to lower peaks" : ""}`,
};
