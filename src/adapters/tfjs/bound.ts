import { type Tensor, engine as tfjsEngine, type Variable } from "@tensorflow/tfjs-core";
import type { Engine } from "../../engine/engine.js";
import { type Parameter, Parameters } from "../../engine/parameters.js";
import { Optimizer } from "../../optimizers/optimizer.js";
import type { Closure, OptimizerDescription } from "../../optimizers/rule.js";
import type { StateArray } from "../../optimizers/slots.js";
import { unwrap } from "../../optimizers/wrapper.js";
import { OptionError } from "../../options/errors.js";
import { show } from "../../options/options.js";
import type { Clock } from "../../schedules/schedule.js";
import { assignNumbers, numbersOf } from "./tensors.js";

/** Gradients by the name of their variable; null or undefined where the loss does not depend on it. */
export type Gradients = ReadonlyMap<string, Tensor | null | undefined>;

/** tfjs's variables and what is kept of them in the engine's memory: values, gradients, state. */
export class Bound {
  readonly optimizer: Optimizer;
  readonly parameters: Parameters;
  /** The data of each variable when its values were last read or written; other data is values from elsewhere. */
  readonly #seen = new Map<Parameter, object>();
  readonly #accumulates: boolean;
  #slots: readonly string[] | undefined;

  constructor(engine: Engine, description: OptimizerDescription, clock: Clock, variables: readonly Variable[]) {
    const wrong = variables.find(({ dtype }) => dtype !== "float32");
    if (wrong) throw new OptionError("variables", wrong.name, `must be of float32, ${show(wrong.name)} is ${wrong.dtype}`);
    this.parameters = new Parameters(
      engine,
      variables.map(({ name, shape }) => [name, shape] as const),
      // tfjs counts a layer's units by the last axis
      { units: "columns" },
    );
    try {
      this.pull();
      this.optimizer = new Optimizer(this.parameters, description, clock);
    } catch (error) {
      this.parameters.dispose();
      throw error;
    }
    this.#accumulates = unwrap(description).core.accumulate > 1;
  }

  /** Takes over the values of variables that something else has written to. */
  pull(): void {
    for (const parameter of this.parameters) {
      const variable = variableOf(parameter);
      if (this.#seen.get(parameter) === variable.dataId) continue;
      if (variable.size !== parameter.length)
        throw new OptionError("variables", parameter.name, `must keep its size: it was ${parameter.length}, and is ${variable.size}`);
      parameter.value.set(numbersOf(variable));
      this.#seen.set(parameter, variable.dataId);
    }
  }

  /** Writes the values into the variables. */
  push(): void {
    for (const parameter of this.parameters) {
      const variable = variableOf(parameter);
      assignNumbers(variable, parameter.value);
      this.#seen.set(parameter, variable.dataId);
    }
  }

  /** Takes over gradients; zeros where there is none. */
  take(gradients: Gradients): void {
    for (const { name, gradient, length } of this.parameters) {
      const given = gradients.get(name);
      if (!given) gradient.fill(0);
      else if (given.size === length) gradient.set(numbersOf(given));
      else throw new OptionError("gradients", name, `must have ${length} elements for ${show(name)}, got ${given.size}`);
    }
  }

  /** Makes a step, in which variables without a gradient stay as they are, state and all, and shows the variables what it came to. */
  step(gradients: Gradients, loss: Closure | undefined): void {
    const { optimizer } = this;
    const { hits } = optimizer.guarded;
    const missing = this.#accumulates ? [] : [...this.parameters].filter(({ name }) => !gradients.get(name));
    const putBack = missing.length > 0 ? this.#copyOf(missing) : undefined;
    const updated = optimizer.step(loss);
    putBack?.();
    // the guard may have gone back to earlier values
    if (updated || optimizer.guarded.hits !== hits) this.push();
  }

  /** Copies values and state of tensors. @returns what puts them back. */
  #copyOf(tensors: readonly Parameter[]): () => void {
    const { optimizer } = this;
    this.#slots ??= Object.keys(optimizer.state().slots);
    const numbers = () => [
      ...tensors.map(({ value }) => value),
      ...(this.#slots ?? []).flatMap((slot) => {
        const held = optimizer.slot(slot);
        return tensors.flatMap(({ name }) => held.get(name) ?? []);
      }),
    ];
    const copies = numbers().map((array) => array.slice());
    return () => {
      for (const [i, array] of numbers().entries()) array.set(copies[i] as StateArray);
    };
  }

  dispose(): void {
    this.optimizer.dispose();
    this.parameters.dispose();
  }
}

/** The variable of that name in tfjs's registry, which is where `minimize` finds it too. */
function variableOf({ name }: Parameter): Variable {
  const variable = tfjsEngine().registeredVariables[name];
  if (variable === undefined) throw new OptionError("variables", name, `must stay: ${show(name)} was disposed of`);
  return variable;
}
