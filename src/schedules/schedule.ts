import { OptionError } from "../options/errors.js";
import { type Field, type Fields, number, optional, readOptions, show } from "../options/options.js";

/**
 * A rate, or any other hyperparameter, as it changes over a run: a number (it stays), what a factory such as `cosine` made (frozen plain
 * data), or a function of the number of optimizer updates done before. Functions cannot be written as JSON.
 */
export type Schedule = number | ScheduleDescription | ((step: number) => number);

/** A schedule made by a factory: `{ kind: "cosine", rate: 0.003, ... }`, frozen, with its rule attached unseen. */
export interface ScheduleDescription {
  /** Name of the factory that made it. */
  readonly kind: string;
  /** The rule, which only the factories and `scheduleFromJSON` attach. */
  readonly [RULE]: ScheduleRule;
}

/** Lengths of an epoch and of the run. Only `perEpoch` and `perFraction` ask for it. */
export interface Clock {
  /** Optimizer updates in an epoch. */
  readonly stepsPerEpoch?: number;
  /** Optimizer updates in the whole run. */
  readonly totalSteps?: number;
}

/** A description of known options: all of them present, save those that have no default. */
export type DescribedSchedule<O extends object> = Readonly<Required<O>> & ScheduleDescription;

/** A kind of schedule: its options and its formula. */
export interface ScheduleRule<O extends object = object> {
  readonly kind: string;
  readonly fields: Fields<O>;
  /** Checks options against each other; throws OptionErrors whose fields start with `path`. */
  check?(schedule: DescribedSchedule<O>, path: string): void;
  /** The rate at a step, which may be a fraction inside `perFraction`. Called before every update, so it allocates nothing (noise does). */
  evaluate(schedule: DescribedSchedule<O>, step: number, clock: Clock): number;
  /** The schedule in words, to follow "the rate is". */
  describe(schedule: DescribedSchedule<O>): string;
  /** True for what needs the metric, and so is no function of the step. */
  readonly observes?: boolean;
  /** The schedule once its rate was set by hand from a step on, for what allows it. */
  turn?(schedule: DescribedSchedule<O>, step: number, rate: number): ScheduleDescription;
}

// Carried unseen, so that a bundle holds the rules of the factories it imports and no others.
const RULE: unique symbol = Symbol("rule");

/** How deep schedules may be nested: one that holds no other has depth 1. */
export const MAX_DEPTH = 100;

// The depth of a description that holds others. They are made from the inside out, so that it is known of all it holds.
const depths = /* @__PURE__ */ new WeakMap<object, number>();

const NO_CLOCK: Clock = Object.freeze({});

function checkDepth(description: ScheduleDescription, path: string): void {
  let inner = 0;
  for (const value of Object.values(description).flat()) {
    if (typeof value === "object" && value !== null) inner = Math.max(inner, depths.get(value) ?? 1);
  }
  if (inner >= MAX_DEPTH) throw tooDeep(description, path);
  if (inner > 0) depths.set(description, inner + 1);
}

/** The error for schedules nested deeper than MAX_DEPTH. */
export function tooDeep(value: unknown, path: string): OptionError {
  return new OptionError(path, value, `must not be nested deeper than ${MAX_DEPTH} schedules: join or multiply lists of them instead`);
}

/** Checks a clock. Throws OptionError for a field that is unknown or negative. */
export function readClock(clock: Clock): Clock {
  const length = optional(number(undefined, { min: 0 }));
  return readOptions<Clock>("clock", clock, { stepsPerEpoch: length, totalSteps: length });
}

/** Reads options into a frozen description that carries its rule. */
export function make<O extends object>(rule: ScheduleRule<O>, given: unknown, path = rule.kind): DescribedSchedule<O> {
  const schedule = { kind: rule.kind, ...readOptions<O>(path, given, rule.fields) } as DescribedSchedule<O>;
  rule.check?.(schedule, path);
  Object.defineProperty(schedule, RULE, { value: rule });
  checkDepth(schedule, path);
  Object.freeze(schedule);
  return schedule;
}

