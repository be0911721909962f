import { pow } from "../numerics/math.js";
import { OptionError } from "../options/errors.js";
import { type Fields, integer, list, number, oneOf, optional } from "../options/options.js";
import { halfWave } from "./cosine.js";
import { boundaries, checkLength, passed, rate } from "./fields.js";
import { type Described, make, type Rule } from "./schedule.js";

export interface CyclicOptions {
  rate: number;
  peak: number;
  up?: number;
  down?: number | undefined;
  mode?: "triangular" | "triangular2" | "exponential";
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
 * @param options.rate at the ends of a cycle, from 0
 * @param options.peak in its middle, from 0
 * @param options.up default 2000, in steps, at least 1
 * @param options.down as `up` when left out
 * @param options.mode default "triangular"
 * @param options.factor default 1, greater than 0, of mode "exponential"
 * @throws OptionError
 *
 * Smith, Cyclical Learning Rates (2017); PyTorch's CyclicLR, whose exp_range is "exponential".
 * @example cyclic({ rate: 0.001, peak: 0.01, up: 500 }) // and momentum: cyclic({ rate: 0.9, peak: 0.8, up: 500 })
 */
export function cyclic(options: CyclicOptions): Described<CyclicOptions> {
  return make(cyclicRule, options);
}

export const cyclicRule: Rule<CyclicOptions> = {
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

interface Phases {
  steps: number;
  rise?: number;
  shape?: "cosine" | "linear";
  phases?: number;
}

export interface OneCycleOptions extends Phases {
  rate: number;
  divisor?: number;
  finalDivisor?: number;
}

function checkPhases(s: Required<Phases>, path: string): void {
  if (s.phases === 3 && s.rise > 0.5) throw new OptionError(`${path}.rise`, s.rise, `must be at most 0.5 with three phases, got ${s.rise}`);
}

const phaseFields: Fields<Phases> = {
  steps: integer(undefined, { min: 2 }),
  rise: number(0.3, { min: 0, max: 1 }),
  shape: oneOf("cosine", ["cosine", "linear"]),
  phases: integer(2, { min: 2, max: 3 }),
};

/**
 * One large cycle over the whole run:
 *
 *     from rate / divisor                  at step 0
 *     up to rate                           at step rise * steps - 1
 *     (back to rate / divisor              at step 2 * rise * steps - 2, with three phases)
 *     to rate / divisor / finalDivisor     at step steps - 1, and there it stays
 *
 * each along half a cosine wave or a straight line.
 *
 * @param options.rate the highest, from 0
 * @param options.steps of the whole cycle, at least 2
 * @param options.rise default 0.3, from 0 to 1 (0.5 with three phases): the part of the cycle that goes up
 * @param options.shape default "cosine", or "linear"
 * @param options.phases default 2, or 3
 * @param options.divisor default 25, greater than 0
 * @param options.finalDivisor default 1e4, greater than 0
 * @throws OptionError
 *
 * Smith and Topin, Super-Convergence (2018); PyTorch's OneCycleLR, which raises past its end. Optax's one-cycles have their knots a
 * step later: docs/schedules.md has them as `interpolate`. `oneCycleMomentum` is the momentum that goes with it.
 * @example oneCycle({ rate: 0.1, steps: 2000 })
 */
export function oneCycle(options: OneCycleOptions): Described<OneCycleOptions> {
  return make(oneCycleRule, options);
}

export const oneCycleRule: Rule<OneCycleOptions> = {
  kind: "oneCycle",
  fields: { rate, ...phaseFields, divisor: number(25, { above: 0 }), finalDivisor: number(1e4, { above: 0 }) },
  check: checkPhases,
  evaluate(s, step) {
    const low = s.rate / s.divisor;
    return phased(s, step, low, s.rate, low / s.finalDivisor);
  },
  describe: (s) =>
    `one cycle over ${s.steps} steps in ${s.phases} ${s.shape} phases: ${s.rate / s.divisor} up to ${s.rate}, ` +
    `down to ${s.rate / s.divisor / s.finalDivisor}`,
};

export interface OneCycleMomentumOptions extends Phases {
  high?: number;
  low?: number;
}

/**
 * The momentum (or beta1) that goes with `oneCycle`: low where the rate is high.
 *
 *     from high                            at step 0
 *     down to low                          at step rise * steps - 1
 *     up to high                           at step steps - 1 (with three phases at 2 * rise * steps - 2), and there it stays
 *
 * @param options.high default 0.95, from 0
 * @param options.low default 0.85, from 0
 * @param options.steps as those of the rate, and so `rise`, `shape`, `phases`
 * @throws OptionError
 *
 * PyTorch's OneCycleLR (`cycle_momentum`).
 * @example oneCycleMomentum({ steps: 2000 })
 */
export function oneCycleMomentum(options: OneCycleMomentumOptions): Described<OneCycleMomentumOptions> {
  return make(oneCycleMomentumRule, options);
}

export const oneCycleMomentumRule: Rule<OneCycleMomentumOptions> = {
  kind: "oneCycleMomentum",
  fields: { ...phaseFields, high: number(0.95, { min: 0 }), low: number(0.85, { min: 0 }) },
  check: checkPhases,
  evaluate: (s, step) => phased(s, step, s.high, s.low, s.high),
  describe: (s) => `one cycle over ${s.steps} steps in ${s.phases} ${s.shape} phases: ${s.high} down to ${s.low} and back`,
};

function phased(s: Required<Phases>, step: number, first: number, middle: number, last: number): number {
  const top = s.rise * s.steps - 1;
  const final = s.steps - 1;
  if (step <= top && top > 0) return between(s.shape, first, middle, step / top);
  // A rise of nothing, or of less than a step, has no first phase: the cycle starts at the top.
  const from = Math.max(0, top);
  const back = 2 * s.rise * s.steps - 2;
  if (s.phases === 2) return step < final ? between(s.shape, middle, last, (step - from) / (final - from)) : last;
  if (step <= back && back > from) return between(s.shape, middle, first, (step - from) / (back - from));
  const third = Math.max(from, back);
  return step < final ? between(s.shape, first, last, (step - third) / (final - third)) : last;
}

export interface InterpolateOptions {
  boundaries: readonly number[];
  rates: readonly number[];
  shape?: "cosine" | "linear";
}

/**
 * Given rates at given steps, and lines or half cosine waves between them:
 *
 *     rates[i]                                                          at step boundaries[i]
 *     rates[i] + (rates[i + 1] - rates[i]) * p                          between, "linear"
 *     rates[i + 1] + (rates[i] - rates[i + 1]) * (1 + cos(pi * p)) / 2  between, "cosine"
 *
 * with p from 0 to 1 on the way. Before the first and after the last boundary the rate stays.
 *
 * @param options.boundaries ascending steps, at least one
 * @param options.rates as many
 * @param options.shape default "linear", or "cosine"
 * @throws OptionError
 *
 * Optax's piecewise_interpolate_schedule, which takes factors for rates.
 * @example interpolate({ boundaries: [0, 100, 1000], rates: [0.01, 0.1, 0] })
 */
export function interpolate(options: InterpolateOptions): Described<InterpolateOptions> {
  return make(interpolateRule, options);
}

export const interpolateRule: Rule<InterpolateOptions> = {
  kind: "interpolate",
  fields: { boundaries: boundaries(1), rates: list(undefined, rate), shape: oneOf("linear", ["linear", "cosine"]) },
  check: (s, path) => checkLength(`${path}.rates`, s.rates, s.boundaries.length, "as many as boundaries"),
  evaluate(s, step) {
    const next = passed(s.boundaries, step);
    if (next === 0) return s.rates[0] as number;
    const from = s.boundaries[next - 1] as number;
    const rate = s.rates[next - 1] as number;
    if (next === s.boundaries.length) return rate;
    return between(s.shape, rate, s.rates[next] as number, (step - from) / ((s.boundaries[next] as number) - from));
  },
  describe: (s) => `${s.shape} through ${s.rates.map((rate, i) => `${rate} at step ${s.boundaries[i]}`).join(", ")}`,
};

function between(shape: "cosine" | "linear", from: number, to: number, p: number): number {
  return shape === "linear" ? from + (to - from) * p : to + (from - to) * halfWave(p);
}
