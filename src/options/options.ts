import { OptionError } from "./errors.js";

/**
 * One option: its default (`undefined` asks for the option) and what a value must be. `read` returns the value as it is kept
 * (frozen, defaults filled in) or throws an OptionError that names `path`.
 */
export interface Field<T> {
  readonly fallback: T | undefined;
  /** What a form shows for it; left out where only `read` knows what it takes. */
  readonly form?: Form | undefined;
  read(value: unknown, path: string): T;
}

/** How a person enters an option. */
export type Form =
  | { readonly type: "number" | "integer"; readonly range: Range }
  | { readonly type: "boolean" }
  | { readonly type: "word"; readonly words: readonly string[] }
  | { readonly type: "list"; readonly entry: Field<unknown> }
  | { readonly type: "schedule" };

export type Fields<T> = { readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>> | Field<T[K]> };

export interface Range {
  min?: number;
  above?: number;
  max?: number;
  below?: number;
}

/** A finite number within a range; `min` and `max` belong to it, `above` and `below` do not. */
export function number(fallback: number | undefined, range: Range = {}): Field<number> {
  return { fallback, form: { type: "number", range }, read: (value, path) => checkNumber(value, path, range, "a number") };
}

/** A whole number within a range. */
export function integer(fallback: number | undefined, range: Range = {}): Field<number> {
  return {
    fallback,
    form: { type: "integer", range },
    read(value, path) {
      const kind = range.min === 1 && range.max === undefined ? "a positive integer" : "an integer";
      if (!Number.isSafeInteger(value)) throw new OptionError(path, value, `must be ${kind}, got ${show(value)}`);
      return checkNumber(value, path, range, kind);
    },
  };
}

export function boolean(fallback: boolean | undefined): Field<boolean> {
  return {
    fallback,
    form: { type: "boolean" },
    read(value, path) {
      if (typeof value !== "boolean") throw new OptionError(path, value, `must be true or false, got ${show(value)}`);
      return value;
    },
  };
}

/** One word out of a list. */
export function oneOf<const T extends string>(fallback: T | undefined, words: readonly T[]): Field<T> {
  return {
    fallback,
    form: { type: "word", words },
    read(value, path) {
      const word = words.find((known) => known === value);
      if (word === undefined) {
        const hint = typeof value === "string" ? suggest(value, words) : "";
        throw new OptionError(path, value, `must be one of ${words.join(", ")}, got ${show(value)}${hint}`);
      }
      return word;
    },
  };
}

/** A list, each entry read by `entry`; `least` entries at the least. */
export function list<T>(fallback: readonly T[] | undefined, entry: Field<T>, least = 0): Field<readonly T[]> {
  return {
    fallback: fallback && Object.freeze(fallback),
    form: { type: "list", entry },
    read(value, path) {
      if (!Array.isArray(value)) throw new OptionError(path, value, `must be an array, got ${show(value)}`);
      if (value.length < least) throw new OptionError(path, value, `must have at least ${least} entries, got ${value.length}`);
      return Object.freeze(value.map((item, index) => entry.read(item, `${path}[${index}]`)));
    },
  };
}

/** An option that may be left out and has no default. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    ...field,
    fallback: undefined,
    read: (value, path) => (value === undefined ? undefined : field.read(value, path)),
    isOptional: true,
  } as Field<T | undefined>;
}

/**
 * Reads `given` key by key: unknown keys are errors with a "did you mean", missing ones take their defaults.
 * Returns a new frozen object; `given` may come from `JSON.parse`.
 */
