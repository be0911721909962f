import { exp, log, pow } from "../numerics/math.js";
import { Random } from "../numerics/random.js";
import { rules } from "../optimizers/index.js";
import { unwrap } from "../optimizers/wrapper.js";
import { OptionError } from "../options/errors.js";
import { demand, integer, number, oneOf, optional, readOptions, show } from "../options/options.js";
import { runFromJSON } from "../training/from-json.js";
import { type CheckedRun, type Run, readRun } from "../training/run.js";

/** Values of a field: those to try, as plain data, or all between two numbers, evenly by their logarithm. */
export type Values = readonly unknown[] | { readonly from: number; readonly to: number };

/** Fields that vary, by their path in the run document: `{ "optimizer.weightDecay": [0, 0.01], batchSize: [16, 32], optimizer: ["adam", "sgd"] }`. */
export type Variations = Readonly<Record<string, Values>>;

export interface CombinationOptions {
  /** How many combinations are tried, at least 1. Default: all of them, which fields with a range do not have. */
  combinations?: number;
  /**
   * Which ones where there are more: "quasirandom" spreads them evenly (the additive recurrence of Roberts), "random" draws each by itself. Both follow from the seed.
   * Default quasirandom.
   */
  sampling?: "quasirandom" | "random";
}

const DRAWS = 1000;

/**
 * Combinations of values, each an object from path to value: all of them, or as many as were asked for.
 *
 * @throws OptionError for a field without values, a range that is none, or one without a number of combinations.
 * @example
 * combinationsOf({ batchSize: [16, 32], optimizer: ["adam", "sgd"] }, {}, 1) // four of them
 */
export function combinationsOf(vary: Variations, options: CombinationOptions, seed: number): Record<string, unknown>[] {
  demand(typeof vary === "object" && vary !== null && !Array.isArray(vary), "study.vary", vary, "an object of paths with their values");
  integer(undefined, { min: 0 }).read(seed, "study.seed");
  const { combinations, sampling } = readOptions<{ combinations?: number; sampling: "quasirandom" | "random" }>("study", options, {
    combinations: optional(integer(undefined, { min: 1 })),
    sampling: oneOf("quasirandom", ["quasirandom", "random"]),
  });
  const fields = Object.entries(vary).map(([path, values]) => readField(path, values));
  if (fields.length === 0) throw new OptionError("study.vary", vary, "must name a field that varies");
  const all = fields.reduce((product, { count }) => product * count, 1);
  if (combinations === undefined && !Number.isFinite(all))
    throw new OptionError("study.combinations", undefined, "is missing: a range has no end of values");
  const named = (values: readonly unknown[]) => Object.fromEntries(fields.map(({ path }, i) => [path, values[i]]));
  if (all <= (combinations ?? Number.POSITIVE_INFINITY)) return product(fields).map(named);
  const points = sampling === "random" ? randomPoints(fields.length, seed) : evenPoints(fields.length, seed);
  const found = new Map<string, Record<string, unknown>>();
  for (let draw = 0; found.size < (combinations as number) && draw < DRAWS * (combinations as number); draw++) {
    const point = points();
    const values = named(fields.map(({ at }, i) => at(point[i] as number)));
    const key = JSON.stringify(values);
    if (!found.has(key)) found.set(key, values);
  }
  return [...found.values()];
}

interface Field {
  readonly path: string;
  readonly count: number;
  readonly values: readonly unknown[];
  /** The value at a share in [0, 1). */
  at(share: number): unknown;
}

/** Fields that every search varies by itself. */
const TAKEN: ReadonlyMap<string, string> = new Map([
  ["seed", "cannot vary: repeats run other seeds"],
  ["run.seed", "cannot vary: repeats run other seeds"],
]);

function readField(path: string, values: Values): Field {
  const name = `study.vary.${path}`;
  if (path === "") throw new OptionError("study.vary", path, "must name fields by their paths, such as optimizer.weightDecay");
  const taken = TAKEN.get(path);
  if (taken !== undefined) throw new OptionError(name, values, taken);
  if (Array.isArray(values)) {
    if (values.length === 0) throw new OptionError(name, values, "must have at least one value");
    if (path.endsWith("learningRate") && values.some((value) => typeof value === "number"))
      throw new OptionError(name, values, "must be schedules: the rate itself is searched for every combination");
    const distinct = [...new Map(values.map((value) => [keyOf(value, name), value])).values()];
    return { path, count: distinct.length, values: distinct, at: (share) => distinct[Math.floor(share * distinct.length)] };
  }
  if (typeof values !== "object" || values === null)
    throw new OptionError(name, values, `must be an array of values, or { from, to }, got ${show(values)}`);
  const { from, to } = readOptions<{ from: number; to: number }>(name, values, {
    from: number(undefined, { above: 0 }),
    to: number(undefined, { above: 0 }),
  });
  if (to <= from) throw new OptionError(`${name}.to`, to, `must be greater than from (${from}), got ${to}`);
  const at = (share: number) => Number((from * exp(share * log(to / from))).toPrecision(6));
  return { path, count: Number.POSITIVE_INFINITY, values: [], at };
}

