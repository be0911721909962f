import type { Kernels } from "../engine/load.js";
import type { GradientRows, Shape, Units } from "../engine/parameters.js";
import { OptionError } from "../options/errors.js";
import {
  boolean,
  type Field,
  type Fields,
  integer,
  list,
  number,
  oneOf,
  optional,
  type Range,
  readOptions,
  show,
} from "../options/options.js";
import { isPlateauAt } from "../schedules/plateau.js";
import { type Schedule, schedule } from "../schedules/schedule.js";
import type { Late, Squares } from "./declared.js";

/** A number, or a schedule that gives it for every optimizer step. */
export type Scheduled = Schedule;

/** What is done about a loss, a gradient, state or a value that is not finite. */
export const GUARD_ACTIONS = ["throw", "skip", "restore", "off"] as const;
export type GuardAction = (typeof GUARD_ACTIONS)[number];

/** Options of every optimizer besides its own. */
export interface CommonOptions<Own> {
  /**
   * The learning rate, at least 0: a number, a schedule, or what watches a metric (`reduceOnPlateau`, `greedy`: see `Optimizer.observe`).
   */
  learningRate?: Scheduled;
  /** Climb instead of descend. Default false. */
  maximize?: boolean;
  /**
   * Scales the gradient down so that its 2-norm over all parameters is at most this: times min(1, clipNorm / (norm + 1e-6)), as PyTorch.
   * Default: no clipping.
   */
  clipNorm?: number;
  /** Clamps every element of the gradient to [-clipValue, clipValue], in place, before its norm is taken. Default: no clipping. */
  clipValue?: number;
  /** The number of `step()` calls whose gradients are averaged into one update. Default 1. */
  accumulate?: number;
  /**
   * What to do about a loss, a gradient, state or a value that is not finite: "throw" a DivergedError that names it, "skip" the update
   * (gradients are then looked at before each one: 7 % of a step of AdamW), go back to the last snapshot ("restore": one every 32 updates)
   * and halve the learning rate, ten times at most, or "off": only the loss is looked at. Default "throw".
   */
  guard?: GuardAction;
  /** Options of their own for tensors by name; the first group that matches a tensor takes it. */
  groups?: readonly Group<Own>[];
}

/** Options that differ for the tensors whose name matches. */
export type Group<Own> = Partial<Omit<Own, "clipNorm" | "clipValue" | "accumulate" | "guard" | "groups">> & {
  /** A name, in which `*` stands for any characters: `"*.bias"`. */
  match: string;
  /** Leaves these tensors as they are: no step, no part in the gradient norm. Default false. */
  frozen?: boolean;
  /** Gives every element a factor on its learning rate (a diagonal matrix of rates): `optimizer.elementRates(name)`. Default false. */
  elementRates?: boolean;
};

/** A rule's own options as they are in a step: schedules evaluated to numbers. */
export type Resolved<Own> = {
  [K in Exclude<keyof Own, keyof CommonOptions<unknown>>]-?: number extends Own[K] ? number : Exclude<Own[K], undefined>;
};

/** How the numbers of a state slot are kept: bfloat16 is the upper half of a float32. */
export type Dtype = "float32" | "bfloat16";

/**
 * A contiguous part of the blocks: pointers to values, gradients and state slots (NaN for those of a layout of their own), the number
 * of floats, and the number that the first of them has in its block.
 */
export interface Run {
  readonly p: number;
  readonly g: number;
  readonly s: readonly number[];
  readonly n: number;
  readonly first: number;
}

/** One tensor of a group, for rules that are not elementwise. */
export interface TensorRun extends Run {
  readonly name: string;
  readonly shape: Shape;
  /** Which axis counts units. */
  readonly units: Units;
  /** Set where only these rows of the gradient are other than zero. */
  readonly gradientRows?: GradientRows | undefined;
}

