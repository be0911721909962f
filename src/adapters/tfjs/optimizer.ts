import {
  dispose,
  type NamedTensorMap,
  type Scalar,
  type serialization,
  Optimizer as TfjsOptimizer,
  engine as tfjsEngine,
  type Variable,
} from "@tensorflow/tfjs-core";
import { checkEngine, type Engine } from "../../engine/engine.js";
import type { Optimizer } from "../../optimizers/optimizer.js";
import { type Closure, type OptimizerDescription, ruleOf } from "../../optimizers/rule.js";
import { DisposedError, OptionError } from "../../options/errors.js";
import { type Field, readOptions, show } from "../../options/options.js";
import { type Clock, readClock } from "../../schedules/schedule.js";
import { type LoadReport, type LoadStateOptions, loadState, saveState } from "../../training/state-file.js";
import { Bound, type Gradients } from "./bound.js";
import { numbersOf } from "./tensors.js";
import { type NamedTensor, type ReadWeights, readTensors, stateFor, tensorsOf } from "./weights.js";

export interface StepsizeOptimizerOptions {
  /**
   * The variables that will be trained, such as `model.trainableWeights.map((weight) => weight.read())`: needed where some get their first
   * gradient later than others, and before `load`. Default: those that have a gradient in the first step.
   */
  variables?: readonly Variable[];
  /** How long an epoch and the run are, for schedules that count them (`perEpoch`, `perFraction`). Default: not known. */
  clock?: Clock;
}

const variablesField: Field<readonly Variable[]> = {
  fallback: Object.freeze([]),
  read(value, path) {
    const isVariable = (one: Partial<Variable> | null) => typeof one?.assign === "function" && typeof one.name === "string";
    if (Array.isArray(value) && value.every(isVariable)) return value;
    throw new OptionError(path, value, `must be a list of tf.Variable, got ${show(value)}`);
  },
};
const clockField: Field<Clock> = { fallback: Object.freeze({}), read: (value) => readClock(value as Clock) };

/**
 * Any optimizer of this library as an optimizer of TensorFlow.js: for `model.compile({ optimizer })`, `minimize` and `applyGradients`, with
 * schedules, groups by the name of a variable, clipping, accumulation and averages, on every backend of tfjs.
 *
 * Values, gradients and state are kept in the engine's memory, which is not tfjs's. A step copies each gradient in and each value out: 8 bytes a
 * parameter on the cpu and wasm backends; on others tfjs reads the gradients back from the device before that. Values that something else
 * wrote into a variable (`assign`, `setWeights`) are noticed and taken over. A variable without a gradient in a step stays as it is, state and
 * all (with `accumulate`, its gradient counts as zero).
 *
 * Needs `@tensorflow/tfjs-core` 4 beside it. docs/from-tfjs.md says which optimizer replaces which of tfjs's.
 *
 * @param engine what `await load()` gave.
 * @param description what a factory such as `adamw(...)` made.
 * @param options the variables, where they must be known before the first step, and the clock of the schedules.
 * @throws OptionError for what is no engine, no description or no variable.
 * @example
 * import { adamw, load } from "stepsize";
 * import { StepsizeOptimizer } from "stepsize/tfjs";
 * const optimizer = new StepsizeOptimizer(await load(), adamw({ learningRate: 1e-3, clipNorm: 1 }));
 * model.compile({ optimizer, loss: "categoricalCrossentropy" });
 */
export class StepsizeOptimizer extends TfjsOptimizer implements Disposable {
  /** The name under which tfjs writes it into a model's training configuration. */
  static get className(): string {
    return "StepsizeOptimizer";
  }

  readonly description: OptimizerDescription;
  readonly #engine: Engine;
  readonly #clock: Clock;
  #bound: Bound | undefined;
  /** What `setWeights` gave before there were variables. */
  #pending: ReadWeights | undefined;
  /** What `getWeights` gave last: tfjs does not dispose of it. */
  #given: readonly NamedTensor[] = [];
  #disposed = false;

  constructor(engine: Engine, description: OptimizerDescription, options: StepsizeOptimizerOptions = {}) {
    super();
    checkEngine(engine);
    ruleOf(description);
    const { variables, clock } = readOptions<Required<StepsizeOptimizerOptions>>("StepsizeOptimizer", options, {
      variables: variablesField,
      clock: clockField,
    });
    this.description = description;
    this.#engine = engine;
    this.#clock = clock;
    if (variables.length > 0) this.#bound = new Bound(engine, description, clock, variables);
  }

