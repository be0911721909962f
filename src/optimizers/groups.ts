import type { Engine } from "../engine/engine.js";
import type { Kernels } from "../engine/load.js";
import type { Parameter, Parameters } from "../engine/parameters.js";
import { CheckpointError, OptionError } from "../options/errors.js";
import { type Field, show, suggest } from "../options/options.js";
import { fitsPattern } from "../options/pattern.js";
import { isPlateau, observePlateau, type PlateauState, plateauRateAt, plateauStateFromJSON, startPlateau } from "../schedules/plateau.js";
import { type Clock, rateAt, type ScheduleDescription } from "../schedules/schedule.js";
import { ELEMENT_RATES } from "./kept.js";
import {
  type AnyOptions,
  type AnyRule,
  type Binding,
  type Group,
  type Resolved,
  type RuleDescription,
  type Run,
  ruleOf,
  type Scheduled,
  type TensorRun,
} from "./rule.js";
import { pointerTo, type Slot, type Slots } from "./slots.js";
import { unwrap } from "./wrapper.js";

/** A group in a state: the kind of its rule, its tensors, and the number of updates before its own first. */
export interface GroupState {
  readonly kind: string;
  readonly tensors: readonly string[];
  /** Default 0. */
  readonly began?: number;
}
/** The scalar state in which the losses of accumulated gradients are summed. */
export const ACCUMULATED_LOSS = "accumulatedLoss";

/** The tensors that share options, and what a step needs of them. */
export class BoundGroup implements Binding<AnyOptions> {
  learningRate = 0;
  /** The rate of the schedule for the step that is being made: `learningRate` once nothing can stop it. */
  scheduledRate = 0;
  /** The number of the optimizer's updates before the first of this group: 0 unless its state began anew in the middle of a run. */
  began = 0;
  readonly rule: AnyRule;
  /** The kind of the rule without what goes around it. */
  readonly kind: string;
  tensorRates?: readonly number[];
  readonly kernels: Kernels;
  readonly scratch: (length: number) => number;
  readonly floats: Host["floats"];
  readonly parameters: readonly Parameter[];
  readonly frozen: boolean;
  readonly elementRates: boolean;
  readonly slots: readonly string[];
  scalars: Record<string, number>;
  readonly options: Resolved<AnyOptions>;
  readonly scheduled: readonly (readonly [string, Scheduled, Field<unknown>])[];
  /** The pattern that its tensors match; undefined for what no group matches. */
  readonly match: string | undefined;
  rate: Scheduled;
  /** Whether the rate is the optimizer's own. */
  inheritsRate: boolean;
  /** The state of a learning rate that watches a metric. */
  plateau: PlateauState | undefined;
  /** A factor on the rate, beside a schedule of its own: one of all parts. */
  factor: Scheduled;
  /** The pattern of the part that it belongs to; undefined where there are none. */
  readonly part: string | undefined;
  /** The description that its tensors share with those of other groups. */
  readonly owner: object;
  groups: readonly BoundGroup[] = [];
  runs: readonly Run[] = [];
  tensors: readonly TensorRun[] = [];

  constructor(
    rule: AnyRule,
    compose: Compose,
    base: AnyOptions,
    group: Partial<Group<AnyOptions>>,
    parameters: readonly Parameter[],
    host: Host,
  ) {
    this.owner = base;
    this.factor = host.factor ?? 1;
    this.part = host.part;
    const { match, frozen = false, elementRates = false, ...own } = group;
    const given = { ...base, ...own };
    this.rule = compose(rule);
    this.kind = rule.kind;
    this.kernels = host.kernels;
    this.scratch = host.scratch;
    this.floats = host.floats;
    this.frozen = frozen;
    this.elementRates = elementRates;
    this.parameters = parameters;
    this.match = match;
    this.rate = given["learningRate"] as Scheduled;
    this.inheritsRate = match !== undefined && own["learningRate"] === undefined;
    this.plateau = isPlateau(this.rate) ? startPlateau(this.rate as ScheduleDescription) : undefined;
    const keys = Object.keys(rule.fields);
    this.options = Object.fromEntries(keys.map((key) => [key, given[key]])) as Resolved<AnyOptions>;
    this.scheduled = Object.entries<Field<unknown>>(rule.fields)
      .filter(([key, field]) => isSchedule(field, given[key]))
      .map(([key, field]) => [key, given[key] as Scheduled, field]);
    this.slots = frozen ? [] : this.rule.slots(this.options);
    this.scalars = this.initialScalars();
  }

