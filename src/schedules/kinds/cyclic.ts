import { pow } from "../../numerics/math.js";
import { integer, number, oneOf, optional } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate } from "../shared/fields.js";

/** Options of `cyclic`. */
export interface CyclicOptions {
  /** Learning rate at the ends of a cycle: at least 0. */
  rate: number;
  /** Learning rate in the middle of a cycle: at least 0. */
  peak: number;
  /** Optimizer updates from `rate` to `peak`: a whole number, at least 1. Default 2000. */
  up?: number;
  /** Optimizer updates back from `peak` to `rate`: a whole number, at least 1. Default: as `up`. */
  down?: number | undefined;
  /**
   * Height of later cycles: "triangular" the same, "triangular2" half of the one before, "exponential" times `factor` each step. Default
   * "triangular".
   */
  mode?: "triangular" | "triangular2" | "exponential";
  /** Multiplies the height at each step in mode "exponential": greater than 0. Default 1. */
  factor?: number;
}

/**
 * Up and down in straight lines, again and again:
 *
 *     rate + (peak - rate) * triangle(step) * shrink
 *
 * where triangle goes from 0 to 1 in `up` steps and back in `down` steps, and shrink is 1 (triangular), 2^-cycle (triangular2, cycle
 * counted from 0) or factor^step (exponential).
 *
 * A momentum that mirrors the rate is `cyclic` too, with its high value as `rate` and its low one as `peak`.
 *
 * @throws OptionError
 *
 * Smith, Cyclical Learning Rates (2017); PyTorch's CyclicLR, whose exp_range is "exponential".
 * @example cyclic({ rate: 0.001, peak: 0.01, up: 500 }) // and momentum: cyclic({ rate: 0.9, peak: 0.8, up: 500 })
 */
export function cyclic(options: CyclicOptions): DescribedSchedule<CyclicOptions> {
  return make(cyclicRule, options);
}

export const cyclicRule: ScheduleRule<CyclicOptions> = {
  kind: "cyclic",
  fields: {
    rate,
    peak: rate,
    up: integer(2000, { min: 1 }),
    down: optional(integer(undefined, { min: 1 })),
    mode: oneOf("triangular", ["triangular", "triangular2", "exponential"]),
    factor: number(1, { above: 0 }),
  },
  evaluate(s, step) {
    const down = s.down ?? s.up;
    const length = s.up + down;
    const cycle = Math.floor(step / length);
    const t = step - cycle * length;
    const triangle = t <= s.up ? t / s.up : (length - t) / down;
    const shrink = s.mode === "triangular" ? 1 : s.mode === "triangular2" ? pow(2, -cycle) : pow(s.factor, step);
    return s.rate + (s.peak - s.rate) * triangle * shrink;
  },
  describe(s) {
    const shrink = { triangular: "", triangular2: ", half as high each cycle", exponential: `, its height times ${s.factor} each step` };
    return `from ${s.rate} up to ${s.peak} in ${s.up} steps and back in ${s.down ?? s.up}, again and again${shrink[s.mode]}`;
  },
};
