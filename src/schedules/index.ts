// The kinds are those in kinds/: scripts/registries.js lists them.
export * from "../generated/schedules.js";
export { scheduleFromJSON, scheduleToJSON } from "./json.js";
export { isPlateau, observePlateau, type PlateauRule, type PlateauState, plateauStateFromJSON, startPlateau } from "./plateau.js";
export {
  type Clock,
  type DescribedSchedule,
  describeSchedule,
  rateAt,
  ratesBetween,
  type Schedule,
  type ScheduleDescription,
  type ScheduleRule,
} from "./schedule.js";
export type { FallShape } from "./shared/falls.js";
export type { Threshold } from "./shared/metric.js";
export type { Phases } from "./shared/phases.js";
export type { RiseShape } from "./shared/waves.js";
