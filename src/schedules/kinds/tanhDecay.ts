import { exp } from "../../numerics/math.js";
import { number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { end, length, rate } from "../shared/fields.js";

/** Options of `tanhDecay`. */
export interface TanhDecayOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Learning rate at the end: at least 0. Default 0. */
  end?: number;
  /** Optimizer updates from `rate` to `end`: a whole number, at least 0. With 0 the rate is `end` at once. */
  steps: number;
  /** Argument of the tangent at the start: any number. Default -7. */
  lower?: number;
  /** Argument of the tangent at the end: any number. Default 3. */
  upper?: number;
}

/**
 * A hyperbolic tangent down, then constant:
 *
 *     end + (rate - end) * (1 - tanhDecay(lower * (1 - p) + upper * p)) / 2,   p = step / steps
 *
 * and `end` from step `steps` on: a small jump, as tanhDecay(upper) is not quite 1.
 *
 * @throws OptionError
 *
 * Hsueh et al., Stochastic Gradient Descent with Hyperbolic-Tangent Decay (2018); timm's TanhLRScheduler with one cycle.
 * @example tanhDecay({ rate: 0.1, steps: 1000 })
 */
export function tanhDecay(options: TanhDecayOptions): DescribedSchedule<TanhDecayOptions> {
  return make(tanhDecayRule, options);
}

export const tanhDecayRule: ScheduleRule<TanhDecayOptions> = {
  kind: "tanhDecay",
  fields: { rate, end, steps: length, lower: number(-7), upper: number(3) },
  evaluate(s, step) {
    if (step >= s.steps) return s.end;
    const p = step / s.steps;
    // (1 - tanh(x)) / 2 is the logistic function of -2x
    return s.end + (s.rate - s.end) / (1 + exp(2 * (s.lower * (1 - p) + s.upper * p)));
  },
  describe: (s) => `a hyperbolic tangent from ${s.rate} to ${s.end} over ${s.steps} steps`,
};