/** What tells a value from others. */
function keyOf(value: unknown, path: string): unknown {
  if (typeof value === "function") return value;
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw Object.assign(new OptionError(path, value, `must be values that JSON can hold, got ${show(value)}`), { cause });
  }
}

function product(fields: readonly Field[]): unknown[][] {
  return fields.reduce<unknown[][]>((rows, { values }) => rows.flatMap((row) => values.map((value) => [...row, value])), [[]]);
}

function randomPoints(dimensions: number, seed: number): () => number[] {
  const random = new Random(seed, "combinations");
  return () => Array.from({ length: dimensions }, () => random.uniform());
}

/** M. Roberts, The unreasonable effectiveness of quasirandom sequences, 2018: multiples of powers of the root of x^(d+1) = x + 1, less their whole parts. */
function evenPoints(dimensions: number, seed: number): () => number[] {
  const random = new Random(seed, "combinations");
  let root = 2;
  // a contraction: twenty digits take some thirty turns
  for (let turn = 0; turn < 60; turn++) root = pow(1 + root, 1 / (dimensions + 1));
  const place = Array.from({ length: dimensions }, () => random.uniform());
  const step = place.map((_, i) => pow(root, -(i + 1)));
  return () => {
    for (const [i, stride] of step.entries()) place[i] = ((place[i] as number) + stride) % 1;
    return [...place];
  };
}

/**
 * The run with other values at paths of its document. A word in place of an optimizer is its kind, with the schedule that the run had and its own defaults for the rest; paths into
 * an optimizer come after it.
 *
 * @throws OptionError that names what is wrong with the run that comes of it.
 * @example
 * const other = runWith(run, { optimizer: "adamw", "optimizer.weightDecay": 0.1, batchSize: 64 });
 */
export function runWith(run: Run, values: Readonly<Record<string, unknown>>): CheckedRun {
  const checked = readRun(run);
  demand(typeof values === "object" && values !== null, "study.values", values, "an object of paths with their values");
  const paths = Object.entries(values).map(([path, value]) => ({ names: path.replace(/^run\./, "").split("."), value }));
  paths.sort((a, b) => a.names.length - b.names.length);
  const { learningRate } = unwrap(checked.optimizer).core;
  const schedule = typeof learningRate === "number" ? {} : { learningRate };
  const document = paths.reduce<unknown>(
    (whole, { names, value }) => {
      const word = names.length === 1 && names[0] === "optimizer" && typeof value === "string";
      return withValue(whole, names, word ? ofKind(value, schedule) : value, names.join("."));
    },
    { ...checked },
  );
  return runFromJSON(document);
}

/** The optimizer of a kind; one that cannot step every tensor leaves the others to adamw. */
function ofKind(kind: string, schedule: object): object {
  const fallback = rules.get(kind)?.fallback === undefined ? {} : { fallback: { kind: "adamw", ...schedule } };
  return { kind, ...fallback, ...schedule };
}

function withValue(whole: unknown, [name = "", ...rest]: readonly string[], value: unknown, path: string): unknown {
  if (whole !== undefined && (typeof whole !== "object" || whole === null))
    throw new OptionError(`study.vary.${path}`, value, `leads into ${show(whole)}, which has no fields`);
  const next = (inner: unknown) => (rest.length === 0 ? value : withValue(inner, rest, value, path));
  if (!Array.isArray(whole))
    return { ...(whole as object), [name]: next(Object.hasOwn(whole ?? {}, name) ? (whole as Record<string, unknown>)[name] : undefined) };
  if (!(Number(name) in whole)) throw new OptionError(`study.vary.${path}`, value, `leads to entry ${name} of ${show(whole)}`);
  return whole.map((entry, i) => (i === Number(name) ? next(entry) : entry));
}
