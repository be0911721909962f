import { cos, exp, log, pow } from "../numerics/math.js";
import { boolean, integer, number, oneOf, optional } from "../options/options.js";
import { end, rate, steps } from "./fields.js";
import { type Described, make, type Rule } from "./schedule.js";

/** Half a cosine wave: 1 at phase 0, 0 at phase 1, 1 again at phase 2. */
export function halfWave(phase: number): number {
  return (1 + cos(Math.PI * phase)) / 2;
}

export interface CosineOptions {
  rate: number;
  end?: number;
  steps: number;
  exponent?: number;
  delay?: number;
  cycles?: number;
  periodic?: boolean;
}

/**
 * Half a cosine wave down, then constant:
 *
 *     end + (rate - end) * ((1 + cos(pi * 2 * cycles * p^delay)) / 2)^exponent,   p = min(step, steps) / steps
 *
 * @param options.rate from 0
 * @param options.end default 0 (Optax's and Keras's `alpha` is end / rate)
 * @param options.steps at least 1
 * @param options.exponent default 1, greater than 0 (Optax)
 * @param options.delay default 1, greater than 0: the k of k-decay (timm); above 1 the rate stays high for longer
 * @param options.cycles default 0.5, in whole waves, greater than 0 (transformers's `num_cycles`)
 * @param options.periodic default false; true lets p grow past 1, so that the rate rises again after `steps`, as in PyTorch
 * @throws OptionError
 *
 * Loshchilov and Hutter, SGDR (2017), without restarts. Clamped as in Optax and Keras; PyTorch's CosineAnnealingLR is `periodic`.
 * @example cosine({ rate: 0.003, steps: 2000 })
 */
export function cosine(options: CosineOptions): Described<CosineOptions> {
  return make(cosineRule, options);
}

export const cosineRule: Rule<CosineOptions> = {
  kind: "cosine",
  fields: {
    rate,
    end,
    steps,
    exponent: number(1, { above: 0 }),
    delay: number(1, { above: 0 }),
    cycles: number(0.5, { above: 0 }),
    periodic: boolean(false),
  },
  evaluate(s, step) {
    const progress = s.periodic ? step / s.steps : Math.min(1, step / s.steps);
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

export interface WarmRestartsOptions {
  rate: number;
  end?: number;
  steps: number;
  growth?: number;
  decay?: number;
  decays?: "height" | "peak";
  cycles?: number | undefined;
}

/**
 * Cosines one after the other, each starting from the top:
 *
 *     end + (peak(i) - end) * (1 + cos(pi * t / T(i))) / 2
 *
 * where cycle i = 0, 1, ... lasts T(i) = steps * growth^i, t is the step within it, and peak(i) is end + (rate - end) * decay^i.
 *
 * @param options.rate from 0
 * @param options.end default 0
 * @param options.steps of the first cycle, at least 1, not necessarily whole
 * @param options.growth default 1 (PyTorch; Keras 2), at least 1: how much longer each cycle is than the one before
 * @param options.decay default 1, from 0: how much lower
 * @param options.decays default "height": what decays is the height over `end`, as in Keras; "peak": peak(i) = rate * decay^i, as in timm
 * @param options.cycles how many, at least 1; the rate is `end` afterwards. Left out, they never end
 * @throws OptionError
 *
 * Loshchilov and Hutter, SGDR (2017); PyTorch's CosineAnnealingWarmRestarts, Keras's CosineDecayRestarts.
 * @example warmRestarts({ rate: 0.1, steps: 100, growth: 2, decay: 0.8 })
 */
export function warmRestarts(options: WarmRestartsOptions): Described<WarmRestartsOptions> {
  return make(warmRestartsRule, options);
}

export const warmRestartsRule: Rule<WarmRestartsOptions> = {
  kind: "warmRestarts",
  fields: {
    rate,
    end,
    steps: number(undefined, { min: 1 }),
    growth: number(1, { min: 1 }),
    decay: number(1, { min: 0 }),
    decays: oneOf("height", ["height", "peak"]),
    cycles: optional(integer(undefined, { min: 1 })),
  },
  evaluate(s, step) {
    let cycle = s.growth === 1 ? Math.floor(step / s.steps) : Math.floor(log(1 + (step / s.steps) * (s.growth - 1)) / log(s.growth));
    // Rounding may put a step next to a restart into the wrong cycle; the cycle's own start decides.
    if (step < startOf(s, cycle)) cycle--;
    else if (step >= startOf(s, cycle + 1)) cycle++;
    if (s.cycles !== undefined && cycle >= s.cycles) return s.end;

    const phase = (step - startOf(s, cycle)) / (s.steps * pow(s.growth, cycle));
    const fade = s.decay === 1 ? 1 : pow(s.decay, cycle);
    const height = s.decays === "height" ? (s.rate - s.end) * fade : s.rate * fade - s.end;
    return s.end + height * halfWave(phase);
  },
  describe: (s) =>
    `cosines from ${s.rate} to ${s.end}, ${s.cycles === undefined ? "restarting" : `${s.cycles} of them, the first`} after ${s.steps} steps` +
    `${s.growth === 1 ? "" : `, each ${s.growth} times as long as the one before`}${s.decay === 1 ? "" : `, its ${s.decays} times ${s.decay}`}`,
};

function startOf(s: { steps: number; growth: number }, cycle: number): number {
  return s.growth === 1 ? s.steps * cycle : (s.steps * (pow(s.growth, cycle) - 1)) / (s.growth - 1);
}

export interface TanhOptions {
  rate: number;
  end?: number;
  steps: number;
  lower?: number;
  upper?: number;
}

/**
 * A hyperbolic tangent down, then constant:
 *
 *     end + (rate - end) * (1 - tanh(lower * (1 - p) + upper * p)) / 2,   p = step / steps
 *
 * and `end` from step `steps` on: a small jump, as tanh(upper) is not quite 1.
 *
 * @param options.rate from 0
 * @param options.end default 0
 * @param options.steps at least 1
 * @param options.lower default -7
 * @param options.upper default 3
 * @throws OptionError
 *
 * Hsueh et al., Stochastic Gradient Descent with Hyperbolic-Tangent Decay (2018); timm's TanhLRScheduler with one cycle.
 * @example tanh({ rate: 0.1, steps: 1000 })
 */
export function tanh(options: TanhOptions): Described<TanhOptions> {
  return make(tanhRule, options);
}

export const tanhRule: Rule<TanhOptions> = {
  kind: "tanh",
  fields: { rate, end, steps, lower: number(-7), upper: number(3) },
  evaluate(s, step) {
    if (step >= s.steps) return s.end;
    const p = step / s.steps;
    // (1 - tanh(x)) / 2 is the logistic function of -2x
    return s.end + (s.rate - s.end) / (1 + exp(2 * (s.lower * (1 - p) + s.upper * p)));
  },
  describe: (s) => `a hyperbolic tangent from ${s.rate} to ${s.end} over ${s.steps} steps`,
};
