import { OptionError } from "../options/errors.js";
import { number } from "../options/options.js";
import { type Clock, type Described, describe, evaluate, make, type Rule, type Schedule, schedule } from "./schedule.js";

// Inside, steps are epochs or parts of the run: the clock of the run would be wrong there.
const NO_CLOCK: Clock = Object.freeze({});

export interface PerEpoch {
  schedule: Schedule;
}

/**
 * A schedule whose steps are epochs:
 *
 *     schedule(floor(step / stepsPerEpoch))
 *
 * so that the rate changes between epochs only, as where PyTorch's `scheduler.step()` is called once an epoch.
 *
 * @param inner any schedule, its steps in epochs; not itself per epoch or per fraction
 * @throws OptionError here, and from `rateAt` when its clock has no stepsPerEpoch
 * @example rateAt(perEpoch(step({ rate: 0.1, every: 30 })), 1000, { stepsPerEpoch: 20 })
 */
export function perEpoch(inner: Schedule): Described<PerEpoch> {
  return make(perEpochRule, { schedule: inner });
}

export const perEpochRule: Rule<PerEpoch> = {
  kind: "perEpoch",
  fields: { schedule: schedule() },
  evaluate: (s, step, clock) => evaluate(s.schedule, Math.floor(step / known(clock, "stepsPerEpoch", "perEpoch")), NO_CLOCK),
  describe: (s) => `${describe(s.schedule)}, counted in epochs`,
};

export interface PerFraction {
  schedule: Schedule;
  parts: number;
}

/**
 * A schedule written for a run of `parts` steps, stretched over the run there is:
 *
 *     schedule(step * parts / totalSteps)
 *
 * which is smooth: the inner step may be a fraction.
 *
 * @param inner any schedule, its steps in parts of the run: in percent, unless you say otherwise; not itself per epoch or per fraction
 * @param parts default 100, greater than 0
 * @throws OptionError here, and from `rateAt` when its clock has no totalSteps
 * @example perFraction(warmup({ steps: 10, then: cosine({ rate: 0.003, steps: 90 }) })) // warms up for a tenth of any run
 */
export function perFraction(inner: Schedule, parts = 100): Described<PerFraction> {
  return make(perFractionRule, { schedule: inner, parts });
}

export const perFractionRule: Rule<PerFraction> = {
  kind: "perFraction",
  fields: { schedule: schedule(), parts: number(100, { above: 0 }) },
  evaluate: (s, step, clock) => evaluate(s.schedule, (step * s.parts) / known(clock, "totalSteps", "perFraction"), NO_CLOCK),
  describe: (s) => `${describe(s.schedule)}, counted in ${s.parts === 100 ? "percent" : `1/${s.parts}`} of the run`,
};

function known(clock: Clock, field: keyof Clock, kind: string): number {
  const value = clock[field];
  if (value === undefined || !(value > 0)) {
    throw new OptionError(`clock.${field}`, value, `must be known and positive where a schedule is ${kind} (and not inside another such)`);
  }
  return value;
}
