import { integer, number, oneOf, optional } from "../options/options.js";
import { halfWave } from "./cosine.js";
import { end, rate, steps } from "./fields.js";
import { type Described, describe, evaluate, make, type Rule, type Schedule, schedule } from "./schedule.js";

export type Shape = "linear" | "cosine" | "sqrt";

const shape = oneOf<Shape>("linear", ["linear", "cosine", "sqrt"]);

/** The way up, from 0 at p = 0 to 1 at p = 1. */
function rise(shape: Shape, p: number): number {
  if (shape === "linear") return p;
  return shape === "cosine" ? 1 - halfWave(p) : 1 - Math.sqrt(1 - p);
}

export interface WarmupOptions {
  steps: number;
  from?: number | undefined;
  shape?: Shape;
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
 * @param options.steps of the warm-up, at least 1
 * @param options.from the rate at step 0, from 0. Left out, it is target / (steps + 1): equal increments, of which the first update
 *   already has one. transformers starts from 0, which spends the first update on nothing; PyTorch's LinearLR from a third
 * @param options.shape default "linear", or "cosine", or "sqrt" (transformers's "1-sqrt")
 * @param options.then any schedule; a plain function makes the description a thenable, which `await` would call: wrap it in `lambda`
 * @throws OptionError
 *
 * Goyal et al., Accurate, Large Minibatch SGD (2017). Optax's warmup_* schedules count the warm-up as part of their steps; Keras's
 * CosineDecay and this one do not.
 * @example warmup({ steps: 100, then: cosine({ rate: 0.003, steps: 2000 }) })
 */
export function warmup(options: WarmupOptions): Described<WarmupOptions> {
  return make(warmupRule, options);
}

export const warmupRule: Rule<WarmupOptions> = {
  kind: "warmup",
  fields: { steps, from: optional(number(undefined, { min: 0 })), shape, then: schedule() },
  evaluate(s, step, clock) {
    if (step >= s.steps) return evaluate(s.then, step - s.steps, clock);
    const target = evaluate(s.then, 0, clock);
    const from = s.from ?? target / (s.steps + 1);
    return from + (target - from) * rise(s.shape, step / s.steps);
  },
  describe: (s) => `a ${s.shape} warm-up over ${s.steps} steps${s.from === undefined ? "" : ` from ${s.from}`}, then ${describe(s.then)}`,
};

export interface WarmupStableDecayOptions {
  rate: number;
  end?: number;
  warmup: number;
  stable: number;
  decay: number;
  rise?: Shape;
  fall?: Shape;
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
 * with rise(p) = p, (1 - cos(pi p)) / 2 or 1 - sqrt(1 - p), and fall(p) = 1 - p, (1 + cos(2 pi cycles p)) / 2 or 1 - sqrt(p).
 *
 * @param options.rate the stable one, from 0
 * @param options.end default 0: the rate at the start and at the end (transformers's `min_lr_ratio` is end / rate)
 * @param options.warmup in steps, from 0
 * @param options.stable in steps, from 0
 * @param options.decay in steps, from 0
 * @param options.rise default "linear", or "cosine", or "sqrt"
 * @param options.fall default "cosine", or "linear", or "sqrt"
 * @param options.cycles default 0.5, greater than 0: of fall "cosine"
 * @throws OptionError
 *
 * Hu et al., MiniCPM (2024); transformers's get_wsd_schedule. Like it, the first rate is `end`.
 * @example warmupStableDecay({ rate: 0.01, warmup: 100, stable: 1500, decay: 400, fall: "sqrt" })
 */
export function warmupStableDecay(options: WarmupStableDecayOptions): Described<WarmupStableDecayOptions> {
  return make(warmupStableDecayRule, options);
}

const length = integer(undefined, { min: 0 });

export const warmupStableDecayRule: Rule<WarmupStableDecayOptions> = {
  kind: "warmupStableDecay",
  fields: {
    rate,
    end,
    warmup: length,
    stable: length,
    decay: length,
    rise: shape,
    fall: oneOf<Shape>("cosine", ["linear", "cosine", "sqrt"]),
    cycles: number(0.5, { above: 0 }),
  },
  evaluate(s, step) {
    if (step < s.warmup) return s.end + (s.rate - s.end) * rise(s.rise, step / s.warmup);
    const decayed = step - s.warmup - s.stable;
    if (decayed < 0) return s.rate;
    if (decayed >= s.decay) return s.end;
    const p = decayed / s.decay;
    return s.end + (s.rate - s.end) * (s.fall === "cosine" ? halfWave(2 * s.cycles * p) : rise(s.fall, 1 - p));
  },
  describe: (s) =>
    `a ${s.rise} warm-up from ${s.end} to ${s.rate} over ${s.warmup} steps, ${s.stable} steps there, ` +
    `a ${s.fall} decay to ${s.end} over ${s.decay} steps`,
};
