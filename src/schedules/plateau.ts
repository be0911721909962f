import { OptionError } from "../options/errors.js";
import { boolean, type Field, type Fields, integer, list, number, oneOf, readOptions, show } from "../options/options.js";
import { rate } from "./fields.js";
import { type Described, make, type Rule, ruleOf, type Schedule, type ScheduleDescription } from "./schedule.js";

/** What a schedule that observes a metric remembers: plain JSON, of which `rate` is for all to see. */
export interface PlateauState {
  readonly rate: number;
}

/** A schedule whose rate depends on the metric seen, and not on the step. */
export interface PlateauRule<O extends object = object, S extends PlateauState = PlateauState> extends Rule<O> {
  readonly observes: true;
  readonly state: Fields<S>;
  start(schedule: Described<O>): S;
  observe(schedule: Described<O>, state: S, metric: number): S;
}

/** True for what `reduceOnPlateau` and `greedy` make: use `start` and `observe`, not `rateAt`. */
export function isPlateau(schedule: Schedule): schedule is ScheduleDescription {
  return typeof schedule === "object" && ruleOf(schedule).observes === true;
}

/**
 * The state before anything was observed. `state.rate` is the rate to use.
 *
 * @throws OptionError for a schedule that observes nothing
 */
export function start(schedule: ScheduleDescription): PlateauState {
  return plateauRuleOf(schedule).start(schedule as Described<object>);
}

/**
 * The state after one more metric, usually the validation loss of an epoch. Pure: the state given is not changed.
 *
 * @throws OptionError for a metric that is not a finite number
 * @example
 * let state = start(schedule);
 * for (const loss of losses) state = observe(schedule, state, loss); // state.rate is the rate now
 */
export function observe(schedule: ScheduleDescription, state: PlateauState, metric: number): PlateauState {
  if (!Number.isFinite(metric)) throw new OptionError("metric", metric, `must be a finite number, got ${show(metric)}`);
  return plateauRuleOf(schedule).observe(schedule as Described<object>, state, metric);
}

/** A state from a checkpoint, checked. @throws OptionError that names what is wrong in it, starting with `path` */
export function plateauStateFromJSON(schedule: ScheduleDescription, value: unknown, path = "state"): PlateauState {
  return readOptions(path, value, plateauRuleOf(schedule).state);
}

function plateauRuleOf(schedule: ScheduleDescription): PlateauRule {
  const rule = ruleOf(schedule);
  if (rule.observes !== true) throw new OptionError("schedule", schedule, `must observe a metric, and ${rule.kind} does not: use rateAt()`);
  return rule as PlateauRule;
}

interface Threshold {
  mode?: "min" | "max";
  threshold?: number;
  thresholdMode?: "relative" | "absolute";
}

function isBetter(s: Required<Threshold>, metric: number, best: number | null): boolean {
  if (best === null) return true;
  const sign = s.mode === "min" ? -1 : 1;
  const limit = s.thresholdMode === "relative" ? best * (1 + sign * s.threshold) : best + sign * s.threshold;
  return s.mode === "min" ? metric < limit : metric > limit;
}

const mode = oneOf("min", ["min", "max"]);
const count = integer(undefined, { min: 0 });
const finite = number(undefined);

/** The best metric so far; null stands for none, because JSON has no Infinity. */
const best: Field<number | null> = { fallback: undefined, read: (value, path) => (value === null ? null : finite.read(value, path)) };

function notOfTheStep(s: ScheduleDescription): never {
  throw new OptionError("schedule", s, `must be a function of the step, and ${s.kind} observes a metric: use start() and observe()`);
}

export interface ReduceOnPlateauOptions extends Threshold {
  rate: number;
  factor?: number;
  patience?: number;
  cooldown?: number;
  minRate?: number;
  epsilon?: number;
  average?: number;
  convention?: "pytorch" | "keras" | "optax";
}

interface ReduceState extends PlateauState {
  readonly best: number | null;
  readonly bad: number;
  readonly cooldown: number;
  readonly mean: number;
  readonly seen: number;
}

