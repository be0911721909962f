import { number, optional } from "../../options/options.js";
import { type DescribedSchedule, describeSchedule, evaluate, make, type Schedule, type ScheduleRule, schedule } from "../schedule.js";
import { length } from "../shared/fields.js";
import { type RiseShape, rise, riseShape } from "../shared/waves.js";

/** Options of `warmup`. */
export interface WarmupOptions {
  /** Optimizer updates of warm-up: a whole number, at least 0. With 0 there is no warm-up, and the schedule is `then`. */
  steps: number;
  /** Learning rate at step 0: at least 0. Default: target / (steps + 1), equal increments of which the first update already has one. */
  from?: number | undefined;
  /** Curve of the rise: "linear", "cosine" or "sqrt" (transformers's "1-sqrt"). Default "linear". */
  shape?: RiseShape;
  /**
   * Schedule after the warm-up, whose steps count from its end. A plain function makes the description a thenable, which `await` would
   * call: wrap it in `lambda`.
   */
  then: Schedule;
}

/**
 * A warm-up before any schedule:
 *
 *     from + (target - from) * rise(step / steps)   while step < steps, target being the first rate of `then`
 *     then(step - steps)                            from then on: its steps count from the end of the warm-up
 *
 * with rise(p) = p (linear), (1 - cos(pi p)) / 2 (cosine) or 1 - sqrt(1 - p) (sqrt).
 *
 * @throws OptionError
 *
 * Goyal et al., Accurate, Large Minibatch SGD (2017). Optax's warmup_* schedules count the warm-up as part of their steps; Keras's
 * CosineDecay and this one do not.
 * @example warmup({ steps: 100, then: cosine({ rate: 0.003, steps: 2000 }) })
 */
export function warmup(options: WarmupOptions): DescribedSchedule<WarmupOptions> {
  return make(warmupRule, options);
}

export const warmupRule: ScheduleRule<WarmupOptions> = {
  kind: "warmup",
  fields: { steps: length, from: optional(number(undefined, { min: 0 })), shape: riseShape, then: schedule() },
  evaluate(s, step, clock) {
    if (step >= s.steps) return evaluate(s.then, step - s.steps, clock);
    const target = evaluate(s.then, 0, clock);
    const from = s.from ?? target / (s.steps + 1);
    return from + (target - from) * rise(s.shape, step / s.steps);
  },
  describe: (s) =>
    `a ${s.shape} warm-up over ${s.steps} steps${s.from === undefined ? "" : ` from ${s.from}`}, then ${describeSchedule(s.then)}`,
};
