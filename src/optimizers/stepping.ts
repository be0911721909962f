// What every update does with every group. By index: until a step is compiled for speed, going through an array makes an object for each turn.
import type { Clock } from "../schedules/schedule.js";
import type { BoundGroup } from "./groups.js";
import type { Closure, Step } from "./rule.js";

/** A group, and how its rule updates it. */
export interface Update {
  readonly group: BoundGroup;
  readonly update: Step;
}

/** Takes rates and options from their schedules; throws before anything has moved. */
export function scheduleAll(groups: readonly BoundGroup[], step: number, clock: Clock): void {
  for (let i = 0; i < groups.length; i++) (groups[i] as BoundGroup).schedule(step, clock);
}

/** Makes the rates of the schedules, times a factor, those of the update. */
export function useRates(groups: readonly BoundGroup[], factor: number): void {
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i] as BoundGroup;
    group.learningRate = group.scheduledRate * factor;
  }
}

/** Moves the values; `t` counts the optimizer's updates from 1. */
export function updateAll(updates: readonly Update[], t: number, scale: number, loss: number, closure: Closure): void {
  for (let i = 0; i < updates.length; i++) {
    const { group, update } = updates[i] as Update;
    update(t - group.began, group.learningRate, scale, loss, closure);
  }
}
