import { integer, number, oneOf, optional } from "../../options/options.js";
import type { PlateauRule, PlateauState } from "../plateau.js";
import { type DescribedSchedule, make } from "../schedule.js";
import { rate } from "../shared/fields.js";
import { best, count, finite, isBetter, mode, notOfTheStep, type Threshold } from "../shared/metric.js";

/** Options of `reduceOnPlateau`. */
export interface ReduceOnPlateauOptions extends Threshold {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** Multiplies the rate at a reduction: greater than 0, less than 1. Default 0.1. */
  factor?: number;
  /** Observations without improvement that are borne: a whole number, at least 0. Default 10. */
  patience?: number;
  /** Observations after a reduction that are not counted: a whole number, at least 0. Default 0. */
  cooldown?: number;
  /** Least learning rate: at least 0. Default 0. */
  minRate?: number;
  /** A reduction of no more than this is not made: at least 0, convention "pytorch" only. Default 1e-8. */
  epsilon?: number;
  /** Metrics averaged into one observation: a whole number, at least 1. Default 1 (Optax's accumulation_size). */
  average?: number;
  /** Optimizer updates of a linear warm-up in front: a whole number, at least 0. Update t, from 0, has (t + 1) / (warmupSteps + 1) of the rate. Default 0. */
  warmupSteps?: number | undefined;
  /** Library whose way of counting is followed: "pytorch", "keras" or "optax". Default "pytorch". */
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
 * @throws OptionError
 *
 * ReduceLROnPlateau of PyTorch and Keras, optax.contrib.reduce_on_plateau (whose scale is this rate with `rate: 1`).
 * @example reduceOnPlateau({ rate: 0.1, factor: 0.5, patience: 3 })
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions): DescribedSchedule<ReduceOnPlateauOptions> {
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
    warmupSteps: optional(integer(undefined, { min: 0 })),
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
  factor: ({ warmupSteps = 0 }, step) => (step < warmupSteps ? (step + 1) / (warmupSteps + 1) : 1),
  evaluate: notOfTheStep,
  describe: (s) =>
    `${s.warmupSteps ? `a linear warm-up over ${s.warmupSteps} steps, then ` : ""}${s.rate}, times ${s.factor} whenever the metric has not improved for ${s.convention === "pytorch" ? "more than " : ""}` +
    `${s.patience} observations${s.minRate > 0 ? `, at least ${s.minRate}` : ""}`,
};
