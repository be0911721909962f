import { number } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { type FallShape, fallFields, fallTo } from "../shared/falls.js";
import { end, length, rate } from "../shared/fields.js";
import { halfWave, type RiseShape, rise, riseShape } from "../shared/waves.js";

/** Options of `warmupStableDecay`. */
export interface WarmupStableDecayOptions {
  /** Stable learning rate: at least 0. */
  rate: number;
  /** Learning rate at the start and at the end: at least 0. Default 0 (transformers's `min_lr_ratio` is end / rate). */
  end?: number;
  /** Optimizer updates of the rise: a whole number, at least 0. */
  warmup: number;
  /** Optimizer updates at `rate`: a whole number, at least 0. */
  stable: number;
  /** Optimizer updates of the fall: a whole number, at least 0. */
  decay: number;
  /** Curve of the rise: "linear", "cosine" or "sqrt". Default "linear". */
  rise?: RiseShape;
  /** Curve of the fall: "linear", "cosine", "sqrt", "power", "exponential" or "rex". Default "cosine". */
  fall?: FallShape;
  /** Power of fall "power": greater than 0. Default 0.5, which is "sqrt". */
  power?: number;
  /** Fall "exponential" ends where it has come down to this part: between 0 and 1. Default 0.1. */
  ratio?: number;
  /** Number of whole waves of fall "cosine": greater than 0. Default 0.5. */
  cycles?: number;
}

/**
 * Warm up, stay, decay:
 *
 *     end + (rate - end) * rise(step / warmup)                      for `warmup` steps
 *     rate                                                          for `stable` steps
 *     end + (rate - end) * fall((step - warmup - stable) / decay)   for `decay` steps
 *     end                                                           from then on
 *
 * with rise(p) = p, (1 - cos(pi p)) / 2 or 1 - sqrt(1 - p), and fall(p) = 1 - p, (1 + cos(2 pi cycles p)) / 2, 1 - sqrt(p),
 * 1 - p^power, (ratio^p - ratio) / (1 - ratio) or (1 - p) / (1 - p / 2).
 *
 * @throws OptionError
 *
 * Hu et al., MiniCPM (2024); transformers's get_wsd_schedule. Like it, the first rate is `end`.
 * @example warmupStableDecay({ rate: 0.01, warmup: 100, stable: 1500, decay: 400, fall: "sqrt" })
 */
export function warmupStableDecay(options: WarmupStableDecayOptions): DescribedSchedule<WarmupStableDecayOptions> {
  return make(warmupStableDecayRule, options);
}

export const warmupStableDecayRule: ScheduleRule<WarmupStableDecayOptions> = {
  kind: "warmupStableDecay",
  fields: {
    rate,
    end,
    warmup: length,
    stable: length,
    decay: length,
    rise: riseShape,
    ...fallFields("cosine"),
    cycles: number(0.5, { above: 0 }),
  },
  evaluate(s, step) {
    if (step < s.warmup) return s.end + (s.rate - s.end) * rise(s.rise, step / s.warmup);
    const decayed = step - s.warmup - s.stable;
    if (decayed < 0) return s.rate;
    if (decayed >= s.decay) return s.end;
    const p = decayed / s.decay;
    return s.fall === "cosine" ? s.end + (s.rate - s.end) * halfWave(2 * s.cycles * p) : fallTo(s.end, s.rate, s, p);
  },
  describe: (s) =>
    `a ${s.rise} warm-up from ${s.end} to ${s.rate} over ${s.warmup} steps, ${s.stable} steps there, ` +
    `a ${s.fall} decay to ${s.end} over ${s.decay} steps`,
};
