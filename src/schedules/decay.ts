import { exp, pow } from "../numerics/math.js";
import { boolean, integer, number } from "../options/options.js";
import { end, optionalEnd, rate, steps, unit } from "./fields.js";
import { running } from "./running.js";
import { type Described, make, type Rule } from "./schedule.js";

export interface ExponentialOptions {
  rate: number;
  factor: number;
  steps?: number;
  staircase?: boolean;
  begin?: number;
  end?: number | undefined;
}

/**
 * Exponential decay:
 *
 *     rate * factor^(max(0, step - begin) / steps)
 *
 * @param options.rate from 0
 * @param options.factor what `steps` steps multiply by, greater than 0; above 1 it grows, as a learning-rate range test wants
 * @param options.steps default 1, at least 1
 * @param options.staircase default false; true rounds the exponent down
 * @param options.begin default 0: the step at which the decay starts
 * @param options.end where the decay stops: the least rate (the greatest when factor > 1). Left out, it never stops
 * @throws OptionError
 *
 * PyTorch's ExponentialLR (`gamma`), Keras's ExponentialDecay, Optax's exponential_decay.
 * @example exponential({ rate: 0.1, factor: 0.5, steps: 1000 }) // halves every 1000 steps
 */
export function exponential(options: ExponentialOptions): Described<ExponentialOptions> {
  return make(exponentialRule, options);
}

export const exponentialRule: Rule<ExponentialOptions> = {
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
    `${s.rate}, times ${s.factor} every ${count(s.steps)}${s.staircase ? " at once" : ""}` +
    `${s.begin > 0 ? ` from step ${s.begin}` : ""}${s.end === undefined ? "" : ` until ${s.end}`}`,
};

export interface NaturalExponentialOptions {
  rate: number;
  decay: number;
  steps?: number;
  staircase?: boolean;
}

/**
 * Exponential decay, written with e:
 *
 *     rate * e^(-decay * step / steps)
 *
 * @param options.rate from 0
 * @param options.decay from 0, per `steps` steps
 * @param options.steps default 1, at least 1
 * @param options.staircase default false; true rounds step / steps down
 * @throws OptionError
 *
 * TensorFlow 1's natural_exp_decay. The same curve as `exponential` with factor e^-decay.
 * @example naturalExponential({ rate: 0.1, decay: 0.001 })
 */
export function naturalExponential(options: NaturalExponentialOptions): Described<NaturalExponentialOptions> {
  return make(naturalExponentialRule, options);
}

export const naturalExponentialRule: Rule<NaturalExponentialOptions> = {
  kind: "naturalExponential",
  fields: { rate, decay: number(undefined, { min: 0 }), steps: unit, staircase: boolean(false) },
  evaluate: (s, step) => s.rate * exp(-s.decay * units(step, s)),
  describe: (s) => `${s.rate}, times e^-${s.decay} every ${count(s.steps)}${s.staircase ? " at once" : ""}`,
};

export interface TimeBasedOptions {
  rate: number;
  decay: number;
}

/**
 * Time-based decay as textbooks write it, a recursion:
 *
 *     eta(0) = rate
 *     eta(n + 1) = eta(n) / (1 + decay * n)
 *
 * so eta(1) = eta(0), and eta(n) falls like 1 / n!: far quicker than `inverseTime`, which most libraries mean by the name. Below the
 * smallest normal number (2.2e-308) it is 0.
 *
 * Still a pure function of the step: the divisions are always done in the same order. Going forward costs one division a step; a jump
 * costs one for each step not visited before (3 ns), or at most 1023 from the nearest checkpoint, and nothing once the rate is 0, which
 * for decay = 1e-6 is after 38,000 steps.
 *
 * @param options.rate from 0
 * @param options.decay from 0
 * @throws OptionError
 * @example timeBased({ rate: 0.1, decay: 1e-4 })
 */
export function timeBased(options: TimeBasedOptions): Described<TimeBasedOptions> {
  return make(timeBasedRule, options);
}

export const timeBasedRule: Rule<TimeBasedOptions> = {
  kind: "timeBased",
  fields: { rate, decay: number(undefined, { min: 0 }) },
  evaluate: (s, step) => (s.decay === 0 ? s.rate : running(s, Math.floor(step), s.rate, nextTimeBased)),
  describe: (s) => `${s.rate}, divided by 1 + ${s.decay} n after step n`,
};

// Without the cut, the least denormal would be divided by less than 2 for ever and never become 0.
function nextTimeBased(s: TimeBasedOptions, rate: number, n: number): number {
  const next = rate / (1 + s.decay * n);
  return next < 2.2250738585072014e-308 ? 0 : next;
}

export interface InverseTimeOptions {
  rate: number;
  decay: number;
  steps?: number;
  staircase?: boolean;
}

/**
 * Decay by the inverse of time:
 *
 *     rate / (1 + decay * step / steps)
 *
 * @param options.rate from 0
 * @param options.decay from 0, per `steps` steps
 * @param options.steps default 1, at least 1
 * @param options.staircase default false; true rounds step / steps down
 * @throws OptionError
 *
 * Keras's InverseTimeDecay, `lr_decay` of PyTorch's Adagrad, `decay` of older Keras optimizers. For the recursion see `timeBased`.
 * @example inverseTime({ rate: 0.1, decay: 0.5, steps: 1000 })
 */
export function inverseTime(options: InverseTimeOptions): Described<InverseTimeOptions> {
  return make(inverseTimeRule, options);
}

