import { OptionError } from "../../options/errors.js";
import { demand, type Field, integer, list } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate } from "../shared/fields.js";

/** A rate that was set by hand: the first step, counted from 0, that uses it, and the rate, at least 0. */
export type RateChange = readonly [step: number, rate: number];

/** Options of `manual`. */
export interface ManualOptions {
  /** Learning rate at the start: at least 0. */
  rate: number;
  /** What was set since, in the order of the steps. Default: nothing. */
  changes?: readonly RateChange[];
}

/**
 * A rate that stays until someone sets another: `optimizer.setLearningRate(rate)` or `trainer.setLearningRate(rate)`, while it trains.
 *
 *     rate                                          before the first change
 *     the rate of the last change at or before it   from then on
 *
 * What was set is a part of the state that a checkpoint keeps, of the history, and of what `recordedRun` gives: with its changes the schedule is a
 * function of the step as any other, and a run with it gives the same bits without a hand.
 *
 * @throws OptionError
 * @example manual({ rate: 0.01, changes: [[200, 0.001]] })
 */
export function manual(options: ManualOptions): DescribedSchedule<ManualOptions> {
  return make(manualRule, options);
}

const change: Field<RateChange> = {
  fallback: undefined,
  read(value, path) {
    demand(Array.isArray(value) && value.length === 2, path, value, "a pair of a step and a rate");
    const [step, to] = value as [unknown, unknown];
    return Object.freeze([integer(undefined, { min: 0 }).read(step, `${path}[0]`), rate.read(to, `${path}[1]`)] as const);
  },
};

export const manualRule: ScheduleRule<ManualOptions> = {
  kind: "manual",
  fields: { rate, changes: list<RateChange>([], change) },
  check({ changes }, path) {
    for (let i = 1; i < changes.length; i++) {
      const [[before], [here]] = [changes[i - 1] as RateChange, changes[i] as RateChange];
      if (here <= before)
        throw new OptionError(`${path}.changes[${i}][0]`, here, `must be after the one before it, got ${here} after ${before}`);
    }
  },
  evaluate({ rate, changes }, step) {
    for (let i = changes.length - 1; i >= 0; i--) {
      const change = changes[i] as RateChange;
      if (change[0] <= step) return change[1];
    }
    return rate;
  },
  turn(s, step, rate) {
    // what was to come at that step or later, in a run that is gone through again, is overruled
    const kept = s.changes.filter(([before]) => before < step);
    return make(manualRule, { rate: s.rate, changes: [...kept, [step, rate]] });
  },
  describe: ({ rate, changes }) =>
    [`${rate} until it is set by hand`, ...changes.map(([step, rate]) => `${rate} from step ${step}`)].join(", "),
};
