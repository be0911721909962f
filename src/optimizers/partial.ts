import { CheckpointError } from "../options/errors.js";
import { boolean, readOptions, show } from "../options/options.js";
import { type PlateauState, startPlateau } from "../schedules/plateau.js";
import type { ScheduleDescription } from "../schedules/schedule.js";
import { ACCUMULATED } from "./gradients.js";
import type { BoundGroup, GroupState } from "./groups.js";
import { ACCUMULATED_LOSS } from "./groups.js";
import { ELEMENT_RATES } from "./kept.js";
import { manualFromJSON, manualToJSON } from "./manual-rate.js";
import type { StateArray } from "./slots.js";
import { checkProgress, type OptimizerState, type StateHolder } from "./state.js";

/** What `load()` took of a state, each as "slot of tensor". */
export interface LoadedState {
  /** State that the optimizer keeps and that was not given: it starts as in a new optimizer. */
  readonly anew: readonly string[];
  /** State that was given and that the optimizer does not keep. */
  readonly unused: readonly string[];
}

export interface OptimizerLoadOptions {
  /**
   * Take what matches, by names of slots and tensors, and start the rest anew: for an optimizer whose tensors, groups, frozen tensors or
   * wrappers are others than those of the state. A new tensor needs a group of its own (`groups: [{ match: "extra" }]`), since tensors of a
   * group count their updates together, on which bias corrections hang. Default false: a state that does not fit is refused.
   */
  partial?: boolean;
}

/** What a group goes on with besides its slots. */
interface Source {
  readonly scalars: Readonly<Record<string, number>>;
  readonly began: number;
}

interface Adapted extends LoadedState {
  readonly state: OptimizerState;
}

/** Kinds whose state is the same. */
const ALIKE: readonly (readonly string[])[] = [["adam", "adamw"]];

/** The state that an optimizer loads when it is given one. */
export function stateToLoad(holder: StateHolder, given: OptimizerState, options: OptimizerLoadOptions): Adapted {
  const { partial } = readOptions<Required<OptimizerLoadOptions>>("load", options, { partial: boolean(false) });
  return partial ? adapt(holder, given) : { state: given, anew: [], unused: [] };
}

/**
 * The state that an optimizer goes on from when it takes what matches, by names of slots and tensors, and starts the rest as a new one would.
 * A group that starts anew counts its updates from then on.
 *
 * @throws CheckpointError when nothing fits, and where some tensors of a group would go on and others start anew: their updates are counted
 *   together, and a bias correction would be wrong for one of them.
 */
function adapt(holder: StateHolder, state: OptimizerState): Adapted {
  checkProgress(state);
  const { groups, kind } = holder;
  const taken = new Taken(holder, state);
  const live = groups.filter((group) => group.isLive);
  // groups that share estimates go on together
  const units = holder.scalars.map((own) => live.filter(({ scalars }) => scalars === own));
  const sources = new Map(units.flatMap((unit) => sourcesOf(unit, taken, holder, state).map((source, i) => [unit[i], source] as const)));
  for (const group of live) takeGroup(group, sources.get(group) !== undefined, taken);
  if (taken.used.size === 0 && taken.anew.length > 0)
    throw new CheckpointError(`nothing of the state, which is of ${show(state.kind)}, fits this optimizer, which is ${show(kind)}`);

  const scalars = holder.scalars.map((own, i) => {
    const last = groups.filter(({ scalars }) => scalars === own).at(-1) as BoundGroup;
    const source = sources.get(units[i]?.[0] as BoundGroup);
    return { ...last.initialScalars(), ...source?.scalars } as Record<string, number>;
  });
  const accumulated = taken.accumulated(holder.accumulate);
  const [first] = scalars;
  if (first && holder.scalars[0] && ACCUMULATED_LOSS in holder.scalars[0])
    first[ACCUMULATED_LOSS] = accumulated ? (state.scalars?.[0]?.[ACCUMULATED_LOSS] ?? 0) : 0;
  const { accumulatedWeight: _, ...rest } = state;
  return {
    anew: taken.anew,
    unused: taken.unused,
    state: {
      ...(accumulated ? state : { ...rest, accumulated: 0 }),
      kind,
      slots: taken.slots,
      scalars,
      plateaus: groups.map((group) => rateStateOf(group, holder, state)),
      groups: groups.map((group) => ({ ...group.description(), began: sources.get(group)?.began ?? (group.isLive ? state.step : 0) })),
    },
  };
}

