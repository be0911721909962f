import { isPlateau, observePlateau, rateAt, type Schedule, type ScheduleDescription, startPlateau } from "stepsize/schedules";
import { CLOCK, STEPS } from "./kinds.js";

/** The rate of every step; of one that watches the loss, over a loss that falls for a third, stays, and falls again. */
export function ratesOf(schedule: Schedule): number[] {
  if (typeof schedule !== "object" || !isPlateau(schedule))
    return Array.from({ length: STEPS + 1 }, (_, step) => rateAt(schedule, step, CLOCK));
  let state = startPlateau(schedule as ScheduleDescription);
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const fallen = step < STEPS / 3 ? step : step < (2 * STEPS) / 3 ? STEPS / 3 : step - STEPS / 3;
    state = observePlateau(schedule, state, 1 / (1 + fallen / 20));
    return state.rate;
  });
}
