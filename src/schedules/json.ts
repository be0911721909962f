import { scheduleRules } from "../generated/scheduleRules.js";
import { OptionError } from "../options/errors.js";
import { show, suggest } from "../options/options.js";
import { FORMER_KINDS } from "./former.js";
import { MAX_DEPTH, make, type Schedule, type ScheduleRule, tooDeep } from "./schedule.js";

// A list of schedules is a level of its own, so that each schedule costs two at most.
const MAX_LEVELS = 2 * MAX_DEPTH;

/**
 * A schedule from data that was JSON: checks all of it and attaches the rules, so that `rateAt` gives the bits it gave before.
 *
 * @param value a number, or an object with `kind` and that kind's options
 * @param path what the value is called in error messages
 * @throws OptionError that names the place: "optimizer.learningRate.then.steps must be an integer at least 0, got -3". Schedules may be
 *   nested 100 deep
 * @example scheduleFromJSON(JSON.parse('{ "kind": "cosine", "rate": 0.1, "steps": 100 }'))
 */
export function scheduleFromJSON(value: unknown, path = "schedule"): Schedule {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new OptionError(path, value, `must be a number or an object with a kind, got ${show(value)}`);
  }
  return revive(value, path, 0) as Schedule;
}

/**
 * The same schedule, once it is sure that JSON can hold it.
 *
 * `JSON.stringify` would drop a function silently.
 *
 * @throws OptionError that names the place of a function
 * @example JSON.stringify(scheduleToJSON(cosine({ rate: 0.1, steps: 100 })))
 */
export function scheduleToJSON(schedule: Schedule, path = "schedule"): unknown {
  refuseFunctions(schedule, path, 0);
  return schedule;
}

/** The rule of a kind, by its name or by the one it had; undefined if there is none. */
export function scheduleRule(kind: unknown): ScheduleRule | undefined {
  const current = FORMER_KINDS.get(kind) ?? kind;
  return scheduleRules.find((known) => known.kind === current);
}

function revive(value: unknown, path: string, level: number): unknown {
  if (typeof value === "function") throw functionError(value, path);
  if (typeof value !== "object" || value === null) return value;
  if (level > MAX_LEVELS) throw tooDeep(value, path);
  if (Array.isArray(value)) return value.map((entry, i) => revive(entry, `${path}[${i}]`, level + 1));
  const kind = Object.hasOwn(value, "kind") ? (value as { kind: unknown }).kind : undefined;
  const rule = scheduleRule(kind);
  if (rule === undefined) {
    const kinds = scheduleRules.map((known) => known.kind);
    const hint = typeof kind === "string" ? suggest(kind, kinds) : "";
    throw new OptionError(
      `${path}.kind`,
      kind,
      `must be a kind of schedule, got ${show(kind)}${hint || `; there are ${kinds.join(", ")}`}`,
    );
  }
  const inner = Object.entries(value).map(([key, entry]) => [key, revive(entry, `${path}.${key}`, level + 1)]);
  return make(rule, Object.fromEntries(inner), path);
}

function refuseFunctions(value: unknown, path: string, level: number): void {
  if (typeof value === "function") throw functionError(value, path);
  if (typeof value !== "object" || value === null) return;
  if (level > MAX_LEVELS) throw tooDeep(value, path);
  for (const [key, entry] of Object.entries(value)) {
    refuseFunctions(entry, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, level + 1);
  }
}

function functionError(value: unknown, path: string): OptionError {
  return new OptionError(path, value, "is a function, which JSON cannot hold: describe it with the schedules there are");
}
