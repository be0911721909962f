import { make as makeOptimizer, type OptimizerDescription, type RuleDescription, ruleOf, type Scheduled } from "../optimizers/rule.js";
import { unwrap, withCore } from "../optimizers/wrapper.js";
import { OptionError } from "../options/errors.js";
import { scaleSchedule } from "../schedules/kinds/scaleSchedule.js";
import { isPlateau, startPlateau } from "../schedules/plateau.js";
import { type Clock, make, rateAt, ruleOf as scheduleRuleOf } from "../schedules/schedule.js";
import { type CheckedRun, clockOf, type Run, readRun } from "../training/run.js";

/**
 * The run with its learning rate scaled so that the highest it uses on `rows` training rows is `rate`. A schedule keeps its shape, and groups
 * with rates of their own and muon's fallback their ratio to it. This is what a search does to a run for every rate it tries, so that the run made here with a
 * rate that a search printed gives the numbers of that search, to the bit.
 *
 * @throws OptionError for a schedule that is 0 throughout, and for a wrong run.
 * @example
 * const { best } = await searchLearningRate(run, { training, validation });
 * const trainer = new Trainer(engine, scaleRun(run, training.rows, best.rate), { training, validation });
 */
export function scaleRun(run: Run, rows: number, rate: number): CheckedRun {
  const checked = readRun(run);
  return readRun({ ...checked, optimizer: scaleOptimizer(checked, rows, rate) });
}

function scaleOptimizer(run: CheckedRun, rows: number, rate: number): OptimizerDescription {
  const { core } = unwrap(run.optimizer);
  const { kind: _, groups, ...options } = core;
  const { fallback } = options as { fallback?: RuleDescription };
  const factor = rate / peak(options.learningRate, clockOf(run, rows));
  const scaled = groups.map((group) =>
    group["learningRate"] === undefined
      ? group
      : ({ ...group, learningRate: scaledBy(group["learningRate"] as Scheduled, factor) } as typeof group),
  );
  const learningRate = typeof options.learningRate === "number" ? rate : scaledBy(options.learningRate, factor);
  const other = fallback && { fallback: scaledFallback(fallback) };
  return withCore(run.optimizer, makeOptimizer(ruleOf(core), { ...options, learningRate, groups: scaled, ...other }, "run.optimizer"));

  /** The optimizer of the tensors that this one leaves to another. */
  function scaledFallback({ kind: _, ...own }: RuleDescription): OptimizerDescription {
    const rule = ruleOf(fallback as RuleDescription);
    return makeOptimizer(rule, { ...own, learningRate: scaledBy(own.learningRate, factor) }, "run.optimizer.fallback");
  }
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
