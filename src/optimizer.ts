import type { Kernels } from "./engine.js";
import { CheckpointError, DisposedError, DivergedError, OptionError } from "./errors.js";
import type { Vector } from "./memory.js";
import {
  type AnyRule,
  type Group,
  type OptimizerDescription,
  type Resolved,
  type Run,
  ruleOf,
  type Scheduled,
  type Step,
  type TensorRun,
} from "./optimizers/rule.js";
import { type Field, show, suggest } from "./options.js";
import type { Parameter, Parameters } from "./parameters.js";
import { isPlateau, observe, type PlateauState, plateauStateFromJSON, start } from "./schedules/plateau.js";
import { type Clock, rateAt, type ScheduleDescription } from "./schedules/schedule.js";

type AnyOptions = Record<string, unknown>;

/** The tensors that share options, and what a step needs of them. */
class BoundGroup {
  /** The learning rate of the last step. */
  learningRate = 0;
  readonly parameters: readonly Parameter[];
  readonly frozen: boolean;
  readonly elementRates: boolean;
  readonly slots: readonly string[];
  readonly scalars: Record<string, number>;
  readonly given: AnyOptions;
  readonly options: Resolved<AnyOptions>;
  readonly scheduled: readonly (readonly [string, Scheduled, Field<unknown>])[];
  readonly rate: Scheduled;
  /** What a learning rate that watches a metric has seen. */
  plateau: PlateauState | undefined;
  runs: readonly Run[] = [];
  update: Step = () => {};

  constructor(rule: AnyRule, base: AnyOptions, group: Partial<Group<AnyOptions>>, parameters: readonly Parameter[]) {
    const { match: _, frozen = false, elementRates = false, ...own } = group;
    this.given = { ...base, ...own };
    this.frozen = frozen;
    this.elementRates = elementRates;
    this.parameters = parameters;
    this.rate = this.given["learningRate"] as Scheduled;
    this.plateau = isPlateau(this.rate) ? start(this.rate as ScheduleDescription) : undefined;
    const keys = Object.keys(rule.fields);
    this.options = Object.fromEntries(keys.map((key) => [key, this.given[key]])) as Resolved<AnyOptions>;
    this.scheduled = Object.entries<Field<unknown>>(rule.fields)
      .filter(([key]) => isSchedule(this.given[key]))
      .map(([key, field]) => [key, this.given[key] as Scheduled, field]);
    this.slots = frozen ? [] : rule.slots(this.options);
    this.scalars = rule.scalars?.(this.options) ?? {};
  }
}

/** The state of an optimizer by name of slot and tensor: copies, not views. */
export interface OptimizerState {
  readonly kind: string;
  /** The number of updates made. */
  readonly step: number;
  /** The number of gradients accumulated towards the next update. */
  readonly accumulated: number;
  readonly slots: Readonly<Record<string, Readonly<Record<string, Float32Array>>>>;
  /** The scalar state of each group, in the order of `groups`. */
  readonly scalars: readonly Readonly<Record<string, number>>[];
  /** What the learning rate of each group has seen, null where it watches nothing. */
  readonly plateaus: readonly (PlateauState | null)[];
}

/** State fades towards the denormals, where an operation costs a hundred cycles: every 16 updates what is under 2^-100 becomes 0. */
const FLUSH_EVERY = 16;
const FADED = 7.888609052210118e-31;
/** Slots of the optimizer itself, beside its rule's. */
const ACCUMULATED = "accumulated";
const ELEMENT_RATES = "elementRates";

/**
 * Binds an update rule to parameters: `step()` moves the values by the gradients that stand in the parameters' memory.
 *
 * An update number t (from 1) uses the learning rate of schedule step t - 1. Averaging over accumulated gradients, clipping and `maximize` are one
 * factor on the gradient, folded into the update's pass. Every 16 updates, values and state whose size is under 2^-100 become 0.
 *
 * @param parameters what to optimize; freed by their owner, not by the optimizer.
 * @param description what a factory such as `adamw(...)` made.
 * @param clock how long an epoch and the run are, for schedules that count them.
 * @throws OptionError for a group that matches nothing; OutOfMemoryError when the state does not fit.
 * @example
 * const optimizer = new Optimizer(parameters, adamw({ learningRate: 1e-3 }));
 * parameters.get("dense.weight").gradient.set(gradients);
 * optimizer.step();
 * console.log(optimizer.learningRate);
 */