  /** Whether it is stepped: neither frozen nor empty. */
  get isLive(): boolean {
    return !this.frozen && this.parameters.length > 0;
  }

  /** The scalar state at its start. */
  initialScalars(): Record<string, number> {
    const names = this.parameters.map(({ name }) => name);
    return this.rule.scalars?.(this.options, names) ?? {};
  }

  /** What a state says of it. */
  description(): GroupState {
    const tensors = this.parameters.map(({ name }) => name);
    return { kind: this.kind, tensors, ...(this.began > 0 && { began: this.began }) };
  }

  /** Takes rate and options of a step from their schedules; throws before anything has moved. */
  schedule(step: number, clock: Clock): void {
    // a number, which has been looked at
    if (this.rate === this.scheduledRate && this.factor === 1 && this.scheduled.length === 0) return;
    const { plateau } = this;
    const scheduled = plateau ? plateauRateAt(this.rate as ScheduleDescription, plateau, step) : rateAt(this.rate, step, clock);
    const rate = scheduled * rateAt(this.factor, step, clock);
    if (!(rate >= 0)) throw new OptionError("learningRate", rate, `must be at least 0, got ${rate} at step ${step}`);
    if (!Number.isFinite(Math.fround(rate)))
      throw new OptionError("learningRate", rate, `must be within the range of float32 (3.4e38), got ${rate} at step ${step}`);
    this.scheduledRate = rate;
    for (const [option, schedule, field] of this.scheduled) {
      (this.options as AnyOptions)[option] = field.read(rateAt(schedule, step, clock), option);
    }
  }

  /** Whether a slot is laid out as the parameters are, in a block that groups share. */
  isShared(slot: string): boolean {
    return this.rule.lengths?.(slot, [], this.options) === undefined;
  }

  /** Allocates and fills its state, and finds its tensors in it; `gradients` are those of the parameters, or accumulated ones. */
  addState(all: Slots, { values, gradients: own }: Parameters, gradients: number): void {
    const slots = this.slots.map((name) => all.add(name, this.parameters, this));
    if (this.elementRates) all.fill(all.add(ELEMENT_RATES, this.parameters), this.parameters, 1);
    for (const slot of slots) {
      const value = this.rule.initial?.(slot.name, this.options) ?? 0;
      if (value !== 0) all.fill(slot, this.parameters, value);
    }
    this.#place(values.pointer, gradients, slots, gradients === own.pointer);
  }

  /** Says where its tensors are: `slots` are those of its rule, in their order. */
  #place(values: number, gradients: number, slots: readonly Slot[], isDirect: boolean): void {
    const piece = (offset: number, n: number, pointer: (slot: Slot) => number): Run => ({
      p: values + offset * 4,
      g: gradients + offset * 4,
      s: slots.map(pointer),
      n,
      first: offset,
    });
    const within = (slot: Slot, name: string) => pointerTo(slot, slot.places.find((place) => place.name === name)?.offset ?? Number.NaN);
    this.tensors = this.parameters.map(({ name, shape, units, offset, length, gradientRows }) => ({
      name,
      shape,
      units,
      gradientRows: isDirect ? gradientRows : undefined,
      ...piece(offset, length, (slot) => within(slot, name)),
    }));
    this.runs = contiguous(this.parameters).map(([from, to]) =>
      piece(from, to - from, (slot) => (this.isShared(slot.name) ? pointerTo(slot, from) : Number.NaN)),
    );
  }

  /** Shows a metric to a learning rate that watches one. */
  observe(metric: number): void {
    if (this.plateau) this.plateau = observePlateau(this.rate as ScheduleDescription, this.plateau, metric);
  }

  /** The state of a learning rate that watches a metric, out of a saved state. */
  plateauFromJSON(json: unknown, path: string): PlateauState | undefined {
    if (this.plateau === undefined) return undefined;
    try {
      return plateauStateFromJSON(this.rate as ScheduleDescription, json, path);
    } catch (cause) {
      throw new CheckpointError((cause as Error).message, { cause });
    }
  }
}