  /**
   * The optimizer in this library's own terms, with its learning rates, gradient norm, state and guard; undefined before the first step, unless
   * variables were given. Its parameters have the names of the variables.
   */
  get inner(): Optimizer | undefined {
    return this.#bound?.optimizer;
  }

  /** The learning rate that the last update used, NaN before the first. */
  get learningRate(): number {
    return this.#bound?.optimizer.learningRate ?? Number.NaN;
  }

  /**
   * Sets the learning rate from the next update on, where it is `manual({ rate })`: see `Optimizer.setLearningRate`.
   *
   * @throws OptionError for a wrong rate or another schedule, and before there are variables.
   */
  setLearningRate(rate: number, match?: string): void {
    this.#need("setLearningRate").optimizer.setLearningRate(rate, match);
  }

  /**
   * Shows a metric, usually the validation loss of an epoch, to learning rates that watch one (`reduceOnPlateau`, `greedy`).
   *
   * @throws OptionError for a metric that is not finite, and before there are variables.
   */
  observe(metric: number): void {
    this.#need("observe").optimizer.observe(metric);
  }

  /**
   * Puts the values that should be evaluated and saved into the variables: averages, for methods that keep one (`ema`, `swa`,
   * `scheduleFreeAdamw`, ...); for the others these are the values they have.
   */
  toEvaluation(): void {
    this.#show("toEvaluation");
  }

  /** Puts the training values back into the variables, bit by bit, so that training can go on. */
  toTraining(): void {
    this.#show("toTraining");
  }

