import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { Engine } from "../../engine/engine.js";
import type { Vector } from "../../engine/memory.js";
import { type Parameter, Parameters } from "../../engine/parameters.js";
import { Optimizer } from "../../optimizers/optimizer.js";
import type { OptimizerDescription } from "../../optimizers/rule.js";
import type { StateArray } from "../../optimizers/slots.js";
import type { OptimizerState } from "../../optimizers/state.js";
import { CheckpointError, OptionError } from "../../options/errors.js";
import { show } from "../../options/options.js";
import type { Clock } from "../../schedules/schedule.js";
import type { Leaf } from "./tree.js";

/** What an optimizer keeps between steps, as arrays of jax-js. */
export interface State {
  /** Everything but the slots, as JSON: the codes of its characters. */
  readonly document: JaxArray;
  /** The slots, in the order that the document has. */
  readonly slots: readonly JaxArray[];
}

interface Document {
  readonly state: Omit<OptimizerState, "slots">;
  /** Slot, tensor and length of each array of the state; those of no length are no arrays of jax-js. */
  readonly arrays: readonly (readonly [string, string, number])[];
}

/** The tensors of one tree in the engine's memory, with the optimizer that steps them. */
export class Bound {
  readonly optimizer: Optimizer;
  readonly parameters: Parameters;
  readonly #before: Vector;
  /** The document of the state that the optimizer has. */
  #current: JaxArray | undefined;

  constructor(engine: Engine, description: OptimizerDescription, clock: Clock, leaves: readonly Leaf[], values?: readonly Leaf[]) {
    this.parameters = new Parameters(
      engine,
      leaves.map(({ name, array }) => [name, array.shape] as const),
      // kernels of jax and Flax count units by the last axis
      { units: "columns" },
    );
    try {
      if (values) this.#setValues(values);
      this.optimizer = new Optimizer(this.parameters, description, clock);
      this.#before = engine.vector(this.parameters.size);
    } catch (error) {
      this.parameters.dispose();
      throw error;
    }
  }

  /** The state as arrays. */
  give(): State {
    const { slots, ...state } = this.optimizer.state();
    const arrays = Object.entries(slots).flatMap(([slot, held]) =>
      Object.entries(held).map(([name, numbers]) => [slot, name, numbers] as const),
    );
    const document: Document = { state, arrays: arrays.map(([slot, name, { length }]) => [slot, name, length]) };
    const codes = Uint32Array.from(JSON.stringify(document), (character) => character.charCodeAt(0));
    this.#current = np.array(codes, { dtype: np.uint32 });
    return {
      document: this.#current,
      slots: arrays.filter(([, , { length }]) => length > 0).map(([, name, numbers]) => this.#arrayOf(name, numbers)),
    };
  }

  #arrayOf(name: string, numbers: StateArray): JaxArray {
    const { shape, length } = this.parameters.get(name);
    const own = { shape: length === numbers.length ? [...shape] : [numbers.length] };
    // bfloat16 as the integers of its bits
    if (numbers instanceof Uint16Array) return np.array(Uint32Array.from(numbers), { ...own, dtype: np.uint32 });
    return np.array(numbers as Float32Array<ArrayBuffer>, { ...own, dtype: np.float32 });
  }

  /** Goes on from a state: nothing is read where it is the one that was given last. @throws CheckpointError for another's. */
  take(state: State): void {
    if (state.document === this.#current) return;
    const { state: own, arrays } = documentOf(state);
    const slots: Record<string, Record<string, StateArray>> = {};
    const given = state.slots.values();
    for (const [slot, name, length] of arrays) {
      const numbers = length === 0 ? new Float32Array(0) : (given.next().value as JaxArray).ref.dataSync();
      slots[slot] ??= {};
      slots[slot][name] = numbers instanceof Float32Array ? numbers : Uint16Array.from(numbers as Uint32Array);
    }
    this.optimizer.load({ ...own, slots });
    this.#current = state.document;
  }

  /** Makes a step from values, which are 0 where none are given. @returns by how much each tensor moved. */
  step(gradients: readonly Leaf[], values: readonly Leaf[] | undefined): JaxArray[] {
    const { optimizer, parameters } = this;
    const tensors = [...parameters];
    for (const [i, tensor] of tensors.entries()) {
      tensor.gradient.set(numbersOf(gradients[i] as Leaf, tensor));
    }
    if (values) this.#setValues(values);
    else parameters.values.view.fill(0);
    const { kernels } = parameters.engine;
    const [{ pointer }, { size }] = [parameters.values, parameters];
    kernels.copy(pointer, this.#before.pointer, size);
    // from here on the optimizer is no longer where the last state was
    this.#current = undefined;
    optimizer.step();
    kernels.axpby(pointer, this.#before.pointer, size, 1, -1);
    return tensors.map(({ offset, length, shape }) =>
      np.array(this.#before.view.slice(offset, offset + length) as Float32Array<ArrayBuffer>, { shape: [...shape], dtype: np.float32 }),
    );
  }

  #setValues(values: readonly Leaf[]): void {
    for (const [i, tensor] of [...this.parameters].entries()) tensor.value.set(numbersOf(values[i] as Leaf, tensor));
  }

  dispose(): void {
    this.#before.dispose();
    this.optimizer.dispose();
    this.parameters.dispose();
  }
}

/** Numbers of an array, which is not used up by it. */
function numbersOf({ name, array }: Leaf, tensor: Parameter): Float32Array {
  if (array.shape.join() !== tensor.shape.join() || array.dtype !== np.float32)
    throw new OptionError(
      name,
      array.shape,
      `must be float32 [${tensor.shape.join(", ")}], got ${array.dtype} [${array.shape.join(", ")}]`,
    );
  return array.ref.dataSync() as Float32Array;
}

function documentOf(state: State): Document {
  try {
    const document: Document = JSON.parse(String.fromCharCode(...(state.document.ref.dataSync() as Uint32Array)));
    if (document.arrays.filter(([, , length]) => length > 0).length === state.slots.length) return document;
  } catch (cause) {
    throw new CheckpointError(`the state must be what init() or update() of this transformation gave, got ${show(state)}`, { cause });
  }
  throw new CheckpointError(`the state must be whole: its slots were ${state.slots.length}`);
}