/** A binding of a rule to the parameters of a group. */
export interface Binding<Own> {
  readonly kernels: Kernels;
  /** The learning rate of the step that is being made, as the option has it. A rule that finds its own writes the one it used. */
  learningRate: number;
  /** The rates used, in the order of `tensors`, by a rule that finds one for each. */
  tensorRates?: readonly number[];
  /** Changed in place before each step where an option follows a schedule: read it in the step. */
  readonly options: Resolved<Own>;
  readonly runs: readonly Run[];
  readonly tensors: readonly TensorRun[];
  /** The scalar state, as `scalars` of the rule began it; with a `shared` rule the same object in every group. */
  readonly scalars: Record<string, number>;
  /** The groups that are stepped, for a `shared` rule. */
  readonly groups: readonly Binding<Own>[];
  /** Zeroed memory for the rule's own use, not part of the state. */
  scratch(length: number): number;
  /** The numbers that stand at a pointer, for what no kernel computes; ask in the step, since memory may grow. */
  floats(pointer: number, length: number): Float32Array;
}

/**
 * Makes one update: `t` counts updates from 1, `rate` is the learning rate, `scale` a factor on every gradient, `loss` what is descended
 * (NaN when it was not told), `closure` computes gradients and loss anew (where the rule needs one).
 */
export type Step = (t: number, rate: number, scale: number, loss: number, closure: Closure) => void;

/** Facts about the gradients of a step besides their loss. */
export interface StepOptions {
  /**
   * How much these gradients count among those that are accumulated, such as the number of rows they are the mean of; greater than 0.
   * Default 1.
   */
  weight?: number;
  /** Update now, with as many as were accumulated: they are the last. Default false. */
  last?: boolean;
}

/** Computes the gradients at the values as they stand, into the parameters' memory, and returns the loss. */
export type Closure = () => number;

/** A tensor as a rule sees it before there is memory. */
export interface Tensor {
  readonly name: string;
  readonly shape: Shape;
}

/** A trait that a rule declares, where it matters to wrappers. */
export type DeclaredTrait =
  /** The update depends on the values beyond weight decay, so that it cannot be made apart from them. */
  | "readsValues"
  /** Values do not move by steps that a factor could scale: groups cannot have `elementRates`. */
  | "setsValues"
  /** Rows of a tensor whose gradient is zero stay as they are, state and all, where the tensor says which ones are not (`gradientRows`). */
  | "stepsRows"
  /** Weight decay comes after the step, and shrinks it too. */
  | "decaysSteps"
  /** All tensors are moved together, by their gradients as they are: no clipping, no accumulation, no groups but frozen ones. */
  | "movesAllTogether";

/** The optimizer of the tensors whose name fits. */
export interface OptimizerPart extends Pick<Group<unknown>, "match"> {
  optimizer: OptimizerDescription;
}

/** An update rule: its options, its state and how it is bound to kernels. */
export interface Rule<Own> {
  readonly kind: string;
  /** The default learning rate. */
  readonly learningRate: number;
  readonly fields: Omit<Fields<Own>, keyof CommonOptions<unknown>>;
  /** The argument that `step()` needs. */
  readonly needs?: "loss" | "closure";
  /**
   * For estimates that groups share: the rule is bound once, with the optimizer's own options, to `groups`, which have one scalar state.
   * Names the options that concern all of them, which a group therefore cannot have of its own.
   */
  readonly shared?: readonly (keyof Own & string)[];
  /** Traits that decide which wrappers go around it, and which options groups may set. Default: none. */
  readonly traits?: readonly DeclaredTrait[];
  /** Leaves every tensor to another optimizer: the first part whose `match` fits its name, in place of a rule of its own. */
  parts?(options: Resolved<Own>): readonly OptimizerPart[];
  /** The optimizer to which the rule leaves a tensor that it cannot step. Throws OptionError where it is missing. */
  fallback?(tensor: Tensor, options: Resolved<Own>): RuleDescription | undefined;
  /** Throws OptionError for options that do not go together. */
  check?(options: DescribedOptimizer<Own>, path: string): void;
  /** The names of the state slots: blocks of the layout of the parameters, unless `lengths` says otherwise. */
  slots(options: Resolved<Own>): readonly string[];
  /** The number of floats that a tensor has in a slot of a layout of its own, undefined for the others. */
  lengths?(slot: string, shape: Shape, options: Resolved<Own>): number | undefined;
  /** How a slot of the parameters' layout is kept; float32 where this is left out. */
  dtype?(slot: string, options: Resolved<Own>): Dtype;
  /** Of a rule that squares gradients: what keeps those squares, and whether weight decay is squared with them. */
  squares?(options: Resolved<Own>): Squares;
  /** The start value of a slot; 0 where this is left out, and in bfloat16. */
  initial?(slot: string, options: Resolved<Own>): number;
  /** The scalar state of a group, at its start; `tensors` are the names of its tensors. */
  scalars?(options: Resolved<Own>, tensors: readonly string[]): Record<string, number>;
  readonly late?: Late;
  bind(binding: Binding<Own>): Step;
  /** Bound for every group: what follows an update, when `elementRates` have had their say. */
  follow?(binding: Binding<Own>): (t: number) => void;
  /** Overwrites the values with those to evaluate; the optimizer keeps the training ones. Called only after a first update. */
  evaluate?(binding: Binding<Own>): void;
}