/**
 * The rate of a schedule at a step: the optimizer uses it for its update number `step`, counted from 0.
 *
 * A pure function: any step, in any order, gives the same bits on every engine.
 *
 * @param step optimizer updates done before this one: a finite number from 0. A fraction is a point between two updates, as schedules of epochs use
 *   it; a function of yours is called with it
 * @param clock how long an epoch and the run are, for schedules that use `perEpoch` or `perFraction`
 * @throws OptionError for a step that is negative, infinite or NaN, for a missing clock, for a rate that is not finite (a function may
 *   return one, and an exponential that grows comes to one)
 * @example rateAt(cosine({ rate: 0.1, steps: 100 }), 50) // 0.05
 */
export function rateAt(schedule: Schedule, step: number, clock: Clock = NO_CLOCK): number {
  if (!(Number.isFinite(step) && step >= 0)) throw new OptionError("step", step, `must be a finite number from 0, got ${show(step)}`);
  const rate = evaluate(schedule, step, clock);
  if (!Number.isFinite(rate)) {
    throw new OptionError("schedule", schedule, `must be a finite number at every step, got ${show(rate)} at ${step}`);
  }
  return rate;
}

/**
 * The rates from step `from` up to, not including, `to`, both whole numbers.
 *
 * @throws OptionError as `rateAt`, or when `to` is less than `from`
 * @example ratesBetween(linear({ rate: 1, steps: 4 }), 0, 5) // Float64Array [1, 0.75, 0.5, 0.25, 0]
 */
export function ratesBetween(schedule: Schedule, from: number, to: number, clock: Clock = NO_CLOCK): Float64Array {
  if (!(Number.isInteger(from) && from >= 0)) throw new OptionError("from", from, `must be a whole number from 0, got ${show(from)}`);
  if (!(Number.isInteger(to) && to >= from)) {
    throw new OptionError("to", to, `must be a whole number, not less than from (${show(from)}), got ${show(to)}`);
  }
  const result = new Float64Array(to - from);
  for (let i = 0; i < result.length; i++) result[i] = rateAt(schedule, from + i, clock);
  return result;
}

/**
 * A schedule in words.
 *
 * @example describeSchedule(warmup({ steps: 100, then: cosine({ rate: 0.003, steps: 2000 }) }))
 * // "a linear warm-up over 100 steps, then a cosine from 0.003 to 0 over 2000 steps"
 */
export function describeSchedule(schedule: Schedule): string {
  if (typeof schedule === "number") return `${schedule}`;
  if (typeof schedule === "function") return "a function of the step";
  return ruleOf(schedule).describe(schedule as DescribedSchedule<object>);
}

/** `rateAt` without its checks, for the schedules inside a schedule. */
export function evaluate(schedule: Schedule, step: number, clock: Clock): number {
  if (typeof schedule === "number") return schedule;
  if (typeof schedule === "function") return schedule(step);
  return ruleOf(schedule).evaluate(schedule as DescribedSchedule<object>, step, clock);
}

/**
 * A field whose value is a schedule. Read by the factories and by `scheduleFromJSON` alike, which revives inner schedules before the outer.
 */
export function schedule(fallback?: Schedule): Field<Schedule> {
  return {
    fallback,
    form: { type: "schedule" },
    read(value, path) {
      if (typeof value === "function") return value as (step: number) => number;
      if (typeof value === "number" && Number.isFinite(value)) return value;
      if (typeof value !== "object" || value === null) {
        throw new OptionError(path, value, `must be a schedule (a number, a function or what a factory made), got ${show(value)}`);
      }
      if (ruleOf(value as ScheduleDescription, path).observes) {
        throw new OptionError(path, value, "must be a function of the step: a schedule that observes a metric cannot be part of another");
      }
      return value as ScheduleDescription;
    },
  };
}

/** The rule a description carries. */
export function ruleOf(schedule: ScheduleDescription, path = "schedule"): ScheduleRule {
  const rule = (schedule as ScheduleDescription | undefined)?.[RULE];
  if (rule === undefined) {
    throw new OptionError(path, schedule, "must be made by a factory such as cosine(), or read with scheduleFromJSON()");
  }
  return rule;
}