  #show(way: "toEvaluation" | "toTraining"): void {
    const bound = this.#need(way);
    if (!bound.optimizer.evaluating) bound.pull();
    bound.optimizer[way]();
    bound.push();
  }

  /**
   * Computes the gradients of a loss and makes a step. Optimizers that look around before they step (`lbfgs`, `sam`) call `f` several times.
   *
   * @param f computes the loss, as a scalar, from the variables.
   * @param returnCost whether to return the loss at the values before the step. Default false.
   * @param varList the variables to move. Default: all trainable ones.
   * @throws OptionError for a variable that came later than the first step; what `Optimizer.step` throws. Variables and state stay as they were.
   */
  override minimize(f: () => Scalar, returnCost = false, varList?: Variable[]): Scalar | null {
    this.#alive();
    const { value, grads } = this.computeGradients(f, varList);
    let returned = false;
    try {
      const gradients = new Map(Object.entries(grads));
      const bound = this.#bind(gradients);
      let first = true;
      this.#step(bound, gradients, () => {
        if (first) {
          first = false;
          return numberOf(value);
        }
        bound.push();
        const again = this.computeGradients(f, varList);
        try {
          bound.take(new Map(Object.entries(again.grads)));
          return numberOf(again.value);
        } finally {
          dispose([again.value, again.grads]);
        }
      });
      returned = returnCost;
      return returnCost ? value : null;
    } finally {
      dispose(grads);
      if (!returned) value.dispose();
    }
  }

  /**
   * Makes a step by gradients that were computed elsewhere, which stay the caller's.
   *
   * @param variableGradients by name, as an object or a list; null where a variable has none.
   * @throws OptionError for an optimizer that needs the loss too, which `minimize` has; else as `minimize`.
   */
  override applyGradients(variableGradients: NamedTensorMap | NamedTensor[]): void {
    this.#alive();
    const gradients: Gradients = Array.isArray(variableGradients)
      ? new Map(variableGradients.map(({ name, tensor }) => [name, tensor]))
      : new Map(Object.entries(variableGradients));
    const bound = this.#bind(gradients);
    try {
      this.#step(bound, gradients, undefined);
    } catch (error) {
      if (!(error instanceof OptionError) || (error.field !== "loss" && error.field !== "closure")) throw error;
      const needed = `cannot serve ${this.description.kind}, which needs the ${error.field} too: call minimize(() => ...)`;
      throw new OptionError("applyGradients", undefined, needed);
    }
  }

  #step(bound: Bound, gradients: Gradients, loss: Closure | undefined): void {
    if (!bound.optimizer.evaluating) bound.pull();
    bound.take(gradients);
    bound.step(gradients, loss);
    this.incrementIterations();
  }

  /** What holds the variables of these gradients, made at the first step. */
  #bind(gradients: Gradients): Bound {
    const names = [...gradients].flatMap(([name, gradient]) => (gradient ? name : []));
    const bound = this.#bound ?? new Bound(this.#engine, this.description, this.#clock, names.map(registered));
    if (this.#bound === undefined) {
      try {
        if (this.#pending) bound.optimizer.load(stateFor(this.#pending, bound.parameters));
      } catch (error) {
        bound.dispose();
        throw error;
      }
      this.#pending = undefined;
      this.#bound = bound;
    }
    const late = names.find((name) => !bound.parameters.names.includes(name));
    if (late !== undefined) {
      const way =
        "name all variables at the start: new StepsizeOptimizer(engine, description, { variables }), or give these an optimizer of their own";
      throw new OptionError("variables", late, `must be the same in every step, ${show(late)} came later than the first; ${way}`);
    }
    return bound;
  }

  /**
   * Values of the variables and state as a safetensors file of this library's, which `load` and `loadState` read.
   *
   * @param notes JSON of the caller's own, such as the number of an epoch.
   * @throws OptionError before there are variables, and for notes that are not JSON.
   */
  save(notes?: unknown): Uint8Array<ArrayBuffer> {
    const { parameters, optimizer } = this.#pulled("save");
    return saveState(parameters, optimizer, notes);
  }

  /**
   * Reads a safetensors file into variables and state: what `save` wrote, or weights of another library. Needs the option `variables` before the
   * first step.
   *
   * @param options names that differ in the file, and whether a part is enough: see `loadState`.
   * @throws CheckpointError, and changes nothing, for a file that is damaged or does not fit; OptionError before there are variables.
   */
  load(bytes: Uint8Array, options: LoadStateOptions = {}): LoadReport {
    const bound = this.#pulled("load");
    const report = loadState(bytes, bound.parameters, bound.optimizer, options);
    bound.push();
    this.iterations_ = bound.optimizer.steps;
    return report;
  }

  /**
   * The state as named tensors, first the count of steps, as `model.save` writes them with `includeOptimizer`. They stay this optimizer's: a later
   * call and `dispose()` free them.
   */
  override async getWeights(): Promise<NamedTensor[]> {
    this.#alive();
    dispose(this.#given.map(({ tensor }) => tensor));
    const { optimizer, parameters } = this.#bound ?? {};
    const iterations = await this.saveIterations();
    this.#given = [iterations, ...(optimizer && parameters ? tensorsOf(optimizer.state(), parameters) : [])];
    return [...this.#given];
  }

  /**
   * Takes over what `getWeights` gave, by the names of variables or, where those are others, by their order. Before the first step it is kept
   * until then.
   *
   * @throws CheckpointError, and changes nothing, for tensors that are not of a StepsizeOptimizer or do not fit this one.
   */
  override async setWeights(weightValues: NamedTensor[]): Promise<void> {
    this.#alive();
    const [first, ...rest] = weightValues;
    const iterations = first?.name === "iter" ? Number((await first.tensor.data())[0]) : Number.NaN;
    if (!Number.isSafeInteger(iterations) || iterations < 0) await readTensors(weightValues);
    const read = rest.length > 0 ? await readTensors(rest) : undefined;
    if (read && this.#bound) this.#bound.optimizer.load(stateFor(read, this.#bound.parameters));
    this.#pending = this.#bound ? undefined : read;
    this.iterations_ = iterations;
  }

  /** The description as tfjs writes it into a model's training configuration: see `registerStepsizeOptimizer`. */
  override getConfig(): serialization.ConfigDict {
    const json = JSON.stringify(this.description, (key, value) => {
      if (typeof value === "function")
        throw new OptionError(key, value, "cannot be written as JSON: use a schedule in place of a function");
      return value;
    });
    // tfjs takes underscores in text for Python's names
    return { description: json.replaceAll("_", "\\u005f") };
  }

  /** Frees what is kept in the engine's memory. The variables keep their values. */
  override dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    dispose(this.#given.map(({ tensor }) => tensor));
    this.#bound?.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #alive(): void {
    if (this.#disposed) throw new DisposedError("StepsizeOptimizer");
  }

  #need(method: string): Bound {
    this.#alive();
    if (this.#bound) return this.#bound;
    throw new OptionError("variables", undefined, `are not known before the first step, and ${method}() needs them: pass { variables }`);
  }

  #pulled(method: string): Bound {
    const bound = this.#need(method);
    if (!bound.optimizer.evaluating) bound.pull();
    return bound;
  }
}

function registered(name: string): Variable {
  const variable = tfjsEngine().registeredVariables[name];
  if (variable === undefined) throw new OptionError("gradients", name, `must be those of variables, there is no variable ${show(name)}`);
  return variable;
}

function numberOf(value: Scalar): number {
  return numbersOf(value)[0] as number;
}
