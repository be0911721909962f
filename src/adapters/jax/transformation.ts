import { tree } from "@jax-js/jax";
import { checkEngine, type Engine } from "../../engine/engine.js";
import { traitsOf } from "../../optimizers/compatibility.js";
import { type OptimizerDescription, ruleOf } from "../../optimizers/rule.js";
import { unwrap } from "../../optimizers/wrapper.js";
import { CheckpointError, OptionError } from "../../options/errors.js";
import { type Field, readOptions, show } from "../../options/options.js";
import { type Clock, rateAt, readClock, type Schedule } from "../../schedules/schedule.js";
import { Bound, type State } from "./bound.js";
import { type Leaf, leavesOf, rebuilt, type Tree } from "./tree.js";

export type { Tree } from "./tree.js";

export interface GradientTransformationOptions {
  /** How long an epoch and the run are, for schedules that count them (`perEpoch`, `perFraction`). Default: not known. */
  clock?: Clock;
}

/** What jax-js's optax calls a GradientTransformation, with `dispose`. */
export interface GradientTransformation extends Disposable {
  /** The state at the start, for parameters, which are used up. */
  init<Params extends Tree>(params: Params): Tree;
  /**
   * Turns gradients into updates, to be added to the parameters, and gives the next state. All arguments are used up; where it throws, none is.
   */
  update<Params extends Tree>(updates: Params, state: Tree, params?: Params): [Params, Tree];
  /** Frees what is kept in the engine's memory. */
  dispose(): void;
}

const clockField: Field<Clock> = { fallback: Object.freeze({}), read: (value) => readClock(value as Clock) };

/**
 * Any optimizer of this library as a GradientTransformation of jax-js's optax: `init` and `update`, for parameters in objects and lists of any
 * depth, whose paths are the names that groups match ("layers.0.weight").
 *
 * As in optax, arrays that are given are used up (pass `params.ref` to keep them), the state is a tree of arrays that can be kept, copied and gone
 * back to, and `params` may be left out where the update does not depend on the values, so without weight decay. A step reads gradients and
 * parameters from jax-js and gives updates and state back: with Adam 20 bytes a parameter are copied. Numbers are needed, so not inside `jit`.
 *
 * @param engine what `await load()` gave.
 * @param description what a factory such as `adamw(...)` made; not one that needs the loss or a closure.
 * @param options the clock of the schedules.
 * @throws OptionError for what is no engine or no such description.
 * @example
 * import { adamw, load } from "stepsize";
 * import { gradientTransformation } from "stepsize/jax";
 * const solver = gradientTransformation(await load(), adamw({ learningRate: 1e-3 }));
 * let state = solver.init(params.ref);
 * let updates;
 * [updates, state] = solver.update(gradient, state, params.ref);
 * params.add(updates).dispose(); // applyUpdates(params, updates) of optax
 */
export function gradientTransformation(
  engine: Engine,
  description: OptimizerDescription,
  options: GradientTransformationOptions = {},
): GradientTransformation {
  checkEngine(engine);
  ruleOf(description);
  const { clock } = readOptions<Required<GradientTransformationOptions>>("gradientTransformation", options, { clock: clockField });
  const { core } = unwrap(description);
  const { needs } = ruleOf(core);
  const closure = needs ?? unwrap(description).layers.find(({ wrapper }) => wrapper.compute !== undefined)?.wrapper.kind;
  if (closure !== undefined)
    throw new OptionError(
      "description",
      description,
      `cannot be ${description.kind}, which needs more than a gradient: update() has no loss`,
    );
  const bounds = new Map<string, Bound>();
  const bind = (leaves: readonly Leaf[]): Bound => {
    const key = JSON.stringify(leaves.map(({ name, array }) => [name, array.shape]));
    const bound = bounds.get(key) ?? new Bound(engine, description, clock, leaves);
    bounds.set(key, bound);
    return bound;
  };
  const needsValues = dependsOnValues(description);
  const dispose = () => {
    for (const bound of bounds.values()) bound.dispose();
    bounds.clear();
  };
  return {
    init(params) {
      const leaves = leavesOf(params, "params");
      const bound = new Bound(engine, description, clock, leaves, leaves);
      try {
        const state = bound.give();
        tree.dispose(params);
        return state as unknown as Tree;
      } finally {
        bound.dispose();
      }
    },
    update(updates, state, params) {
      const gradients = leavesOf(updates, "updates");
      const values = params === undefined || params === null ? undefined : leavesOf(params, "params");
      if (needsValues && values === undefined)
        throw new OptionError("params", params, `are needed by ${description.kind} as it is set: update(updates, state, params)`);
      if (values && (values.length !== gradients.length || values.some(({ name }, i) => name !== gradients[i]?.name)))
        throw new OptionError("params", params, "must be a tree like that of the updates");
      if (!isState(state)) throw new CheckpointError(`the state must be what init() or update() gave, got ${show(state)}`);
      const bound = bind(gradients);
      bound.take(state);
      const moved = bound.step(gradients, values);
      const next = bound.give();
      tree.dispose([updates, state, params ?? []] as Tree);
      return [rebuilt(updates, moved.values()), next as unknown as Tree];
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}

function isState(state: unknown): state is State {
  const { document, slots } = (state ?? {}) as Partial<State>;
  return document !== undefined && Array.isArray(slots);
}

/** Whether an update depends on the values, by its rule, by what goes around it or by weight decay. */
function dependsOnValues(description: OptimizerDescription): boolean {
  const { core, layers } = unwrap(description);
  const traits = traitsOf(ruleOf(core));
  if (layers.length > 0 || traits.has("readsValues") || traits.has("setsValues") || traits.has("delegates")) return true;
  const decays = (options: object) => "weightDecay" in options && options.weightDecay !== 0 && options.weightDecay !== undefined;
  return decays(core) || core.groups.some(decays);
}

/**
 * A schedule of this library as a function of the count of updates, which is what jax-js's optax takes for a learning rate.
 *
 * @param schedule a number, a description such as `cosine(...)` makes, or a function.
 * @param clock how long an epoch and the run are, for schedules that count them.
 * @returns a function of the count, from 0.
 * @example
 * import { cosine, warmup } from "stepsize";
 * import { scheduleFunction } from "stepsize/jax";
 * const rate = scheduleFunction(warmup({ steps: 10, then: cosine({ rate: 1e-3, steps: 90 }) }));
 * rate(10) // 0.001
 */
export function scheduleFunction(schedule: Schedule, clock: Clock = {}): (count: number) => number {
  const read = readClock(clock);
  rateAt(schedule, 0, read);
  return (count) => rateAt(schedule, count, read);
}