/** Options that are known at run time only. */
export type AnyOptions = Record<string, unknown>;

/** A rule whose options are known at run time only. */
export type AnyRule = Rule<AnyOptions>;

/**
 * An optimizer as plain data: `{ kind, ... }` with defaults filled in, made by a factory or `optimizerFromJSON`, which attach its rule unseen.
 * A wrapper holds the description inside it as `optimizer`.
 */
export interface OptimizerDescription {
  readonly kind: string;
  readonly [option: string]: unknown;
  readonly [RULE]: AnyRule;
}

/** A description of what goes around no other: it has the common options. */
export interface RuleDescription extends OptimizerDescription {
  readonly learningRate: Scheduled;
  readonly maximize: boolean;
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly accumulate: number;
  readonly guard?: GuardAction;
  readonly groups: readonly Group<Record<string, unknown>>[];
}

/** A description of known options: all of them present, save those that have no default. */
export type DescribedOptimizer<Own> = RuleDescription & {
  readonly [K in Exclude<keyof Own, keyof CommonOptions<unknown>>]-?: Exclude<Own[K], undefined>;
};

// Carried unseen, so that a bundle holds the rules of the factories it imports and no others.
export const RULE: unique symbol = Symbol("rule");

/** The binding for a rule inside another: of runs changed by `inner`. What the rule writes reaches the outer binding. */
export function rebind<Own>(
  binding: Binding<Own>,
  inner: <R extends Run>(run: R) => R,
  options: Resolved<Own> = binding.options,
): Binding<Own> {
  return Object.create(binding, {
    learningRate: {
      get: () => binding.learningRate,
      set: (rate: number) => {
        binding.learningRate = rate;
      },
    },
    options: { value: options },
    runs: { value: binding.runs.map(inner) },
    // what is inside another rule may be given other gradients
    tensors: { value: binding.tensors.map((tensor) => ({ ...inner(tensor), gradientRows: undefined })) },
  });
}

/** Checks options against a rule and returns them as frozen plain data that carries the rule unseen. */
export function make<Own, Made extends RuleDescription = RuleDescription>(rule: Rule<Own>, given: object, path: string = rule.kind): Made {
  const own = { learningRate: learningRate(rule.learningRate), maximize: boolean(false), ...rule.fields } as Fields<object>;
  const top = {
    ...own,
    clipNorm: optional(number(undefined, { above: 0 })),
    clipValue: optional(number(undefined, { above: 0 })),
    accumulate: integer(1, { min: 1 }),
    guard: optional(oneOf(undefined, GUARD_ACTIONS)),
    groups: list([], group(own, rule)),
  } as Fields<object>;
  const options = readOptions(path, given, top);
  if (rule.traits?.includes("movesAllTogether")) checkTogether(path, options as RuleDescription);
  rule.check?.(options as never, path);
  const description = { kind: rule.kind, ...options };
  Object.defineProperty(description, RULE, { value: rule });
  return Object.freeze(description) as unknown as Made;
}

