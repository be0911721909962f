// The entry point "stepsize/schedules": every schedule, plateaus, and schedules in JSON and in words.
export type { Field, Fields, Form, Range } from "../options/options.js";
export * from "../schedules/index.js";
