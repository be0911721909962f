import { FORMER_OPTIONS } from "../optimizers/former.js";
import { show } from "../options/options.js";
import { FORMER_KINDS } from "../schedules/former.js";
import type { CheckedRun } from "./run.js";

/** A mark in place of a function, which JSON cannot hold: a run that is restored brings its own in its place. */
interface FunctionMark {
  readonly function: string;
}

/** A run as plain data. A function in it (a model of the user's own, a rate) is there by its name only. */
export function runToJSON(run: CheckedRun): unknown {
  return JSON.parse(JSON.stringify(run, (_, value) => (typeof value === "function" ? { function: value.name } : value)));
}

/** Where a run in plain data has a function, such as "run.model"; undefined when it is all data. */
export function functionIn(value: unknown, path = "run"): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value);
  if (entries.length === 1 && typeof (value as Partial<FunctionMark>).function === "string") return path;
  for (const [key, inner] of entries) {
    const found = functionIn(inner, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A stored run with the names of today, in case it was written when kinds and options had others. */
export function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      FORMER_OPTIONS.get(key) ?? key,
      // layers never had other names, and those of the user's own may have any
      key === "kind" ? (FORMER_KINDS.get(inner) ?? inner) : key === "layers" ? inner : renamed(inner),
    ]),
  );
}

/** A field in which two documents differ. */
export interface Difference {
  readonly path: string;
  readonly stored: unknown;
  readonly here: unknown;
}

/** Every field in which a stored document differs from the one here. */
export function differences(stored: unknown, here: unknown, path = "run"): Difference[] {
  if (Object.is(stored, here)) return [];
  const branches = [stored, here].every((value) => typeof value === "object" && value !== null);
  if (!branches || Array.isArray(stored) !== Array.isArray(here)) return [{ path, stored, here }];
  const [left, right] = [stored, here] as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
    differences(
      Object.hasOwn(left, key) ? left[key] : undefined,
      Object.hasOwn(right, key) ? right[key] : undefined,
      Array.isArray(stored) ? `${path}[${key}]` : `${path}.${key}`,
    ),
  );
}

/** Differences in words: "run.seed is 5 in the checkpoint and 6 here". */
export function differencesInWords(found: readonly Difference[], where = "the checkpoint"): string {
  const words = found.slice(0, 3).map(({ path, stored, here }) => `${path} is ${word(stored)} in ${where} and ${word(here)} here`);
  return words.join(", ") + (found.length > 3 ? ` and ${found.length - 3} more fields differ` : "");
}

function word(value: unknown): string {
  return value === undefined ? "not there" : show(value);
}
