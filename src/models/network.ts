import { checkEngine, type Engine } from "../engine/engine.js";
import type { Vector } from "../engine/memory.js";
import { Parameters, type Shape, sizeOf } from "../engine/parameters.js";
import { Random } from "../numerics/random.js";
import { DataError, DisposedError, ModeError, ShapeError } from "../options/errors.js";
import { demand, type Fields, integer, readOptions, show } from "../options/options.js";
import { Chain, tensorsOf } from "./chain.js";
import type { LossKernel } from "./loss.js";
import { bindLoss, type Loss, readLoss } from "./losses.js";
import { readMlp } from "./mlp.js";
import type { Batch, Evaluation, Model, ModelContext } from "./model.js";
import { GradientScale } from "./scaling.js";
import { layersOf, type NetworkDescription, readSequential, shapesOf } from "./sequential.js";

const contextFields: Fields<ModelContext> = { rows: integer(undefined, { min: 1 }), seed: integer(undefined) };

/** A network in the engine's memory: everything it needs is allocated here, a training step allocates nothing. */
export class Network implements Model {
  readonly parameters: Parameters;
  readonly description: NetworkDescription;
  /** The largest number of rows in a batch. */
  readonly rows: number;
  readonly #engine: Engine;
  readonly #scale: GradientScale;
  readonly #buffers: Vector[] = [];
  readonly #chain!: Chain;
  readonly #loss: LossKernel;
  /** The number of floats in a row that comes in and goes out, and the number of losses in one. */
  readonly #inputs: number;
  readonly #outputs: number;
  readonly #losses: number;

  constructor(engine: Engine, description: NetworkDescription, loss: Loss, context: ModelContext) {
    checkEngine(engine);
    const { rows, seed } = readOptions<ModelContext>("network", context, contextFields);
    this.#engine = engine;
    this.#scale = new GradientScale(engine.kernels);
    this.description = readNetwork(description, "network");
    this.rows = rows;
    const { inputs, outputs } = shapesOf(this.description);
    [this.#inputs, this.#outputs] = [sizeOf(inputs), sizeOf(outputs)];
    const classes = outputs.at(-1) as number;
    this.#losses = this.#outputs / classes;
    this.#loss = bindLoss(engine, readLoss(loss, "loss"), classes);
    const layers = layersOf(this.description);
    const tensors = tensorsOf(layers, inputs);
    const shapes = (areBuffers: boolean) =>
      tensors.filter(({ isBuffer }) => isBuffer === areBuffers).map(({ name, shape }): [string, Shape] => [name, shape]);
    this.parameters = new Parameters(engine, shapes(false), { units: "columns", buffers: shapes(true) });
    try {
      const allocate = (length: number) => this.#allocate(length);
      this.#chain = new Chain({ engine, parameters: this.parameters, rows, seed, allocate }, layers, inputs, false);
    } catch (error) {
      this.dispose();
      throw error;
    }
    for (const { name, labels, fill } of tensors) fill?.(this.parameters.get(name).value, new Random(seed, ...labels));
  }

  train(batch: Batch): number {
    this.#check();
    const pass = { rows: batch.rows, training: true, step: batch.step };
    const outputs = this.#chain.forward(batch.featuresPointer, pass);
    const n = batch.rows * this.#outputs;
    const loss = this.#scale.begin((factor) => this.#lossOf(outputs, batch, factor), this.#chain.gradient, n);
    this.#chain.backward(batch.featuresPointer, 0, pass, this.#scale);
    this.parameters.smallGradients = this.#scale.scaled;
    return loss;
  }

  /** The loss of outputs, whose gradient, times a factor, it leaves to the layers. */
  #lossOf(outputs: number, { rows, targetsPointer, weightsPointer = 0, weight }: Batch, factor: number): number {
    const { gradient } = this.#chain;
    if (weightsPointer === 0) return this.#loss(outputs, targetsPointer, gradient, rows * this.#losses, factor);
    if (this.#losses > 1) throw new ShapeError("rows cannot have weights here: the model has several losses a row");
    return this.#loss(outputs, targetsPointer, gradient, rows, factor, weightsPointer, weight);
  }

  /** The loss and the outputs of a batch. Throws ModeError as `predict` does. */
  evaluate(batch: Batch): Evaluation {
    this.#check();
    if (this.parameters.trainingOnly) throw new ModeError("evaluate", "evaluation");
    const outputs = this.#forward(batch.featuresPointer, batch.rows);
    const loss = this.#lossOf(outputs.pointer, batch, 1);
    return { loss, outputs: outputs.view };
  }

  /**
   * The outputs for rows × inputs features, row by row: logits for the cross-entropies.
   *
   * @throws ShapeError when the length is no whole number of rows, DataError for what is no finite number: rows lie flat, one after another.
   *   ModeError when an optimizer keeps the values to evaluate elsewhere (a schedule-free one, `ema`, ...) and `toEvaluation()` was not called.
   */
  predict(features: ArrayLike<number>): Float32Array {
    this.#check();
    if (this.parameters.trainingOnly) throw new ModeError("predict", "evaluation");
    const inputs = this.#inputs;
    if (features.length % inputs !== 0) throw new ShapeError(`features must be whole rows of ${inputs}, got ${features.length} numbers`);
    const count = features.length / inputs;
    const result = new Float32Array(count * this.#outputs);
    const x = this.#engine.vector(this.rows * inputs);
    try {
      for (let row = 0; row < count; row += this.rows) {
        const rows = Math.min(this.rows, count - row);
        const from = row * inputs;
        const { view } = x;
        for (let i = from; i < from + rows * inputs; i++) {
          const feature = features[i] as number;
          if (typeof feature !== "number" || !Number.isFinite(Math.fround(feature))) {
            const place = Math.floor(i / inputs) + 1;
            throw new DataError(`row ${place}, input ${(i % inputs) + 1}: must be a finite number, got ${show(feature)}`, place);
          }
          view[i - from] = feature;
        }
        result.set(this.#forward(x.pointer, rows).view, row * this.#outputs);
      }
    } finally {
      x.dispose();
    }
    return result;
  }

  dispose(): void {
    this.parameters.dispose();
    for (const buffer of this.#buffers) buffer.dispose();
  }

  /** The outputs of rows that nothing is learnt from. */
  #forward(x: number, rows: number): { pointer: number; view: Float32Array } {
    const pointer = this.#chain.forward(x, { rows, training: false, step: 0 });
    return { pointer, view: new Float32Array(this.#engine.arena.memory.buffer, pointer, rows * this.#outputs) };
  }

  /** What has been freed may belong to another by now. */
  #check(): void {
    if (this.parameters.disposed) throw new DisposedError("network");
  }

  #allocate(length: number): number {
    const buffer = this.#engine.vector(length);
    this.#buffers.push(buffer);
    return buffer.pointer;
  }
}

/** Reads the description of a network, `mlp(...)` or `sequential(...)`. */
export function readNetwork(value: unknown, path: string): NetworkDescription {
  const { kind } = (value ?? {}) as { kind?: unknown };
  if (kind === "sequential") return readSequential(value, path);
  demand(kind === "mlp", path, value, "mlp({...}), sequential([...]) or a function");
  return readMlp(value, path);
}

/** Name and shape of every tensor of a network, layer by layer. */
export function networkShapes(model: NetworkDescription): [string, Shape][] {
  return tensorsOf(layersOf(model), shapesOf(model).inputs).map(({ name, shape }) => [name, shape]);
}
