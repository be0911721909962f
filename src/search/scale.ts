import { make as makeOptimizer, type OptimizerDescription, type RuleDescription, ruleOf, type Scheduled } from "../optimizers/rule.js";
import { unwrap, withCore } from "../optimizers/wrapper.js";
import { OptionError } from "../options/errors.js";
import { integer, number } from "../options/options.js";
import { scaleSchedule } from "../schedules/kinds/scaleSchedule.js";
import { isPlateau, startPlateau } from "../schedules/plateau.js";
import { type Clock, make, rateAt, ruleOf as scheduleRuleOf } from "../schedules/schedule.js";
import { type CheckedRun, clockOf, type Run, readRun } from "../training/run.js";

/**
 * The run with its learning rate scaled so that the highest it uses on `rows` training rows is `rate`. A schedule keeps its shape, and groups
 * with rates of their own, and an optimizer that some tensors are left to (the `fallback` of muon), their ratio to it. This is what a search does to a run for every rate it tries, so that the run made here with a
 * rate that a search printed gives the numbers of that search, to the bit.
 *
 * @throws OptionError for a schedule that is 0 throughout, and for a wrong run.
 * @example
 * const { best } = await searchLearningRate(run, { training, validation });
 * const trainer = new Trainer(engine, scaleRun(run, training.rows, best.rate), { training, validation });
 */
export function scaleRun(run: Run, rows: number, rate: number): CheckedRun {
  const checked = readRun(run);
  integer(undefined, { min: 1 }).read(rows, "scaleRun.rows");
  number(undefined, { min: 0 }).read(rate, "scaleRun.rate");
  return readRun({ ...checked, optimizer: scaleOptimizer(checked, rows, rate) });
}

/**
 * The run with other rates, one for each step, in place of its own; groups with rates of their own keep the ratio of their highest to the run's.
 * A number that is not finite ends such a run, whatever its guard.
 */
export function followRates(run: CheckedRun, rows: number, rates: (step: number) => number): CheckedRun {
  const clock = clockOf(run, rows);
  const highest = peak(unwrap(run.optimizer).core.learningRate, clock);
  const follow = (own: Scheduled) => {
    const ratio = peak(own, clock) / highest;
    return (step: number) => ratio * rates(step);
  };
  return readRun({ ...run, optimizer: withRates(run.optimizer, rates, follow, { guard: "throw" }) });
}

function scaleOptimizer(run: CheckedRun, rows: number, rate: number): OptimizerDescription {
  const { learningRate } = unwrap(run.optimizer).core;
  const factor = rate / peak(learningRate, clockOf(run, rows));
  return withRates(run.optimizer, typeof learningRate === "number" ? rate : scaledBy(learningRate, factor), (own) => scaledBy(own, factor));
}

/** The optimizer with another learning rate; `change` makes those of its groups and of its fallback. */
function withRates(
  optimizer: OptimizerDescription,
  learningRate: Scheduled,
  change: (own: Scheduled) => Scheduled,
  more: object = {},
): OptimizerDescription {
  const { core } = unwrap(optimizer);
  const { kind: _, groups, ...options } = core;
  const { fallback } = options as { fallback?: RuleDescription };
  const other = fallback && { fallback: withRates(fallback, change(fallback.learningRate), change) };
  const changed = groups.map((group) =>
    group["learningRate"] === undefined ? group : ({ ...group, learningRate: change(group["learningRate"] as Scheduled) } as typeof group),
  );
  return withCore(
    optimizer,
    makeOptimizer(ruleOf(core), { ...options, learningRate, groups: changed, ...other, ...more }, "run.optimizer"),
  );
}

function scaledBy(schedule: Scheduled, factor: number): Scheduled {
  if (typeof schedule === "number") return schedule * factor;
  if (typeof schedule === "object" && isPlateau(schedule))
    return make(scheduleRuleOf(schedule), { ...schedule, rate: startPlateau(schedule).rate * factor });
  return scaleSchedule(schedule, factor);
}

/** The highest rate of a run. */
function peak(schedule: Scheduled, clock: Required<Clock>): number {
  if (typeof schedule === "number") return schedule;
  if (typeof schedule === "object" && isPlateau(schedule)) return startPlateau(schedule).rate;
  let highest = 0;
  for (let step = 0; step < Math.max(1, clock.totalSteps); step++) highest = Math.max(highest, rateAt(schedule, step, clock));
  if (highest === 0) throw new OptionError("run.optimizer.learningRate", schedule, "is 0 throughout: there is nothing to scale");
  return highest;
}
