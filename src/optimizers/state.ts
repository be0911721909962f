import { CheckpointError } from "../options/errors.js";
import { show } from "../options/options.js";
import type { PlateauState } from "../schedules/plateau.js";
import type { BoundGroup, GroupState } from "./groups.js";
import { manualFromJSON, manualToJSON } from "./manual-rate.js";
import type { Scheduled } from "./rule.js";
import { PARTIAL, type Slots, type StateArrays } from "./slots.js";

/** The state of an optimizer by name of slot and tensor: copies, not views. */
export interface OptimizerState {
  readonly kind: string;
  /** The number of updates made. */
  readonly step: number;
  /** The number of gradients accumulated towards the next update. */
  readonly accumulated: number;
  /** The sum of their weights. Default: their number. */
  readonly accumulatedWeight?: number;
  readonly slots: StateArrays;
  /** The factor on the learning rate, where the guard has lowered it. Default 1. */
  readonly rateFactor?: number;
  /** Whether all gradients were too small to be squared when the guard last looked. Default false. */
  readonly faint?: boolean;
  /** The scalar state of each group, in the order of `groups`; a single one when all groups share it. */
  readonly scalars: readonly Readonly<Record<string, number>>[];
  /** The state of each group's learning rate, null where it neither watches a metric nor is set by hand. */
  readonly plateaus: readonly (PlateauState | null)[];
  /** The factor on all rates of a partition, where it is set by hand. */
  readonly commonRate?: { readonly rate: number };
  /** What each group is; states of earlier versions do not say it. */
  readonly groups?: readonly GroupState[];
}

/** The parts of an optimizer that its state is copied from and loaded into. */
export interface StateHolder {
  readonly kind: string;
  readonly accumulate: number;
  readonly groups: readonly BoundGroup[];
  /** The scalar state of every group, or the one that they share. */
  readonly scalars: readonly Record<string, number>[];
  readonly slots: Slots;
}

/** Scalars that states of earlier versions lack, and what they stand for. */
const ABSENT: Readonly<Record<string, number>> = { idle: 0, since: 0 };

/** Copies of everything but the values. */
export function copyState(
  { kind, groups, scalars, slots }: StateHolder,
  step: number,
  { count, weight }: { readonly count: number; readonly weight: number },
  { rateFactor, isFaint }: { readonly rateFactor: number; readonly isFaint: boolean },
): OptimizerState {
  const commonRate = manualToJSON(groups.at(-1)?.factor ?? 1);
  return {
    kind,
    step,
    accumulated: count,
    // weights of 1 are the rule, and what format 1 had
    ...(count > 0 && weight !== count && { accumulatedWeight: weight }),
    ...(rateFactor !== 1 && { rateFactor }),
    ...(isFaint && { faint: true }),
    slots: slots.copies(),
    scalars: scalars.map((own) => ({ ...own })),
    plateaus: groups.map(({ plateau, rate }) => plateau ?? manualToJSON(rate) ?? null),
    ...(commonRate && { commonRate }),
    groups: groups.map((group) => group.description()),
  };
}

/** Takes over a state. Throws CheckpointError, before anything has changed, when it belongs to another optimizer. */
export function loadState(holder: StateHolder, state: OptimizerState): void {
  checkState(holder, state);
  const { groups, scalars, slots } = holder;
  const plateaus = groups.map((group, i) => group.plateauFromJSON(state.plateaus[i], `state.plateaus[${i}]`));
  const rates = groups.map(({ rate }, i) => manualFromJSON(rate, state.plateaus[i], `state.plateaus[${i}]`));
  const { commonRate } = state;
  const factor = commonRate && manualFromJSON(groups.at(-1)?.factor ?? 1, commonRate, "state.commonRate");
  slots.load(state.slots);
  scalars.forEach((own, i) => {
    for (const key of Object.keys(own)) own[key] = state.scalars[i]?.[key] ?? ABSENT[key] ?? Number.NaN;
  });
  groups.forEach((group, i) => {
    group.plateau = plateaus[i];
    group.began = state.groups?.[i]?.began ?? 0;
    group.rate = rates[i] as Scheduled;
    group.factor = factor ?? group.factor;
    // a group whose rate was set by its own pattern has it since
    group.inheritsRate &&= JSON.stringify(group.rate) === JSON.stringify(rates.at(-1));
  });
}

/** Throws CheckpointError where counts, or what a state says of its groups, cannot be. */
export function checkProgress(state: OptimizerState, accumulate = Number.MAX_SAFE_INTEGER): void {
  if (typeof state !== "object" || state === null) throw new CheckpointError(`a state must be an object, got ${show(state)}`);
  for (const [key, limit] of [
    ["step", Number.MAX_SAFE_INTEGER],
    ["accumulated", accumulate - 1],
  ] as const) {
    const count = state[key];
    if (!Number.isSafeInteger(count) || count < 0 || count > limit) {
      throw new CheckpointError(`the state's ${key} must be a whole number from 0 to ${limit}, got ${show(count)}`);
    }
  }
  const { accumulated, accumulatedWeight = accumulated } = state;
  const possible = accumulated === 0 ? accumulatedWeight === 0 : accumulatedWeight > 0 && accumulatedWeight < Number.POSITIVE_INFINITY;
  if (!possible)
    throw new CheckpointError(`the state's accumulatedWeight cannot be ${show(accumulatedWeight)} for ${accumulated} gradients`);
  const { rateFactor = 1 } = state;
  if (!(typeof rateFactor === "number" && rateFactor > 0 && rateFactor <= 1))
    throw new CheckpointError(`the state's rateFactor must be greater than 0 and at most 1, got ${show(rateFactor)}`);
  const { faint = false }: { faint?: unknown } = state;
  if (typeof faint !== "boolean") throw new CheckpointError(`the state's faint must be true or false, got ${show(faint)}`);
  const { groups = [] }: { groups?: unknown } = state;
  const fits = Array.isArray(groups) && groups.every((group) => isGroupState(group, state.step));
  if (!fits) throw new CheckpointError(`the state's groups must be a list of kind, tensors and began, got ${show(groups)}`);
}

function isGroupState(group: unknown, step: number): boolean {
  const { kind, tensors, began = 0 } = (group ?? {}) as Partial<GroupState>;
  const isCount = Number.isSafeInteger(began) && began >= 0 && began <= step;
  return typeof kind === "string" && Array.isArray(tensors) && tensors.every((name) => typeof name === "string") && isCount;
}

function checkState({ kind, accumulate, groups, scalars, slots }: StateHolder, state: OptimizerState): void {
  if (typeof state === "object" && state !== null && state.kind !== kind)
    throw new CheckpointError(`the state is of ${show(state.kind)}, this optimizer is ${show(kind)}; ${PARTIAL}`);
  checkProgress(state, accumulate);
  for (const [key, length] of [
    ["scalars", scalars.length],
    ["plateaus", groups.length],
  ] as const) {
    const given: unknown = state[key];
    if (!Array.isArray(given) || given.length !== length) {
      const advice = Array.isArray(given) ? `; ${PARTIAL}` : "";
      throw new CheckpointError(`the state's ${key} must be an array of ${length}, got ${show(given)}${advice}`);
    }
  }
  slots.check(state.slots);
  scalars.forEach((own, i) => {
    for (const key of Object.keys(own)) {
      if (!Number.isFinite(state.scalars[i]?.[key] ?? ABSENT[key]))
        throw new CheckpointError(`the state of group ${i} lacks a finite ${key}`);
    }
  });
}
