import { OptionError } from "../options/errors.js";
import { type Fields, readOptions, show } from "../options/options.js";
import { type DescribedSchedule, ruleOf, type Schedule, type ScheduleDescription, type ScheduleRule } from "./schedule.js";

/** State of a schedule that observes a metric: plain JSON, of which `rate` is for all to see. */
export interface PlateauState {
  /** The learning rate to use now. */
  readonly rate: number;
}

/** A schedule whose rate depends on the metric seen, and not on the step. */
export interface PlateauRule<O extends object = object, S extends PlateauState = PlateauState> extends ScheduleRule<O> {
  readonly observes: true;
  readonly state: Fields<S>;
  start(schedule: DescribedSchedule<O>): S;
  observe(schedule: DescribedSchedule<O>, state: S, metric: number): S;
  /** A factor on the rate that depends on the step: a warm-up. */
  factor?(schedule: DescribedSchedule<O>, step: number): number;
}

/** Whether a schedule observes a metric: true for what `reduceOnPlateau` and `greedy` make: use `startPlateau` and `observePlateau`, not `rateAt`. */
export function isPlateau(schedule: Schedule): schedule is ScheduleDescription {
  return isPlateauAt(schedule, "schedule");
}

/** The same, naming the field in the error for what is no schedule. */
export function isPlateauAt(schedule: Schedule, path: string): schedule is ScheduleDescription {
  return typeof schedule === "object" && ruleOf(schedule, path).observes === true;
}

/**
 * The state before anything was observed. `state.rate` is the rate to use.
 *
 * @throws OptionError for a schedule that observes nothing
 * @example startPlateau(reduceOnPlateau({ rate: 0.1 })).rate // 0.1
 */
export function startPlateau(schedule: ScheduleDescription): PlateauState {
  return plateauRuleOf(schedule).start(schedule as DescribedSchedule<object>);
}

/**
 * The state after one more metric, usually the validation loss of an epoch. Pure: the state given is not changed.
 *
 * @throws OptionError for a metric that is not a finite number
 * @example
 * const schedule = reduceOnPlateau({ rate: 0.1, patience: 1 });
 * let state = startPlateau(schedule);
 * for (const loss of [0.5, 0.4, 0.4, 0.4]) state = observePlateau(schedule, state, loss);
 * state.rate // 0.01
 */
export function observePlateau(schedule: ScheduleDescription, state: PlateauState, metric: number): PlateauState {
  if (!Number.isFinite(metric)) throw new OptionError("metric", metric, `must be a finite number, got ${show(metric)}`);
  return plateauRuleOf(schedule).observe(schedule as DescribedSchedule<object>, state, metric);
}

/** The rate of an update, from 0, in a state. */
export function plateauRateAt(schedule: ScheduleDescription, { rate }: PlateauState, step: number): number {
  const rule = plateauRuleOf(schedule);
  return rule.factor === undefined ? rate : rate * rule.factor(schedule as DescribedSchedule<object>, step);
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