/**
 * A rate that is multiplied by `factor` when a metric has not improved for a while.
 *
 * A metric improves when it is less than best * (1 - threshold) (relative) or best - threshold (absolute), and the other way round with
 * mode "max". Metrics without improvement are counted; the rate is reduced, and the count starts again, when
 *
 *     count >  patience   convention "pytorch"
 *     count >= patience   conventions "keras" and "optax": one metric earlier for the same number
 *
 * For `cooldown` metrics after a reduction nothing is counted ("keras" counts the last of them again).
 *
 * @param options.rate to start with, from 0
 * @param options.factor default 0.1, greater than 0, less than 1
 * @param options.patience default 10, from 0
 * @param options.threshold default 1e-4, from 0
 * @param options.thresholdMode default "relative" (PyTorch, Optax's rtol), or "absolute" (Keras's min_delta, Optax's atol)
 * @param options.cooldown default 0
 * @param options.minRate default 0: the rate is not reduced below
 * @param options.epsilon default 1e-8: a reduction of no more than this is not made; convention "pytorch" only
 * @param options.average default 1: how many metrics are averaged into one (Optax's accumulation_size)
 * @param options.mode default "min", or "max"
 * @param options.convention default "pytorch"
 * @throws OptionError
 *
 * ReduceLROnPlateau of PyTorch and Keras, optax.contrib.reduce_on_plateau (whose scale is this rate with `rate: 1`).
 * @example reduceOnPlateau({ rate: 0.1, factor: 0.5, patience: 3 })
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions): Described<ReduceOnPlateauOptions> {
  return make(reduceOnPlateauRule, options);
}

export const reduceOnPlateauRule: PlateauRule<ReduceOnPlateauOptions, ReduceState> = {
  kind: "reduceOnPlateau",
  observes: true,
  fields: {
    rate,
    factor: number(0.1, { above: 0, below: 1 }),
    patience: integer(10, { min: 0 }),
    threshold: number(1e-4, { min: 0 }),
    thresholdMode: oneOf("relative", ["relative", "absolute"]),
    cooldown: integer(0, { min: 0 }),
    minRate: number(0, { min: 0 }),
    epsilon: number(1e-8, { min: 0 }),
    average: integer(1, { min: 1 }),
    convention: oneOf("pytorch", ["pytorch", "keras", "optax"]),
    mode,
  },
  state: { rate, best, bad: count, cooldown: count, mean: finite, seen: count },
  start: (s) => ({ rate: s.rate, best: null, bad: 0, cooldown: 0, mean: 0, seen: 0 }),
  observe(s, state, metric) {
    const seen = state.seen + 1;
    const mean = (state.seen * state.mean + metric) / seen;
    if (seen < s.average) return { ...state, mean, seen };

    const isImproved = isBetter(s, mean, state.best);
    const cooldown = Math.max(0, state.cooldown - 1);
    const isCooling = s.convention === "keras" ? cooldown > 0 : state.cooldown > 0;
    const bad = isImproved || isCooling ? 0 : state.bad + 1;
    const next = { ...state, best: isImproved ? mean : state.best, bad, cooldown, mean: 0, seen: 0 };
    const isDue = s.convention === "pytorch" ? bad > s.patience : bad > 0 && bad >= s.patience;
    if (!isDue) return next;

    const reduced = Math.max(state.rate * s.factor, s.minRate);
    const change = state.rate - reduced;
    const isMade = change > (s.convention === "pytorch" ? s.epsilon : 0);
    return { ...next, rate: isMade ? reduced : state.rate, bad: 0, cooldown: s.cooldown };
  },
  evaluate: notOfTheStep,
  describe: (s) =>
    `${s.rate}, times ${s.factor} whenever the metric has not improved for ${s.convention === "pytorch" ? "more than " : ""}` +
    `${s.patience} observations${s.minRate > 0 ? `, at least ${s.minRate}` : ""}`,
};

export interface GreedyOptions extends Threshold {
  rate: number;
  factor?: number;
  patience?: number;
  cooldown?: number;
  warmup?: number;
  minRate?: number;
  maxRate?: number;
  epsilon?: number;
  window?: number;
  smooth?: boolean;
  reset?: number;
}

interface GreedyState extends PlateauState {
  readonly best: number | null;
  readonly good: number;
  readonly bad: number;
  readonly cooldown: number;
  readonly warmup: number;
  readonly reset: number;
  readonly window: readonly number[];
  readonly sum: number;
}

/**
 * A rate that grows while a metric keeps improving and falls while it does not:
 *
 *     rate / factor   after more than `patience` improvements in a row, at most maxRate
 *     rate * factor   after more than `patience` metrics without, at least minRate
 *
 * When it would have been lowered `reset` times at minRate, everything starts afresh.
 *
 * @param options.rate to start with, from 0
 * @param options.factor default 0.95, greater than 0, less than 1
 * @param options.patience default 10, from 0
 * @param options.threshold default 1e-6, from 0; with `thresholdMode`, default "absolute", as in `reduceOnPlateau`
 * @param options.cooldown default 0: metrics ignored after the rate was lowered
 * @param options.warmup default 0: metrics ignored after it was raised
 * @param options.minRate default 1e-3, from 0
 * @param options.maxRate default 1, from 0
 * @param options.epsilon default 1e-8: a change of no more than this is not made
 * @param options.smooth default false; true compares the average of the last `window` metrics
 * @param options.window default 50, at least 1
 * @param options.reset default 500, at least 1
 * @param options.mode default "min", or "max"
 * @throws OptionError
 *
 * GreedyLR (2025), arXiv:2512.14527, as in transformers.
 * @example greedy({ rate: 0.01, patience: 5 })
 */