/** The arrays of state that are being put together, and which of those given went into them. */
class Taken {
  readonly slots: Record<string, Record<string, StateArray>>;
  readonly anew: string[] = [];
  readonly used = new Set<string>();
  readonly #holder: StateHolder;
  readonly #state: OptimizerState;

  constructor(holder: StateHolder, state: OptimizerState) {
    this.#holder = holder;
    this.#state = state;
    this.slots = holder.slots.copies() as Record<string, Record<string, StateArray>>;
  }

  /** The given numbers, where they are as many as are needed, and as wide. */
  given(slot: string, tensor: string): StateArray | undefined {
    const [there, here] = [this.#holder.slots.given(this.#state.slots, slot, tensor), this.slots[slot]?.[tensor]];
    return there?.length === here?.length && there instanceof Uint16Array === here instanceof Uint16Array ? there : undefined;
  }

  take(slot: string, tensor: string): void {
    this.slots[slot]?.[tensor]?.set(this.given(slot, tensor) as StateArray);
    this.used.add(`${slot} of ${tensor}`);
  }

  start(slot: string, tensor: string, value: number | Float32Array): void {
    const numbers = this.slots[slot]?.[tensor];
    if (typeof value === "number") numbers?.fill(value);
    else numbers?.set(value);
    this.anew.push(`${slot} of ${tensor}`);
  }

  /** Whether gradients that were accumulated are taken over too, which needs all of them. */
  accumulated(accumulate: number): boolean {
    const tensors = Object.keys(this.slots[ACCUMULATED] ?? {});
    const { accumulated } = this.#state;
    const all = accumulated > 0 && accumulated < accumulate && tensors.every((tensor) => this.given(ACCUMULATED, tensor));
    for (const tensor of tensors) {
      if (all) this.take(ACCUMULATED, tensor);
      else this.slots[ACCUMULATED]?.[tensor]?.fill(0);
    }
    return all;
  }

  get unused(): string[] {
    const places = Object.entries(this.#state.slots ?? {}).flatMap(([slot, tensors]) =>
      Object.keys(tensors ?? {}).map((name) => `${slot} of ${name}`),
    );
    return places.filter((place) => !this.used.has(place));
  }
}

/** What each group of a unit, which goes on as a whole or not at all, goes on with; undefined where they start anew. */
function sourcesOf(unit: readonly BoundGroup[], taken: Taken, holder: StateHolder, state: OptimizerState): (Source | undefined)[] {
  const anew = unit.map(() => undefined);
  const names = unit.flatMap((group) => {
    const known = new Set(partsOf(group, holder, state).flatMap(([, { kind, tensors }]) => (isAlike(kind, group.kind) ? tensors : [])));
    const slots = group.slots.filter((slot) => !group.rule.late?.slots.includes(slot));
    return group.parameters.map(({ name }) => [name, known.has(name) && slots.every((slot) => taken.given(slot, name))] as const);
  });
  const [on] = names.find(([, goesOn]) => goesOn) ?? [];
  const off = names.filter(([, goesOn]) => !goesOn).map(([name]) => name);
  if (off.length === 0) {
    const sources = unit.map((group) => sourceOf(group, taken, holder, state));
    return sources.includes(undefined) ? anew : sources;
  }
  if (on === undefined || unit.every(({ slots }) => slots.length === 0)) return anew;
  const isOne = unit.some(({ rule }) => rule.shared || rule.traits?.includes("movesAllTogether"));
  const own = off.map((name) => `{ match: ${show(name)} }`).join(", ");
  const advice = isOne ? "" : `: give what starts anew a group of its own, as in groups: [${own}]`;
  throw new CheckpointError(`the state has ${show(on)} and not ${show(off[0])}, whose updates are counted together${advice}`);
}

/** The scalar state and the count of a group in the state, which has all its tensors; undefined where that has several that differ. */
function sourceOf(group: BoundGroup, taken: Taken, holder: StateHolder, state: OptimizerState): Source | undefined {
  const found = partsOf(group, holder, state);
  const began = found[0]?.[1].began ?? 0;
  if (found.some(([, part]) => (part.began ?? 0) !== began)) return undefined;
  const { late } = group.rule;
  const isLate = late !== undefined && !late.slots.every((slot) => group.parameters.every(({ name }) => taken.given(slot, name)));
  const scalars: Record<string, number> = isLate ? { ...late.scalars(state.step - began) } : {};
  for (const key of Object.keys(group.initialScalars())) {
    if (isLate && key in scalars) continue;
    const values = new Set(found.flatMap(([i]) => (state.scalars?.length === 1 ? state.scalars[0] : state.scalars?.[i])?.[key] ?? []));
    const [value] = values;
    if (values.size !== 1 || !Number.isFinite(value)) return undefined;
    scalars[key] = value as number;
  }
  return { scalars, began };
}

/** The groups of the state that have tensors of one here, each with its number. Earlier versions did not write which those are. */
function partsOf({ parameters }: BoundGroup, { kind, groups }: StateHolder, state: OptimizerState): [number, GroupState][] {
  const count = state.plateaus?.length ?? 0;
  const alike = state.kind === kind && count === groups.length;
  const written =
    state.groups ??
    Array.from({ length: count }, (_, i) => {
      const own = groups[i] as BoundGroup;
      return alike ? own.description() : { kind: state.kind, tensors: parameters.map(({ name }) => name) };
    });
  const names = new Set(parameters.map(({ name }) => name));
  return [...written.entries()].filter(([, { tensors }]) => tensors.some((name) => names.has(name)));
}

function isAlike(one: string, other: string): boolean {
  return one === other || ALIKE.some((kinds) => kinds.includes(one) && kinds.includes(other));
}

/** Fills the slots of a group: from the state where it goes on, otherwise as a new optimizer does. */
function takeGroup({ parameters, slots, rule, options, elementRates }: BoundGroup, goesOn: boolean, taken: Taken): void {
  const late = rule.late?.slots ?? [];
  const hasLate = late.every((slot) => parameters.every(({ name }) => taken.given(slot, name)));
  for (const { name, value } of parameters) {
    for (const slot of slots) {
      if (goesOn && (hasLate || !late.includes(slot))) taken.take(slot, name);
      else taken.start(slot, name, late.includes(slot) ? value : (rule.initial?.(slot, options) ?? 0));
    }
    if (elementRates && taken.given(ELEMENT_RATES, name)) taken.take(ELEMENT_RATES, name);
    else if (elementRates) taken.start(ELEMENT_RATES, name, 1);
  }
}

/** The state of a rate that watches a metric or is set by hand, where the state's group had one of its kind; else that of a new one. */
function rateStateOf(group: BoundGroup, holder: StateHolder, state: OptimizerState): PlateauState | null {
  const { rate, plateau } = group;
  const fresh = plateau === undefined ? (manualToJSON(rate) ?? null) : startPlateau(rate as ScheduleDescription);
  if (fresh === null) return null;
  const [part] = partsOf(group, holder, state);
  const given = state.plateaus?.[part?.[0] ?? -1];
  try {
    return group.plateauFromJSON(given, "plateau") ?? manualToJSON(manualFromJSON(rate, given, "rate")) ?? null;
  } catch {
    return fresh;
  }
}