/** The parts of an optimizer that its groups use. */
export interface Host extends Pick<Binding<AnyOptions>, "kernels" | "scratch" | "floats"> {
  /** A factor on all learning rates. Default 1. */
  readonly factor?: Scheduled;
  /** The pattern of the part whose tensors these are. */
  readonly part?: string;
}

/** The rule that wrappers make of another. */
type Compose = (rule: AnyRule) => AnyRule;

/** What an engine, and memory for an optimizer, give to its rules. */
export function hostOf({ kernels, arena }: Engine, slots: Slots): Host {
  return {
    kernels,
    scratch: (length) => slots.scratch(length).pointer,
    floats: (pointer, length) => new Float32Array(arena.memory.buffer, pointer, length),
  };
}

/** The groups in their order, each with the tensors that no earlier one matches; last what is left, with the optimizer's own options. */
export function divide(description: RuleDescription, compose: Compose, parameters: readonly Parameter[], host: Host): BoundGroup[] {
  const rule = ruleOf(description);
  const parts = rule.parts?.(description as Resolved<AnyOptions>);
  if (parts !== undefined) {
    const own = { ...host, factor: description.learningRate };
    const stray = parameters.find(({ name }) => !parts.some(({ match }) => fitsPattern(match, name)));
    if (stray !== undefined) {
      const advice = `has none for ${show(stray.name)}: end it with { match: "*", optimizer: ... }`;
      throw new OptionError(`${description.kind}.parts`, parts, advice);
    }
    return matched(parts, `${description.kind}.parts`, parameters).flatMap(({ tensors, entry: { match, optimizer } }) => {
      const part = unwrap(optimizer);
      return divide(part.core, (rule) => compose(part.compose(rule)), tensors, { ...own, part: match });
    });
  }
  const { groups, ...base } = description;
  const owners = new Map<RuleDescription, RuleDescription>();
  /** The description as one of this optimizer's, wherever else it may be used. */
  const ownerOf = (other: RuleDescription) => {
    const owner = owners.get(other) ?? { ...other };
    owners.set(other, owner);
    return owner;
  };
  const bound = matched(groups, `${description.kind}.groups`, parameters).flatMap(({ tensors, entry }) => split(entry, tensors));
  const left = new Set(parameters);
  for (const { parameters } of bound) for (const parameter of parameters) left.delete(parameter);
  return [...bound, ...split({}, [...left])];

  /**
   * The group of the tensors that the rule steps, last, and before it the one of those that it leaves to another. What a group sets holds
   * for both.
   */
  function split(group: Partial<Group<AnyOptions>>, tensors: readonly Parameter[]): BoundGroup[] {
    const options = { ...base, ...group } as Resolved<AnyOptions>;
    const others = tensors.map((tensor) => (group.frozen ? undefined : rule.fallback?.(tensor, options)));
    const own = new BoundGroup(
      rule,
      compose,
      base,
      group,
      tensors.filter((_, i) => others[i] === undefined),
      host,
    );
    const other = others.find((description) => description !== undefined);
    if (other === undefined) return [own];
    return [
      new BoundGroup(
        ruleOf(other),
        compose,
        ownerOf(other),
        group,
        tensors.filter((_, i) => others[i] !== undefined),
        host,
      ),
      own,
    ];
  }
}