export function greedy(options: GreedyOptions): Described<GreedyOptions> {
  return make(greedyRule, options);
}

export const greedyRule: PlateauRule<GreedyOptions, GreedyState> = {
  kind: "greedy",
  observes: true,
  fields: {
    rate,
    factor: number(0.95, { above: 0, below: 1 }),
    patience: integer(10, { min: 0 }),
    threshold: number(1e-6, { min: 0 }),
    thresholdMode: oneOf("absolute", ["relative", "absolute"]),
    cooldown: integer(0, { min: 0 }),
    warmup: integer(0, { min: 0 }),
    minRate: number(1e-3, { min: 0 }),
    maxRate: number(1, { min: 0 }),
    epsilon: number(1e-8, { min: 0 }),
    window: integer(50, { min: 1 }),
    smooth: boolean(false),
    reset: integer(500, { min: 1 }),
    mode,
  },
  check(s, path) {
    if (s.maxRate < s.minRate) {
      throw new OptionError(`${path}.maxRate`, s.maxRate, `must be at least minRate (${s.minRate}), got ${s.maxRate}`);
    }
  },
  state: {
    rate,
    best,
    good: count,
    bad: count,
    cooldown: count,
    warmup: count,
    reset: count,
    window: list(undefined, finite),
    sum: finite,
  },
  start: (s) => ({ rate: s.rate, best: null, good: 0, bad: 0, cooldown: 0, warmup: 0, reset: s.reset, window: [], sum: 0 }),
  observe(s, state, metric) {
    const smoothed = s.smooth ? slide(s.window, state, metric) : state;
    const value = s.smooth ? smoothed.sum / smoothed.window.length : metric;
    if (state.cooldown > 0) return { ...smoothed, cooldown: state.cooldown - 1, good: 0, bad: 0 };
    if (state.warmup > 0) return { ...smoothed, warmup: state.warmup - 1, good: 0, bad: 0 };

    const isImproved = isBetter(s, value, state.best);
    const good = isImproved ? state.good + 1 : 0;
    const bad = isImproved ? 0 : state.bad + 1;
    const next = { ...smoothed, best: isImproved ? value : state.best, good, bad };
    if (good > s.patience) {
      const raised = Math.min(state.rate / s.factor, s.maxRate);
      const isMade = raised - state.rate > s.epsilon;
      return { ...next, rate: isMade ? raised : state.rate, good: 0, warmup: s.warmup, reset: s.reset };
    }
    if (bad > s.patience) {
      const lowered = Math.max(state.rate * s.factor, s.minRate);
      const rate = state.rate - lowered > s.epsilon ? lowered : state.rate;
      const reset = rate > s.minRate ? state.reset : state.reset - 1;
      // transformers sets its cool-down after the reset too
      return reset > 0 ? { ...next, rate, bad: 0, cooldown: s.cooldown, reset } : { ...greedyRule.start(s), cooldown: s.cooldown };
    }
    return next;
  },
  evaluate: notOfTheStep,
  describe: (s) =>
    `${s.rate}, divided by ${s.factor} after ${s.patience + 1} improvements of the metric in a row, times ${s.factor} after as many ` +
    `observations without, from ${s.minRate} to ${s.maxRate}`,
};

/** The last `size` metrics and their sum, after one more. */
function slide(size: number, state: GreedyState, metric: number): GreedyState {
  const window = [...state.window, metric];
  let sum = state.sum + metric;
  if (window.length > size) sum -= window.shift() as number;
  return { ...state, window, sum };
}
