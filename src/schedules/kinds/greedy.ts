import { OptionError } from "../../options/errors.js";
import { boolean, integer, list, number, oneOf } from "../../options/options.js";
import type { PlateauRule, PlateauState } from "../plateau.js";
import { type DescribedSchedule, make } from "../schedule.js";
import { rate } from "../shared/fields.js";
import { best, count, finite, isBetter, mode, notOfTheStep, type Threshold } from "../shared/metric.js";

/** Options of `greedy`. */
export interface GreedyOptions extends Threshold {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Multiplies the rate when it falls, and divides it when it grows: greater than 0, less than 1. Default 0.95. */
  factor?: number;
  /** Observations in a row after which the rate changes with the next: a whole number, at least 0. Default 10. */
  patience?: number;
  /** Observations ignored after the rate was lowered: a whole number, at least 0. Default 0. */
  cooldown?: number;
  /** Observations ignored after the rate was raised: a whole number, at least 0. Default 0. */
  warmup?: number;
  /** Least learning rate: at least 0. Default 1e-3. */
  minRate?: number;
  /** Greatest learning rate: at least 0, not less than minRate. Default 1. */
  maxRate?: number;
  /** A change of no more than this is not made: at least 0. Default 1e-8. */
  epsilon?: number;
  /** Observations averaged if `smooth`: a whole number, at least 1. Default 50. */
  window?: number;
  /** Whether the average of the last `window` observations is compared. Default false. */
  smooth?: boolean;
  /** Reductions at minRate after which everything starts afresh: a whole number, at least 1. Default 500. */
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
 * @throws OptionError
 *
 * GreedyLR (2025), arXiv:2512.14527, as in transformers.
 * @example greedy({ rate: 0.01, patience: 5 })
 */
export function greedy(options: GreedyOptions): DescribedSchedule<GreedyOptions> {
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