/** Entries in their order, each with the tensors that fit it and no entry before. @throws OptionError where one fits no tensor. */
function matched<Entry extends { match: string }>(entries: readonly Entry[], path: string, parameters: readonly Parameter[]) {
  const left = new Set(parameters);
  return entries.map((entry, i) => {
    const all = parameters.filter(({ name }) => fitsPattern(entry.match, name));
    if (all.length === 0) {
      const names = parameters.map(({ name }) => name);
      const hint = suggest(entry.match, names) || `; there are ${names.join(", ")}`;
      throw new OptionError(`${path}[${i}].match`, entry.match, `${show(entry.match)} matches no tensor${hint}`);
    }
    return { entry, tensors: all.filter((parameter) => left.delete(parameter)) };
  });
}

/** From and to, in floats, of what lies side by side. The padding between two tensors is zero and may be stepped over. */
function contiguous(parameters: readonly Parameter[]): [number, number][] {
  const pieces: [number, number][] = [];
  for (const { offset, length } of parameters) {
    const last = pieces.at(-1);
    if (last !== undefined && Math.ceil(last[1] / 4) * 4 === offset) last[1] = offset + length;
    else pieces.push([offset, offset + length]);
  }
  return pieces;
}

/** Whether an option follows a schedule: for an option that is a number otherwise, not for a list or an optimizer. */
function isSchedule(field: Field<unknown> & { isSchedulable?: boolean }, value: unknown): boolean {
  return field.isSchedulable === true && value !== undefined && typeof value !== "number";
}

/** The factors of a tensor's elements. @throws OptionError where its group has none. */
export function elementRatesOf({ name, offset, length }: Parameter, groups: readonly BoundGroup[], slots: Slots): Float32Array {
  const group = groups.find(({ parameters }) => parameters.some((parameter) => parameter.name === name));
  const rates = slots.find(ELEMENT_RATES);
  if (rates === undefined || !group?.elementRates)
    throw new OptionError("elementRates", name, `needs a group with elementRates: true that matches ${show(name)}`);
  return rates.block.view.subarray(offset, offset + length);
}

/** The learning rates that were used last, by name of tensor; NaN for frozen ones, and for all where none is known. */
export function ratesOf(groups: readonly BoundGroup[], known: boolean): Record<string, number> {
  const entries = groups.flatMap(({ parameters, frozen, learningRate, tensorRates }) =>
    parameters.map(({ name }, i) => [name, frozen || !known ? Number.NaN : (tensorRates?.[i] ?? learningRate)] as const),
  );
  return Object.fromEntries(entries);
}

/** Where the gradients stand that a closure fills, which others may be accumulated from. */
export function filledRuns(parameters: Parameters, groups: readonly BoundGroup[]): Run[] {
  const shift = parameters.gradients.pointer - parameters.values.pointer;
  return groups.flatMap(({ runs }) => runs.map((run) => ({ ...run, g: run.p + shift, s: [] })));
}

/**
 * Tells groups of one description of each other. Those of a rule that shares estimates get one scalar state, the last one's.
 *
 * @returns the groups that are bound, of which those that share are bound as one, all scalar states, and what a step needs.
 */
export function introduce(groups: readonly BoundGroup[], live: readonly BoundGroup[], accumulate: number) {
  const last = new Map(groups.map((group) => [group.owner, group]));
  for (const group of groups) {
    group.groups = live.filter(({ owner }) => owner === group.owner);
    if (group.rule.shared) group.scalars = (last.get(group.owner) as BoundGroup).scalars;
  }
  const scalars = [...new Set(groups.map(({ scalars }) => scalars))];
  const needs = (["closure", "loss"] as const).find((needs) => groups.some(({ rule }) => rule.needs === needs));
  if (needs === "loss" && accumulate > 1) (scalars[0] as Record<string, number>)[ACCUMULATED_LOSS] = 0;
  return { bound: groups.filter((group) => (group.rule.shared ? last.get(group.owner) === group : live.includes(group))), scalars, needs };
}