/** A rule that moves all tensors together takes their gradients as they are, and all of them alike. */
function checkTogether(path: string, { clipNorm, clipValue, accumulate, groups }: RuleDescription): void {
  const common = { clipNorm, clipValue, accumulate: accumulate === 1 ? undefined : accumulate };
  const set = Object.entries(common).find(([, value]) => value !== undefined);
  if (set !== undefined) throw new OptionError(`${path}.${set[0]}`, set[1], "cannot be set: gradients are taken as they are");
  groups.forEach(({ match: _, frozen, ...own }, i) => {
    const [key, value] = Object.entries(own)[0] ?? (frozen ? [] : ["frozen", frozen]);
    if (key !== undefined)
      throw new OptionError(`${path}.groups[${i}].${key}`, value, "cannot be: all tensors are moved together, groups can only be frozen");
  });
}

/** The rule that a factory's description carries; a description that came through JSON has none. */
export function ruleOf(description: OptimizerDescription, path = "optimizer"): AnyRule {
  const rule = (description as OptimizerDescription | null | undefined)?.[RULE];
  if (rule === undefined) {
    throw new OptionError(
      path,
      description,
      `must come from a factory such as adam(...), or through optimizerFromJSON(...); got ${show(description)}`,
    );
  }
  return rule;
}

/** A number in a range, or a schedule of such numbers. */
export function scheduled(fallback: number | undefined, range: Range): Field<Scheduled> & { isSchedulable: true } {
  const plain = number(fallback, range);
  const following = schedule();
  return {
    fallback,
    form: plain.form,
    isSchedulable: true,
    read: (value, path) => (typeof value === "number" ? checkFloat32(plain.read(value, path), path, range) : following.read(value, path)),
  };
}

/** The least number above 0 that kernels compute with at full precision. */
export const LEAST_NORMAL = 1.1754943508222875e-38;

/** Kernels compute in float32: a number beyond its range would be infinite there, one that must be above 0 would be 0. */
function checkFloat32(value: number, path: string, { above }: Range = {}): number {
  if (!Number.isFinite(Math.fround(value)))
    throw new OptionError(path, value, `must be within the range of float32 (3.4e38), got ${value}`);
  if (above === 0 && value < LEAST_NORMAL)
    throw new OptionError(path, value, `must be at least 1.18e-38, the least normal number of float32, got ${value}`);
  return value;
}

/** As `scheduled`, or what watches a metric. */
function learningRate(fallback: number): Field<Scheduled> {
  const plain = scheduled(fallback, { min: 0 });
  const watches = (value: unknown, path: string) => typeof value === "object" && value !== null && isPlateauAt(value as Schedule, path);
  return { fallback, form: plain.form, read: (value, path) => (watches(value, path) ? (value as Scheduled) : plain.read(value, path)) };
}

export const pattern: Field<string> = {
  fallback: undefined,
  read(value, path) {
    if (typeof value !== "string" || value === "")
      throw new OptionError(path, value, `must be a name such as "*.bias", got ${show(value)}`);
    return value;
  },
};

/** A group keeps only what it sets; the rest is its optimizer's. */
function group<Own>(own: Fields<object>, { shared = [], traits = [] }: Rule<Own>): Field<Group<Record<string, unknown>>> {
  const fields: Record<string, unknown> = { match: pattern, frozen: optional(boolean(undefined)) };
  if (!traits.includes("setsValues")) fields["elementRates"] = optional(boolean(undefined));
  for (const [key, field] of Object.entries(own)) {
    if (!shared.some((name) => name === key)) fields[key] = optional(field as Field<unknown>);
  }
  return { fallback: undefined, read: (value, path) => readOptions(path, value, fields as Fields<Group<Record<string, unknown>>>) };
}
