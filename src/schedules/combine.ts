import { OptionError } from "../options/errors.js";
import { integer, list, number, optional } from "../options/options.js";
import { boundaries, checkLength, passed, steps } from "./fields.js";
import { type Described, describe, evaluate, make, type Rule, type Schedule, schedule } from "./schedule.js";

export interface Sequence {
  schedules: readonly Schedule[];
  boundaries: readonly number[];
}

/**
 * Schedules one after the other:
 *
 *     schedules[i](step - boundaries[i - 1])   for boundaries[i - 1] <= step < boundaries[i]
 *
 * Each counts its steps from its own start; a boundary step is the first of the later schedule.
 *
 * @param schedules at least one
 * @param boundaries ascending steps, one fewer than schedules
 * @throws OptionError
 *
 * Optax's join_schedules; PyTorch's SequentialLR (`milestones`).
 * @example sequence([linear({ rate: 0.1, end: 0.5, steps: 100 }), 0.5, cosine({ rate: 0.5, steps: 900 })], [100, 1000])
 */
export function sequence(schedules: readonly Schedule[], boundaries: readonly number[]): Described<Sequence> {
  return make(sequenceRule, { schedules, boundaries });
}

export const sequenceRule: Rule<Sequence> = {
  kind: "sequence",
  fields: { schedules: list(undefined, schedule(), 1), boundaries: boundaries(0) },
  check: (s, path) => checkLength(`${path}.boundaries`, s.boundaries, s.schedules.length - 1, "one fewer than schedules"),
  evaluate(s, step, clock) {
    const i = passed(s.boundaries, step);
    return evaluate(s.schedules[i] as Schedule, i === 0 ? step : step - (s.boundaries[i - 1] as number), clock);
  },
  describe: (s) => s.schedules.map((inner, i) => (i === 0 ? "" : `, from step ${s.boundaries[i - 1]} `) + describe(inner)).join(""),
};

export interface Product {
  schedules: readonly Schedule[];
}

/**
 * The product of schedules, at the same step:
 *
 *     schedules[0](step) * schedules[1](step) * ...
 *
 * @param schedules at least one: a rate, and factors around 1
 * @throws OptionError
 *
 * PyTorch's ChainedScheduler.
 * @example product([exponential({ rate: 0.1, factor: 0.99 }), factor({ rate: 1, factor: 0.1, steps: 20 })])
 */
export function product(schedules: readonly Schedule[]): Described<Product> {
  return make(productRule, { schedules });
}

export const productRule: Rule<Product> = {
  kind: "product",
  fields: { schedules: list(undefined, schedule(), 1) },
  evaluate(s, step, clock) {
    let result = 1;
    for (let i = 0; i < s.schedules.length; i++) result *= evaluate(s.schedules[i] as Schedule, step, clock);
    return result;
  },
  describe: (s) => s.schedules.map((inner) => `(${describe(inner)})`).join(" times "),
};

export interface Scale {
  schedule: Schedule;
  factor: number;
}

/**
 * A schedule times a number:
 *
 *     factor * schedule(step)
 *
 * @param inner any schedule
 * @param factor from 0
 * @throws OptionError
 * @example scale(cosine({ rate: 0.1, steps: 100 }), 0.5)
 */
export function scale(inner: Schedule, factor: number): Described<Scale> {
  return make(scaleRule, { schedule: inner, factor });
}

export const scaleRule: Rule<Scale> = {
  kind: "scale",
  fields: { schedule: schedule(), factor: number(undefined, { min: 0 }) },
  evaluate: (s, step, clock) => s.factor * evaluate(s.schedule, step, clock),
  describe: (s) => `${s.factor} times (${describe(s.schedule)})`,
};

export interface Limits {
  min?: number | undefined;
  max?: number | undefined;
}

export interface Clamp extends Limits {
  schedule: Schedule;
}

/**
 * A schedule kept within limits:
 *
 *     max(min, min(max, schedule(step)))
 *
 * @param inner any schedule
 * @param limits.min left out: no lower limit
 * @param limits.max left out: no upper limit; not less than `min`
 * @throws OptionError
 * @example clamp(exponential({ rate: 0.1, factor: 0.99 }), { min: 1e-4 })
 */
export function clamp(inner: Schedule, limits: Limits): Described<Clamp> {
  return make(clampRule, { schedule: inner, ...limits });
}

export const clampRule: Rule<Clamp> = {
  kind: "clamp",
  fields: { schedule: schedule(), min: optional(number(undefined)), max: optional(number(undefined)) },
  check(s, path) {
    if (s.min !== undefined && s.max !== undefined && s.max < s.min) {
      throw new OptionError(`${path}.max`, s.max, `must be at least min (${s.min}), got ${s.max}`);
    }
  },
  evaluate: (s, step, clock) => Math.max(s.min ?? -Infinity, Math.min(s.max ?? Infinity, evaluate(s.schedule, step, clock))),
  describe: (s) =>
    `${describe(s.schedule)}${s.min === undefined ? "" : `, at least ${s.min}`}${s.max === undefined ? "" : `, at most ${s.max}`}`,
};

export interface Shift {
  schedule: Schedule;
  steps: number;
}

/**
 * A schedule that starts later, or that has begun already:
 *
 *     schedule(max(0, step - steps))
 *
 * @param inner any schedule
 * @param by whole steps; until then the first rate holds. Negative: as if so many steps had been done
 * @throws OptionError
 * @example shift(cosine({ rate: 0.1, steps: 900 }), 100) // 0.1 for 100 steps, then down
 */
export function shift(inner: Schedule, by: number): Described<Shift> {
  return make(shiftRule, { schedule: inner, steps: by });
}

export const shiftRule: Rule<Shift> = {
  kind: "shift",
  fields: { schedule: schedule(), steps: integer(undefined) },
  evaluate: (s, step, clock) => evaluate(s.schedule, Math.max(0, step - s.steps), clock),
  describe: (s) => `${describe(s.schedule)}, begun ${Math.abs(s.steps)} steps ${s.steps < 0 ? "earlier" : "later"}`,
};

export interface Repeat {
  schedule: Schedule;
  steps: number;
  times?: number | undefined;
}

/**
 * The first steps of a schedule, over and over:
 *
 *     schedule(step mod steps)
 *
 * @param inner any schedule
 * @param every how many of its steps, at least 1
 * @param times how often, at least 1; afterwards the rate stays at schedule(every). Left out: for ever
 * @throws OptionError
 * @example repeat(linear({ rate: 0.1, steps: 100 }), 100) // a sawtooth
 */
export function repeat(inner: Schedule, every: number, times?: number): Described<Repeat> {
  return make(repeatRule, { schedule: inner, steps: every, times });
}

export const repeatRule: Rule<Repeat> = {
  kind: "repeat",
  fields: { schedule: schedule(), steps, times: optional(integer(undefined, { min: 1 })) },
  evaluate(s, step, clock) {
    const isOver = s.times !== undefined && step >= s.times * s.steps;
    return evaluate(s.schedule, isOver ? s.steps : step % s.steps, clock);
  },
  describe: (s) => `(${describe(s.schedule)}), repeated every ${s.steps} steps${s.times === undefined ? "" : `, ${s.times} times`}`,
};