export class Optimizer implements Disposable {
  readonly parameters: Parameters;
  readonly description: OptimizerDescription;
  readonly #kernels: Kernels;
  readonly #clock: Clock;
  readonly #groups: readonly BoundGroup[];
  /** Blocks in the layout of the parameters, by name of slot. */
  readonly #slots = new Map<string, Vector>();
  readonly #scratch: Vector[] = [];
  /** The block that updates read gradients from: the parameters' own, or the one they are accumulated in. */
  readonly #gradients: Vector;
  /** Where values are kept during an update when elements have rates of their own. */
  readonly #before: Vector | undefined;
  #steps = 0;
  #accumulated = 0;
  #norm: number | undefined;
  #disposed = false;

  constructor(parameters: Parameters, description: OptimizerDescription, clock: Clock = {}) {
    const rule = ruleOf(description);
    this.parameters = parameters;
    this.description = description;
    this.#kernels = parameters.engine.kernels;
    this.#clock = clock;
    this.#groups = divide(rule, description, parameters);
    try {
      this.#gradients = description.accumulate > 1 ? this.#slot(ACCUMULATED) : parameters.gradients;
      for (const group of this.#groups) this.#bind(rule, group);
      if (this.#slots.has(ELEMENT_RATES)) {
        this.#before = parameters.engine.vector(parameters.size);
        this.#scratch.push(this.#before);
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** The number of updates made. */
  get steps(): number {
    return this.#steps;
  }

  /** The learning rate that the last update used (for tensors that no group matches); NaN before the first. */
  get learningRate(): number {
    return this.#steps === 0 ? Number.NaN : (this.#groups.at(-1) as BoundGroup).learningRate;
  }

  /** The learning rates that the last update used, by name of tensor; NaN for frozen tensors and before the first update. */
  get learningRates(): Record<string, number> {
    const entries = this.#groups.flatMap(({ parameters, frozen, learningRate }) =>
      parameters.map(({ name }) => [name, frozen || this.#steps === 0 ? Number.NaN : learningRate] as const),
    );
    return Object.fromEntries(entries);
  }

  /**
   * The 2-norm of the last update's gradient over all tensors that are not frozen, after averaging and `clipValue`, before `clipNorm`.
   * Computed in the update when `clipNorm` is set; otherwise now, from the gradients as they stand.
   */
  get gradientNorm(): number {
    this.#alive();
    this.#norm ??= this.#measure() / this.description.accumulate;
    return this.#norm;
  }

  /** The factors on the learning rate of each element of a tensor, 1 at first; its group must have set `elementRates`. */
  elementRates(name: string): Float32Array {
    this.#alive();
    const parameter = this.parameters.get(name);
    const group = this.#groups.find(({ parameters }) => parameters.includes(parameter));
    const rates = this.#slots.get(ELEMENT_RATES);
    if (rates === undefined || !group?.elementRates) {
      throw new OptionError("elementRates", name, `needs a group with elementRates: true that matches ${show(name)}`);
    }
    return rates.view.subarray(parameter.offset, parameter.offset + parameter.length);
  }

  /**
   * The state in a slot such as "mean", by name of tensor: the floats themselves, not a copy. Ask again after something was allocated.
   *
   * @throws OptionError when the optimizer has no such slot.
   */
  slot(slot: string): Map<string, Float32Array> {
    this.#alive();
    const block = this.#slots.get(slot);
    if (block === undefined) {
      const known = [...this.#slots.keys()];
      throw new OptionError("slot", slot, `${show(slot)} is not a slot of ${this.description.kind}${suggest(slot, known)}`);
    }
    return new Map(this.#tensorsOf(slot, block, true));
  }

  /**
   * Takes the gradients into account and, once as many as `accumulate` says are there, updates the values.
   *
   * @returns whether the values were updated.
   * @throws OptionError when a schedule gives no usable number, DivergedError when `clipNorm` finds a gradient that is not finite (gradients accumulated so far
   * are given up); values and state stay as they were.
   */
  step(): boolean {
    this.#alive();
    const { accumulate, clipValue, clipNorm, maximize } = this.description;
    this.#norm = undefined;
    const full = this.#accumulated + 1 === accumulate;
    if (full) this.#resolve();
    if (accumulate > 1) {
      this.#kernels.axpy(this.parameters.gradients.pointer, this.#gradients.pointer, this.parameters.size, 1);
      this.#accumulated = full ? 0 : this.#accumulated + 1;
      if (!full) return false;
    }
    let scale = (maximize ? -1 : 1) / accumulate;
    if (clipValue !== undefined) this.#forRuns((run) => this.#kernels.clamp(run.g, run.n, clipValue * accumulate));
    if (clipNorm !== undefined) {
      this.#norm = this.#measure() / accumulate;
      if (!Number.isFinite(this.#norm)) {
        if (accumulate > 1) this.#kernels.fill(this.#gradients.pointer, this.parameters.size, 0);
        throw new DivergedError("the gradient", this.#steps);
      }
      scale *= Math.min(1, clipNorm / (this.#norm + 1e-6));
    }
    this.#steps++;
    for (const group of this.#groups) this.#update(group, scale);
    if (this.#steps % FLUSH_EVERY === 0) this.#flush();
    if (accumulate > 1) this.#kernels.fill(this.#gradients.pointer, this.parameters.size, 0);
    return true;
  }

  /**
   * Shows a metric, usually the validation loss of an epoch, to learning rates that watch one (`reduceOnPlateau`, `greedy`); others do not
   * mind. Throws OptionError for a metric that is not finite.
   */
  observe(metric: number): void {
    this.#alive();
    for (const group of this.#groups) {
      if (group.plateau) group.plateau = observe(group.rate as ScheduleDescription, group.plateau, metric);
    }
  }

  /** The name of the first tensor or state that is not finite, if any. */
  findNonFinite(): string | undefined {
    this.#alive();
    for (const { name, offset, length } of this.parameters) {
      if (!this.#kernels.finite(this.parameters.values.pointer + offset * 4, length)) return name;
    }
    for (const [slot, block] of this.#slots) {
      for (const { name, offset, length } of this.parameters) {
        if (!this.#kernels.finite(block.pointer + offset * 4, length)) return `${slot} of ${name}`;
      }
    }
    return undefined;
  }

  /** A copy of everything that a later `load()` needs to go on as if nothing had happened. */
  state(): OptimizerState {
    this.#alive();
    const slots = Object.fromEntries([...this.#slots].map(([slot, block]) => [slot, Object.fromEntries(this.#tensorsOf(slot, block))]));
    const scalars = this.#groups.map((group) => ({ ...group.scalars }));
    const plateaus = this.#groups.map(({ plateau }) => plateau ?? null);
    return { kind: this.description.kind, step: this.#steps, accumulated: this.#accumulated, slots, scalars, plateaus };
  }

  /** Takes over what `state()` gave. Throws CheckpointError, and changes nothing, when it belongs to another optimizer. */
  load(state: OptimizerState): void {
    this.#alive();
    this.#check(state);
    const plateaus = this.#groups.map(({ plateau, rate }, i) =>
      plateau ? plateauStateFromJSON(rate as ScheduleDescription, state.plateaus[i], `state.plateaus[${i}]`) : undefined,
    );
    for (const [slot, block] of this.#slots) {
      const given = state.slots[slot] as Record<string, Float32Array>;
      for (const [name, view] of this.#tensorsOf(slot, block, true)) view.set(given[name] as Float32Array);
    }
    this.#groups.forEach((group, i) => {
      Object.assign(group.scalars, state.scalars[i]);
      group.plateau = plateaus[i];
    });
    this.#steps = state.step;
    this.#accumulated = state.accumulated;
    this.#norm = undefined;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const vector of [...this.#slots.values(), ...this.#scratch]) vector.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Evaluates every schedule first, so that a wrong one stops the step before anything has moved. */
  #resolve(): void {
    for (const group of this.#groups) {
      const rate = group.plateau?.rate ?? rateAt(group.rate, this.#steps, this.#clock);
      if (!(rate >= 0)) throw new OptionError("learningRate", rate, `must be at least 0, got ${rate} at step ${this.#steps}`);
      group.learningRate = rate;
      for (const [option, schedule, field] of group.scheduled) {
        (group.options as AnyOptions)[option] = field.read(rateAt(schedule, this.#steps, this.#clock), option);
      }
    }
  }

  #update(group: BoundGroup, scale: number): void {
    if (group.elementRates) {
      const { values } = this.parameters;
      const before = this.#before as Vector;
      const rates = this.#slots.get(ELEMENT_RATES) as Vector;
      for (const { p, n } of group.runs) this.#kernels.copy(p, before.pointer + p - values.pointer, n);
      group.update(this.#steps, group.learningRate, scale);
      for (const { p, n } of group.runs) {
        const offset = p - values.pointer;
        this.#kernels.blend(p, before.pointer + offset, rates.pointer + offset, n);
      }
    } else group.update(this.#steps, group.learningRate, scale);
  }

  #flush(): void {
    this.#forRuns(({ p, s, n }) => {
      this.#kernels.flush(p, n, FADED);
      for (const slot of s) this.#kernels.flush(slot, n, FADED);
    });
  }

  #measure(): number {
    let sum = 0;
    this.#forRuns(({ g, n }) => {
      sum += this.#kernels.sumSquares(g, n);
    });
    return Math.sqrt(sum);
  }

  #forRuns(action: (run: Run) => void): void {
    for (const group of this.#groups) for (const run of group.runs) action(run);
  }

  #bind(rule: AnyRule, group: BoundGroup): void {
    if (group.frozen || group.parameters.length === 0) return;
    const { values } = this.parameters;
    const blocks = group.slots.map((slot) => this.#slot(slot));
    if (group.elementRates) this.#fill(this.#slot(ELEMENT_RATES), group.parameters, 1);
    for (const [i, slot] of group.slots.entries()) {
      const value = rule.initial?.(slot, group.options) ?? 0;
      if (value !== 0) this.#fill(blocks[i] as Vector, group.parameters, value);
    }
    const piece = (offset: number, n: number): Run => ({
      p: values.pointer + offset * 4,
      g: this.#gradients.pointer + offset * 4,
      s: blocks.map((block) => block.pointer + offset * 4),
      n,
    });
    const tensors: TensorRun[] = group.parameters.map(({ name, shape, offset, length }) => ({ name, shape, ...piece(offset, length) }));
    group.runs = contiguous(group.parameters).map(([from, to]) => piece(from, to - from));
    group.update = rule.bind({
      kernels: this.#kernels,
      options: group.options,
      runs: group.runs,
      tensors,
      scalars: group.scalars,
      scratch: (length) => {
        const vector = this.parameters.engine.vector(length);
        this.#scratch.push(vector);
        return vector.pointer;
      },
    });
  }

  #slot(name: string): Vector {
    let block = this.#slots.get(name);
    if (block === undefined) {
      block = this.parameters.engine.vector(this.parameters.size);
      this.#slots.set(name, block);
    }
    return block;
  }

  #fill(block: Vector, parameters: readonly Parameter[], value: number): void {
    for (const { offset, length } of parameters) this.#kernels.fill(block.pointer + offset * 4, length, value);
  }

  /** Copies, or the views themselves, of the tensors for which a slot holds state. */
  #tensorsOf(slot: string, block: Vector, views = false): [string, Float32Array][] {
    const holds = (group: BoundGroup) =>
      slot === ACCUMULATED || (slot === ELEMENT_RATES ? group.elementRates && !group.frozen : group.slots.includes(slot));
    return this.#groups
      .filter(holds)
      .flatMap(({ parameters }) => parameters)
      .map(({ name, offset, length }) => [
        name,
        views ? block.view.subarray(offset, offset + length) : block.view.slice(offset, offset + length),
      ]);
  }

  #check(state: OptimizerState): void {
    const { kind } = this.description;
    if (typeof state !== "object" || state === null) throw new CheckpointError(`a state must be an object, got ${show(state)}`);
    if (state.kind !== kind) throw new CheckpointError(`the state is of ${show(state.kind)}, this optimizer is ${show(kind)}`);
    for (const [key, limit] of [
      ["step", Number.MAX_SAFE_INTEGER],
      ["accumulated", this.description.accumulate - 1],
    ] as const) {
      const count = state[key];
      if (!Number.isSafeInteger(count) || count < 0 || count > limit) {
        throw new CheckpointError(`the state's ${key} must be a whole number from 0 to ${limit}, got ${show(count)}`);
      }
    }
    for (const [slot, block] of this.#slots) {
      for (const [name, { length }] of this.#tensorsOf(slot, block, true)) {
        const given = state.slots?.[slot]?.[name];
        if (given?.length !== length) {
          throw new CheckpointError(
            `the state of ${slot} for ${show(name)} must have ${length} elements, got ${given ? given.length : "none"}`,
          );
        }
      }
    }
    this.#groups.forEach(({ scalars }, i) => {
      for (const key of Object.keys(scalars)) {
        if (!Number.isFinite(state.scalars?.[i]?.[key])) throw new CheckpointError(`the state of group ${i} lacks a finite ${key}`);
      }
    });
  }

  #alive(): void {
    if (this.#disposed) throw new DisposedError("optimizer");
  }
}

/** The groups in their order, each with the tensors that no earlier one matches; last what is left, with the optimizer's own options. */
function divide(rule: AnyRule, description: OptimizerDescription, parameters: Parameters): BoundGroup[] {
  const { groups, ...base } = description;
  const left = new Set(parameters);
  const bound = groups.map((group, i) => {
    const pattern = new RegExp(`^${group.match.split("*").map(escaped).join(".*")}$`, "s");
    const all = [...parameters].filter(({ name }) => pattern.test(name));
    if (all.length === 0) {
      const hint = suggest(group.match, parameters.names) || `; there are ${parameters.names.join(", ")}`;
      throw new OptionError(`${description.kind}.groups[${i}].match`, group.match, `${show(group.match)} matches no tensor${hint}`);
    }
    const matched = all.filter((parameter) => left.delete(parameter));
    return new BoundGroup(rule, base, group, matched);
  });
  return [...bound, new BoundGroup(rule, base, {}, [...left])];
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
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

function isSchedule(value: unknown): boolean {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}
