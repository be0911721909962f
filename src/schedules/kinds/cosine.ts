import { pow } from "../../numerics/math.js";
import { boolean, number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { end, length, rate } from "../shared/fields.js";
import { halfWave } from "../shared/waves.js";

/** Options of `cosine`. */
export interface CosineOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Learning rate at the end: at least 0. Default 0 (`alpha` of Optax and Keras is end / rate). */
  end?: number;
  /** Optimizer updates from `rate` to `end`: a whole number, at least 0. With 0 the rate is that of the end at once. */
  steps: number;
  /** Power of the wave: greater than 0. Default 1 (Optax's `exponent`). */
  exponent?: number;
  /** The k of k-decay, a power of the progress: greater than 0. Default 1; above 1 the rate stays high for longer (timm). */
  delay?: number;
  /** Number of whole waves: greater than 0. Default 0.5 (transformers's `num_cycles`). */
  cycles?: number;
  /** Whether the rate rises again after `steps`, as in PyTorch, rather than stay. Default false. */
  periodic?: boolean;
}

/**
 * Half a cosine wave down, then constant:
 *
 *     end + (rate - end) * ((1 + cos(pi * 2 * cycles * p^delay)) / 2)^exponent,   p = min(step, steps) / steps
 *
 * @throws OptionError
 *
 * Loshchilov and Hutter, SGDR (2017), without restarts. Clamped as in Optax and Keras; PyTorch's CosineAnnealingLR is `periodic`.
 * @example cosine({ rate: 0.003, steps: 2000 })
 */
export function cosine(options: CosineOptions): DescribedSchedule<CosineOptions> {
  return make(cosineRule, options);
}

export const cosineRule: ScheduleRule<CosineOptions> = {
  kind: "cosine",
  fields: {
    rate,
    end,
    steps: length,
    exponent: number(1, { above: 0 }),
    delay: number(1, { above: 0 }),
    cycles: number(0.5, { above: 0 }),
    periodic: boolean(false),
  },
  evaluate(s, step) {
    const progress = s.steps === 0 ? 1 : s.periodic ? step / s.steps : Math.min(1, step / s.steps);
    const delayed = s.delay === 1 ? progress : pow(progress, s.delay);
    // A phase of 2 is a whole wave. Taking whole waves away is exact, and keeps the argument of cos small.
    const wave = halfWave((2 * s.cycles * delayed) % 2);
    return s.end + (s.rate - s.end) * (s.exponent === 1 ? wave : pow(wave, s.exponent));
  },
  describe: (s) =>
    `a cosine from ${s.rate} to ${s.end} over ${s.steps} steps` +
    `${s.cycles === 0.5 ? "" : ` in ${s.cycles} waves`}${s.exponent === 1 ? "" : `, to the power ${s.exponent}`}` +
    `${s.delay === 1 ? "" : `, delayed by power ${s.delay}`}${s.periodic ? ", rising again afterwards" : ""}`,
};
