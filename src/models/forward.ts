import { checkEngine, type Engine } from "../engine/engine.js";
import type { Vector } from "../engine/memory.js";
import { Parameters, type Shape, sizeOf } from "../engine/parameters.js";
import { DataError, DisposedError, ModeError, ShapeError } from "../options/errors.js";
import { type Fields, integer, readOptions, show } from "../options/options.js";
import { Chain, type NetworkTensor, tensorsOf } from "./chain.js";
import type { ModelContext } from "./model.js";
import { layersOf, type NetworkDescription, readNetwork, shapesOf } from "./sequential.js";

const contextFields: Fields<ModelContext> = { rows: integer(undefined, { min: 1 }), seed: integer(undefined) };

/** A network in the engine's memory that predicts. What learns (network.ts) goes around it, so that what only predicts does without. */
export class ForwardNetwork {
  readonly parameters: Parameters;
  readonly description: NetworkDescription;
  readonly context: ModelContext;
  readonly chain!: Chain;
  readonly tensors: readonly NetworkTensor[];
  /** The number of floats in a row that comes in and goes out, and in the last axis of that. */
  readonly inputs: number;
  readonly outputs: number;
  readonly classes: number;
  readonly #engine: Engine;
  readonly #buffers: Vector[] = [];

  constructor(engine: Engine, description: NetworkDescription, context: ModelContext) {
    checkEngine(engine);
    this.context = readOptions<ModelContext>("network", context, contextFields);
    this.#engine = engine;
    this.description = readNetwork(description, "network");
    const { inputs, outputs } = shapesOf(this.description);
    [this.inputs, this.outputs, this.classes] = [sizeOf(inputs), sizeOf(outputs), outputs.at(-1) as number];
    const layers = layersOf(this.description);
    this.tensors = tensorsOf(layers, inputs);
    const shapes = (areBuffers: boolean) =>
      this.tensors.filter(({ isBuffer }) => isBuffer === areBuffers).map(({ name, shape }): [string, Shape] => [name, shape]);
    this.parameters = new Parameters(engine, shapes(false), { units: "columns", buffers: shapes(true) });
    try {
      const allocate = (length: number) => this.#allocate(length);
      this.chain = new Chain({ ...this.context, engine, parameters: this.parameters, allocate }, layers, inputs, false);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** The outputs for features: see `Network`. */
  predict(features: ArrayLike<number>): Float32Array {
    this.checkEvaluation("predict");
    const { inputs, outputs } = this;
    const most = this.context.rows;
    if (features?.length % inputs !== 0)
      throw new ShapeError(`features must be whole rows of ${inputs}, got ${features?.length ?? "no"} numbers`);
    const count = features.length / inputs;
    const result = new Float32Array(count * outputs);
    const x = this.#engine.vector(most * inputs);
    try {
      for (let row = 0; row < count; row += most) {
        const rows = Math.min(most, count - row);
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
        result.set(this.forward(x.pointer, rows).view, row * outputs);
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
  forward(x: number, rows: number): { pointer: number; view: Float32Array } {
    const pointer = this.chain.forward(x, { rows, training: false, step: 0 });
    return { pointer, view: new Float32Array(this.#engine.arena.memory.buffer, pointer, rows * this.outputs) };
  }

  /** What has been freed may belong to another by now. */
  check(): void {
    if (this.parameters.disposed) throw new DisposedError("network");
  }

  checkEvaluation(action: string): void {
    this.check();
    if (this.parameters.trainingOnly) throw new ModeError(action, "evaluation");
  }

  #allocate(length: number): number {
    const buffer = this.#engine.vector(length);
    this.#buffers.push(buffer);
    return buffer.pointer;
  }
}
