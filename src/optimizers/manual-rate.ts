import { CheckpointError, OptionError } from "../options/errors.js";
import { number, show, suggest } from "../options/options.js";
import type { RateChange } from "../schedules/kinds/manual.js";
import { make as makeSchedule, type Schedule, type ScheduleDescription, ruleOf as scheduleRuleOf } from "../schedules/schedule.js";
import type { BoundGroup } from "./groups.js";

/** A rate that was set by hand while an optimizer stepped. */
export interface MadeChange {
  /** The first update, counted from 0, that uses the rate. */
  readonly step: number;
  readonly rate: number;
  /** The pattern of the group, or of the part, whose rate was set; missing for the optimizer's own, which of `partition` is the factor on all. */
  readonly match?: string;
}

type Manual = ScheduleDescription & { readonly changes: readonly RateChange[] };

const plain = /* @__PURE__ */ number(undefined, { min: 0 });

/** Whether a schedule is one whose rate is set by hand. */
export function isManual(rate: Schedule): rate is Manual {
  return typeof rate === "object" && scheduleRuleOf(rate).turn !== undefined;
}

/**
 * Sets the rate from a step on: of the group or part with that pattern, or of the optimizer and the groups that have its rate; of parts together, the factor
 * on all of their rates.
 */
export function setRate(groups: readonly BoundGroup[], step: number, given: number, match: string | undefined): void {
  const rate = plain.read(given, "learningRate");
  if (!Number.isFinite(Math.fround(rate))) throw new OptionError("learningRate", rate, `must be within the range of float32, got ${rate}`);
  const last = groups.at(-1) as BoundGroup;
  const turn = (current: Schedule): ScheduleDescription => {
    if (isManual(current)) return scheduleRuleOf(current).turn?.(current as never, step, rate) as ScheduleDescription;
    throw new OptionError(
      "learningRate",
      rate,
      "cannot be set here: it follows a number or a schedule; give manual({ rate }) in its place",
    );
  };
  if (match === undefined && last.part !== undefined) {
    const factor = turn(last.factor);
    for (const group of groups) group.factor = factor;
    return;
  }
  const meant = match === undefined ? withInherited(groups) : groupsOf(groups, match);
  const turned = turn((meant.at(-1) as BoundGroup).rate);
  for (const group of meant) {
    group.rate = turned;
    if (match !== undefined && group.match === match) group.inheritsRate = false;
  }
}

/** What was set by hand, by description or while stepping: of the optimizer first, then of groups with rates of their own. */
export function changesOf(groups: readonly BoundGroup[]): MadeChange[] {
  const last = groups.at(-1) as BoundGroup;
  const own = groups.filter((group) => !group.inheritsRate && (group.part !== undefined || group !== last));
  const first = last.part === undefined ? last : { rate: last.factor, match: undefined };
  const named = own.map(({ rate, match, part }) => ({ rate, match: match ?? part }));
  const seen = new Set<Schedule>();
  return [first, ...named].flatMap(({ rate, match }) => {
    if (!isManual(rate) || seen.has(rate)) return [];
    seen.add(rate);
    return rate.changes.map(([step, rate]) => ({ step, rate, ...(match !== undefined && { match }) }));
  });
}

/** Of what was set by hand, what updates from one, up to and not including another, were the first to use. */
export function changesWithin(made: readonly MadeChange[], from: number, to: number): { readonly rateChanges?: readonly MadeChange[] } {
  const rateChanges = made.filter(({ step }) => step >= from && step < to);
  return rateChanges.length > 0 ? { rateChanges } : {};
}

/** The rate of a group with what a saved state says was set by hand. */
export function manualFromJSON(rate: Schedule, json: unknown, path: string): Schedule {
  if (!isManual(rate)) return rate;
  try {
    return makeSchedule(scheduleRuleOf(rate), json, path);
  } catch (cause) {
    throw new CheckpointError((cause as Error).message, { cause });
  }
}

/** What of a rate set by hand belongs into a saved state. */
export function manualToJSON(rate: Schedule): { readonly rate: number } | undefined {
  if (!isManual(rate)) return undefined;
  const { kind: _, ...options } = rate;
  return options as unknown as { rate: number };
}

/** The last group, with the optimizer's own rate, and those that have it too. */
function withInherited(groups: readonly BoundGroup[]): readonly BoundGroup[] {
  return groups.filter((group) => group === groups.at(-1) || group.inheritsRate);
}

function groupsOf(groups: readonly BoundGroup[], match: string): readonly BoundGroup[] {
  const found = groups.filter((group) => group.match === match);
  if (found.length > 0) return found;
  const part = withInherited(groups.filter((group) => group.part === match));
  if (part.length > 0) return part;
  const known = [...new Set(groups.flatMap((group) => [group.match ?? [], group.part ?? []].flat()))];
  const hint = suggest(match, known) || (known.length > 0 ? `; there are ${known.join(", ")}` : "");
  throw new OptionError("match", match, `must be the pattern of a group, got ${show(match)}${hint}`);
}