export function readOptions<T extends object>(path: string, given: unknown, fields: Fields<T>): Readonly<T> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new OptionError(path, given, `must be an object of options, got ${show(given)}`);
  }
  const known = Object.keys(fields);
  for (const key of Object.keys(given)) {
    if (key !== "kind" && !known.includes(key)) {
      const hint = known.length > 0 ? suggest(key, known) || `; known options: ${known.join(", ")}` : "";
      throw new OptionError(`${path}.${key}`, (given as Record<string, unknown>)[key], `is not an option${hint}`);
    }
  }
  const result: Record<string, unknown> = {};
  for (const key of known) {
    const field = fields[key as keyof T] as Field<unknown> & { isOptional?: boolean };
    const value = Object.hasOwn(given, key) ? (given as Record<string, unknown>)[key] : undefined;
    if (value !== undefined) result[key] = field.read(value, `${path}.${key}`);
    else if (field.fallback !== undefined) result[key] = field.fallback;
    else if (!field.isOptional) throw new OptionError(`${path}.${key}`, undefined, "is missing");
  }
  return Object.freeze(result) as Readonly<T>;
}

/** The names of our options in PyTorch, Keras and Optax, in small letters; of several the first that is known counts. */
const ELSEWHERE: ReadonlyMap<string, readonly string[]> = /* @__PURE__ */ new Map([
  ["lr", ["learningRate", "rate"]],
  ["learningrate", ["rate"]],
  ["rate", ["learningRate"]],
  ["maxlr", ["rate"]],
  ["initvalue", ["rate"]],
  ["etamin", ["end"]],
  ["endvalue", ["end"]],
  ["tmax", ["steps"]],
  ["totalsteps", ["steps"]],
  ["decaysteps", ["steps"]],
  ["stepsize", ["every"]],
  ["gamma", ["factor"]],
  ["decayrate", ["factor"]],
  ["alpha", ["rho"]],
  ["decay", ["rho", "weightDecay"]],
  ["eps", ["epsilon"]],
  ["maxnorm", ["clipNorm"]],
  ["layers", ["hidden"]],
  ["units", ["hidden"]],
]);

/** " (did you mean x?)", or nothing when no known word is near. */
export function suggest(word: string, known: readonly string[]): string {
  if (typeof word !== "string") return "";
  if (known.length === 0) return "";
  const ours = ELSEWHERE.get(word.toLowerCase().replaceAll("_", ""))?.find((name) => known.includes(name));
  if (ours !== undefined) return ` (did you mean ${ours}?)`;
  const best = known.reduce((best, name) => (distance(word, name) < distance(word, best) ? name : best));
  return distance(word.toLowerCase(), best.toLowerCase()) <= Math.max(2, best.length / 3) ? ` (did you mean ${best}?)` : "";
}

/** How many letters must be inserted, deleted or replaced to make one word of another (Levenshtein), row by row of the table. */
function distance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const row = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (above[j] as number) + (letter === to[j] ? 0 : 1);
      row.push(Math.min(replaced, (above[j + 1] as number) + 1, (row[j] as number) + 1));
    }
    above = row;
  }
  return above[to.length] as number;
}

/** Refuses what is handed over whole, and not read key by key. @throws OptionError "path must be noun, got value" unless `right`. */
export function demand(right: boolean, path: string, value: unknown, noun: string): void {
  if (!right) throw new OptionError(path, value, `must be ${noun}, got ${show(value)}`);
}

/** Whether a value is an array or a typed array; an object with a length is not, since its entries may be anything. */
export function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** A value as an error message shows it: short, and never a thrown error of its own. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

function checkNumber(value: unknown, path: string, { min, above, max, below }: Range, kind: string): number {
  const right =
    typeof value === "number" &&
    Number.isFinite(value) &&
    (min === undefined || value >= min) &&
    (above === undefined || value > above) &&
    (max === undefined || value <= max) &&
    (below === undefined || value < below);
  if (right) return value;
  const bounds = [
    min !== undefined && `at least ${min}`,
    above !== undefined && `greater than ${above}`,
    max !== undefined && `at most ${max}`,
    below !== undefined && `less than ${below}`,
  ].filter((bound) => bound !== false);
  const range = kind === "a positive integer" || bounds.length === 0 ? "" : ` ${bounds.join(" and ")}`;
  throw new OptionError(path, value, `must be ${kind}${range}, got ${show(value)}`);
}
