import { type Schedule, scheduleFromJSON } from "stepsize/schedules";
import { GALLERY, type Plain } from "./kinds.js";

export interface State {
  readonly schedule: Plain;
}

const START: State = { schedule: GALLERY.find(([, { kind }]) => kind === "warmup")?.[1] as Plain };

/** @throws OptionError that says what is wrong with a link. */
export function readState(value: unknown): State {
  if (value === undefined) return START;
  const { schedule } = value as State;
  scheduleFromJSON(schedule);
  return { schedule };
}

/** The schedule of a form, or what is wrong with it. */
export function made(plain: Plain): { schedule: Schedule } | { fault: string } {
  try {
    return { schedule: scheduleFromJSON(plain) };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