export const inverseTimeRule: Rule<InverseTimeOptions> = {
  kind: "inverseTime",
  fields: { rate, decay: number(undefined, { min: 0 }), steps: unit, staircase: boolean(false) },
  evaluate: (s, step) => s.rate / (1 + s.decay * units(step, s)),
  describe: (s) => `${s.rate} / (1 + ${s.decay} t), t in units of ${count(s.steps)}${s.staircase ? ", rounded down" : ""}`,
};

export interface LinearOptions {
  rate: number;
  end?: number;
  steps: number;
}

/**
 * A straight line, then constant:
 *
 *     rate + (end - rate) * min(step, steps) / steps
 *
 * @param options.rate from 0
 * @param options.end default 0: the rate from step `steps` on, exactly
 * @param options.steps at least 1
 * @throws OptionError
 *
 * Optax's linear_schedule; PyTorch's LinearLR with factors 1/3 and 1 is `linear({ rate: rate / 3, end: rate, steps })`.
 * @example linear({ rate: 0.1, steps: 1000 })
 */
export function linear(options: LinearOptions): Described<LinearOptions> {
  return make(linearRule, options);
}

export const linearRule: Rule<LinearOptions> = {
  kind: "linear",
  fields: { rate, end, steps },
  evaluate: (s, step) => (step < s.steps ? s.rate + (s.end - s.rate) * (step / s.steps) : s.end),
  describe: (s) => `linear from ${s.rate} to ${s.end} over ${count(s.steps)}`,
};

export interface PolynomialOptions {
  rate: number;
  end?: number;
  steps: number;
  power?: number;
  cycle?: boolean;
}

/**
 * Polynomial decay:
 *
 *     end + (rate - end) * (1 - min(step, N) / N)^power
 *
 * with N = steps, or with `cycle` N = steps * max(1, ceil(step / steps)): whenever it has come down, it goes up again to a lower peak.
 *
 * @param options.rate from 0
 * @param options.end default 0 (Keras 1e-4, transformers 1e-7)
 * @param options.steps at least 1
 * @param options.power default 1, greater than 0
 * @param options.cycle default false
 * @throws OptionError
 *
 * PyTorch's PolynomialLR, Keras's PolynomialDecay, Optax's polynomial_schedule.
 * @example polynomial({ rate: 0.1, steps: 1000, power: 2 })
 */
export function polynomial(options: PolynomialOptions): Described<PolynomialOptions> {
  return make(polynomialRule, options);
}

export const polynomialRule: Rule<PolynomialOptions> = {
  kind: "polynomial",
  fields: { rate, end, steps, power: number(1, { above: 0 }), cycle: boolean(false) },
  evaluate(s, step) {
    const length = s.cycle ? s.steps * Math.max(1, Math.ceil(step / s.steps)) : s.steps;
    return step < length ? s.end + (s.rate - s.end) * pow(1 - step / length, s.power) : s.end;
  },
  describe: (s) => `${s.rate} to ${s.end} over ${count(s.steps)} by power ${s.power}${s.cycle ? ", again and again to lower peaks" : ""}`,
};

export interface InverseSqrtOptions {
  rate: number;
  timescale?: number;
}

/**
 * Decay by the inverse square root:
 *
 *     rate / sqrt((step + timescale) / timescale)
 *
 * @param options.rate from 0
 * @param options.timescale default 10000, in steps, at least 1: after three of them the rate is half
 * @throws OptionError
 *
 * transformers's get_inverse_sqrt_schedule, whose timescale is its number of warm-up steps: put `warmup` before it.
 * @example warmup({ steps: 1000, then: inverseSqrt({ rate: 0.1, timescale: 1000 }) })
 */
export function inverseSqrt(options: InverseSqrtOptions): Described<InverseSqrtOptions> {
  return make(inverseSqrtRule, options);
}

export const inverseSqrtRule: Rule<InverseSqrtOptions> = {
  kind: "inverseSqrt",
  fields: { rate, timescale: integer(10000, { min: 1 }) },
  evaluate: (s, step) => s.rate / Math.sqrt((step + s.timescale) / s.timescale),
  describe: (s) => `${s.rate}, falling as the inverse square root of time in units of ${count(s.timescale)}`,
};

export interface NoamOptions {
  rate?: number;
  width?: number;
  steps?: number;
}

/**
 * The Transformer's schedule, a linear warm-up that meets an inverse square root:
 *
 *     rate * width^-0.5 * min((step + 1)^-0.5, (step + 1) * steps^-1.5)
 *
 * @param options.rate default 1, from 0: a factor on all of it
 * @param options.width default 512, the model's, at least 1
 * @param options.steps default 4000, of warm-up, at least 1
 * @throws OptionError
 *
 * Vaswani et al., Attention Is All You Need (2017), section 5.3, with step + 1 for its step that counts from 1; burn's Noam scheduler.
 * @example noam({ width: 256, steps: 8000 })
 */
export function noam(options: NoamOptions = {}): Described<NoamOptions> {
  return make(noamRule, options);
}

export const noamRule: Rule<NoamOptions> = {
  kind: "noam",
  fields: { rate: number(1, { min: 0 }), width: integer(512, { min: 1 }), steps: integer(4000, { min: 1 }) },
  evaluate: (s, step) => (s.rate * Math.min(1 / Math.sqrt(step + 1), (step + 1) / (s.steps * Math.sqrt(s.steps)))) / Math.sqrt(s.width),
  describe: (s) =>
    `a warm-up over ${count(s.steps)} to ${s.rate / Math.sqrt(s.width * s.steps)}, then falling as the inverse square root of the step`,
};

function units(step: number, s: { steps: number; staircase: boolean }): number {
  return s.staircase ? Math.floor(step / s.steps) : step / s.steps;
}

function count(steps: number): string {
  return steps === 1 ? "step" : `${steps} steps`;
}
