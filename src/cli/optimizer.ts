import { optimizerFromJSON, rules, wrappers } from "../optimizers/index.js";
import type { OptimizerDescription } from "../optimizers/rule.js";
import { type Field, integer } from "../options/options.js";
import { scheduleRule } from "../schedules/json.js";
import { clockOf } from "../training/run.js";
import { UsageError } from "./errors.js";
import { SGD_MOMENTUM, type SizedSettings } from "./settings.js";

/**
 * The optimizer whose learning rate `scaleRun` brings to a rate, for `search` and `train` alike: a schedule that has a `rate` of its own gets the
 * height 1, other schedules keep the rates inside them.
 */
export function unscaledOptimizer(settings: SizedSettings, rows: number): OptimizerDescription {
  const { schedule, warmup } = settings;
  const scaled = schedule === undefined ? warmup !== undefined : hasRate(schedule);
  return optimizerOf(settings, scaled ? 1 : undefined, rows);
}

/**
 * What muon is on the command line, where every network has biases: these go to AdamW, whose rates then suit matrices too.
 */
const MUON = { fallback: { kind: "adamw" }, adjustRate: "matchRmsAdamw" };

/**
 * The optimizer that settings describe, with `rate` as its learning rate or as the `rate` of its schedule.
 *
 * `rows` are those of the training data: a schedule that does not say how many steps it takes gets all of the run, less the warm-up.
 */
export function optimizerOf(settings: SizedSettings, rate: number | undefined, rows: number): OptimizerDescription {
  const options = optionsOf(settings.optimizer, settings.set, settings.momentum);
  const plain = optimizerFromJSON(options);
  if (settings.schedule === undefined && settings.warmup === undefined) return rate === undefined ? plain : withRate(options, rate);
  const { totalSteps } = clockOf({ ...settings, optimizer: plain }, rows);
  const { schedule } = settings;
  const warmup = settings.warmup === undefined ? undefined : integer(undefined, { min: 0 }).read(settings.warmup, "--warmup");
  const then = schedule === undefined ? rate : filled(schedule, rate, Math.max(1, totalSteps - (warmup ?? 0)));
  return withRate(options, warmup === undefined ? then : { kind: "warmup", steps: warmup, then });
}

type Options = Readonly<Record<string, unknown>>;

/** The options of an optimizer; of one that goes around another, which `--set optimizer` names, those of both. */
function optionsOf(kind: string, set: Options = {}, momentum: number | undefined): Options {
  if (Object.hasOwn(set, "learningRate")) throw new UsageError("--set learningRate is given with --rate, --rates or --schedule");
  if (wrappers.has(kind)) {
    const inside = innerOf(set);
    if (inside === undefined) throw new UsageError(`${kind} goes around another optimizer: say which, as in --set optimizer=adam`);
    const { kind: other, ...own } = inside;
    return { kind, ...set, optimizer: optionsOf(other, own, momentum) };
  }
  if (momentum !== undefined && rules.get(kind)?.fields["momentum"] === undefined)
    throw new UsageError(`${kind} has no momentum: leave --momentum out`);
  const usual = momentum ?? (kind === "sgd" ? SGD_MOMENTUM : undefined);
  return { kind, ...(usual !== undefined && { momentum: usual }), ...(kind === "muon" && MUON), ...set };
}

/** What an optimizer goes around: a name stands for its kind. */
function innerOf({ optimizer }: Options): (Options & { readonly kind: string }) | undefined {
  if (typeof optimizer === "string") return { kind: optimizer };
  const { kind } = (optimizer ?? {}) as { kind?: unknown };
  return typeof kind === "string" ? (optimizer as Options & { kind: string }) : undefined;
}

function withRate(options: Options, learningRate: unknown): OptimizerDescription {
  return optimizerFromJSON(rated(options, learningRate));
}

/** The options with a rate, which the optimizer that tensors are left to has as well unless it was given one; what goes around another gives it on. */
function rated(options: Options, learningRate: unknown): Options {
  if (wrappers.has(options["kind"] as string)) return { ...options, optimizer: rated(options["optimizer"] as Options, learningRate) };
  const { fallback } = options;
  const follows = typeof fallback === "object" && fallback !== null && { fallback: { learningRate, ...fallback } };
  return { ...options, learningRate, ...follows };
}

/** Whether a schedule has a `rate` of its own, rather than rates inside it. */
function hasRate({ kind }: Record<string, unknown>): boolean {
  return fieldsOf(kind)?.["rate"] !== undefined;
}

function fieldsOf(kind: unknown): Record<string, Field<unknown>> | undefined {
  return scheduleRule(kind)?.fields as Record<string, Field<unknown>> | undefined;
}

/** `rate` and `steps` from elsewhere where a kind of schedule asks for them and they are not written. */
function filled(schedule: Record<string, unknown>, rate: number | undefined, steps: number): Record<string, unknown> {
  const fields = fieldsOf(schedule["kind"]);
  if (fields === undefined) return schedule;
  const asks = (name: string) => {
    const field = fields[name] as (Field<unknown> & { isOptional?: boolean }) | undefined;
    return field !== undefined && field.fallback === undefined && field.isOptional !== true;
  };
  if (rate === undefined && schedule["rate"] === undefined && asks("rate"))
    throw new UsageError(`--schedule ${schedule["kind"]} needs a --rate`);
  return { ...(rate !== undefined && { rate }), ...(asks("steps") && { steps }), ...schedule };
}
