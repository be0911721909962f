import { unwrap } from "../optimizers/wrapper.js";
import { demand, integer } from "../options/options.js";
import { isPlateau } from "../schedules/plateau.js";
import { type Clock, rateAt, type Schedule } from "../schedules/schedule.js";
import { clockOf, type Run, readRun } from "./run.js";

/** Something in a run's schedule that does not fit the length of the run. Steps are optimizer updates. */
export type ScheduleNote =
  | { readonly kind: "warmupTooLong"; readonly warmup: number; readonly steps: number }
  | { readonly kind: "otherLength"; readonly schedule: string; readonly length: number; readonly steps: number }
  | { readonly kind: "endsAtZero"; readonly from: number; readonly steps: number };

/**
 * What in the learning rate of a run does not fit its length on so many rows: a warm-up that is not over when the run is, a cycle or decay of another
 * length, updates at a rate of 0 at the end. None of them is an error.
 *
 * @throws OptionError for a wrong run.
 * @example scheduleNotes(run, training.rows).map(scheduleNoteText)
 */
export function scheduleNotes(run: Run, rows: number): readonly ScheduleNote[] {
  const checked = readRun(run);
  integer(undefined, { min: 1 }).read(rows, "rows");
  const clock = clockOf(checked, rows);
  const { learningRate, groups } = unwrap(checked.optimizer).core;
  const own = groups.flatMap((group) => (group["learningRate"] === undefined ? [] : [group["learningRate"] as Schedule]));
  const notes = [learningRate, ...own].flatMap((schedule) => [...notesOf(schedule, clock.totalSteps), ...zeros(schedule, clock)]);
  // groups may share a schedule
  return notes.filter((note, i) => notes.findIndex((other) => JSON.stringify(other) === JSON.stringify(note)) === i);
}

/** A note in words. */
export function scheduleNoteText(note: ScheduleNote): string {
  demand(KINDS.includes(note?.kind), "note", note, "one that scheduleNotes gave");
  const updates = (count: number) => (count === 1 ? "1 update" : `${count} updates`);
  switch (note.kind) {
    case "warmupTooLong":
      return `the warm-up takes ${updates(note.warmup)} and the run ${updates(note.steps)}: it never reaches its rate`;
    case "otherLength":
      return `${note.schedule} is made for ${updates(note.length)}, the run has ${note.steps}`;
    case "endsAtZero":
      return `the learning rate is 0 from update ${note.from + 1} of ${note.steps}: nothing is learnt from there on`;
  }
}

const KINDS: readonly unknown[] = ["warmupTooLong", "otherLength", "endsAtZero"];

/** Of a schedule that begins when so many steps are left. */
function notesOf(schedule: Schedule, steps: number): ScheduleNote[] {
  if (typeof schedule !== "object") return [];
  const { kind, then, warmup } = schedule as { kind: string; then?: Schedule; warmup?: number };
  const length = (schedule as { steps?: number }).steps as number;
  if (kind === "warmup")
    return length >= steps ? [{ kind: "warmupTooLong", warmup: length, steps }] : notesOf(then as Schedule, steps - length);
  if (kind === "warmupStableDecay") {
    const { stable, decay } = schedule as unknown as { stable: number; decay: number };
    const whole = (warmup as number) + stable + decay;
    if ((warmup as number) >= steps) return [{ kind: "warmupTooLong", warmup: warmup as number, steps }];
    return whole === steps ? [] : [{ kind: "otherLength", schedule: kind, length: whole, steps }];
  }
  if (kind === "oneCycle" && length !== steps) return [{ kind: "otherLength", schedule: kind, length, steps }];
  return (kind === "cosine" || kind === "linear" || kind === "polynomial") && length > steps
    ? [{ kind: "otherLength", schedule: kind, length, steps }]
    : [];
}

/** More than a twentieth of the run at a rate of 0, at its end. */
function zeros(schedule: Schedule, clock: Required<Clock>): ScheduleNote[] {
  if (typeof schedule !== "object" || isPlateau(schedule)) return [];
  const steps = clock.totalSteps;
  let from = steps;
  while (from > 0 && rateAt(schedule, from - 1, clock) === 0) from--;
  return from > 0 && steps - from > steps / 20 ? [{ kind: "endsAtZero", from, steps }] : [];
}
