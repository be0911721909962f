import { isManual, type MadeChange } from "../optimizers/manual-rate.js";
import { make, type OptimizerDescription, ruleOf } from "../optimizers/rule.js";
import { unwrap, withCore } from "../optimizers/wrapper.js";
import { demand } from "../options/options.js";
import { make as makeSchedule, type Schedule, ruleOf as scheduleRuleOf } from "../schedules/schedule.js";
import { type CheckedRun, type Run, readRun } from "./run.js";

/**
 * A run with the rates that were set by hand as data: it gives the same bits without a hand.
 *
 * @param changes what was set: `rateChanges` of the optimizer.
 * @throws OptionError for a wrong run.
 * @example recordedRun(run, [{ step: 10, rate: 0.01 }])
 */
export function recordedRun(run: Run, changes: readonly MadeChange[]): CheckedRun {
  const checked = readRun(run);
  const isChange = (change: unknown) => typeof change === "object" && change !== null && "step" in change && "rate" in change;
  demand(Array.isArray(changes) && changes.every(isChange), "changes", changes, "the rateChanges of an optimizer");
  return readRun({ ...checked, optimizer: recorded(checked.optimizer, changes) });
}

function recorded(description: OptimizerDescription, made: readonly MadeChange[]): OptimizerDescription {
  if (made.length === 0) return description;
  const { core } = unwrap(description);
  const { kind: _, groups, learningRate, ...options } = core;
  const parts = ruleOf(core).parts?.(options as never);
  const withChanges = (rate: Schedule, pattern: string | undefined) => {
    const changes = made.filter(({ match }) => match === pattern).map(({ step, rate }) => [step, rate]);
    return isManual(rate) && changes.length > 0 ? makeSchedule(scheduleRuleOf(rate), { ...rate, changes }) : undefined;
  };
  const recordedGroups = groups.map((group) => {
    const rate = withChanges((group["learningRate"] as Schedule | undefined) ?? learningRate, group.match);
    return rate === undefined ? group : { ...group, learningRate: rate };
  });
  const rate = withChanges(learningRate, undefined) ?? learningRate;
  // what was set of a part by its own pattern is its optimizer's
  const ofPart = (pattern: string) =>
    made
      .filter(({ match }) => match !== undefined)
      .map((change) => (change.match === pattern ? { step: change.step, rate: change.rate } : change));
  const recordedParts = parts?.map(({ match, optimizer }) => ({ match, optimizer: recorded(optimizer, ofPart(match)) }));
  const own = recordedParts ? { ...options, parts: recordedParts } : options;
  return withCore(description, make(ruleOf(core), { ...own, learningRate: rate, groups: recordedGroups }));
}
