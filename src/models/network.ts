import { checkEngine, type Engine, type Kernels } from "../engine/engine.js";
import type { Vector } from "../engine/memory.js";
import { Parameters } from "../engine/parameters.js";
import { hash, Random } from "../numerics/random.js";
import { DataError, ModeError, ShapeError } from "../options/errors.js";
import { type Fields, integer, readOptions, show } from "../options/options.js";
import { traitsOf } from "./activations.js";
import { gainOf, initialize } from "./initialization.js";
import { bindLoss, type Loss, type LossKernel, readLoss } from "./losses.js";
import { type MlpDescription, readMlp } from "./mlp.js";
import type { Batch, Evaluation, Model, ModelContext } from "./model.js";
import { GradientScale } from "./scaling.js";

/** Pointers and sizes of one layer. Pointers to gradients stand beside what they are gradients of. */
interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly hidden: boolean;
  readonly w: number;
  readonly b: number;
  readonly dw: number;
  readonly db: number;
  /** The weighted sums; activated in place unless the activation's gradient needs them. */
  readonly z: number;
  /** The output of the activation. */
  readonly y: number;
  /** The input of the next layer: y, or y after dropout. */
  readonly out: number;
  readonly dz: number;
  /** The transposed weights, for the gradient of the inputs; the first layer has none. */
  readonly wt: number;
}

/** From one array to another, element by element. */
type ActivationKernel = (from: number, to: number, n: number, slope: number) => void;

const contextFields: Fields<ModelContext> = { rows: integer(undefined, { min: 1 }), seed: integer(undefined) };

const SCALE_32 = 0x1_0000_0000;

/** A dense network in the engine's memory: everything it needs is allocated here, a training step allocates nothing. */
export class Network implements Model {
  readonly parameters: Parameters;
  readonly description: MlpDescription;
  /** The largest number of rows in a batch. */
  readonly rows: number;
  readonly #engine: Engine;
  readonly #kernels: Kernels;
  readonly #scale: GradientScale;
  readonly #layers: Layer[] = [];
  readonly #buffers: Vector[] = [];
  readonly #outputs: Vector;
  readonly #loss: LossKernel;
  readonly #seed: number;
  /** The kernels of the activation; those without a slope do not mind one. */
  readonly #activate: ActivationKernel | undefined;
  readonly #differentiate: ActivationKernel | undefined;

  constructor(engine: Engine, description: MlpDescription, loss: Loss, context: ModelContext) {
    checkEngine(engine);
    const { rows, seed } = readOptions<ModelContext>("network", context, contextFields);
    this.#engine = engine;
    this.#kernels = engine.kernels;
    this.#scale = new GradientScale(engine.kernels);
    this.description = readMlp(description, "network");
    this.rows = rows;
    this.#seed = seed;
    this.#loss = bindLoss(engine.kernels, readLoss(loss, "loss"), description.outputs);
    const { activation } = description;
    const called = traitsOf(activation).from !== undefined;
    const kernel = (name: string) => (called ? (engine.kernels[name as keyof Kernels] as unknown as ActivationKernel) : undefined);
    this.#activate = kernel(activation);
    this.#differentiate = kernel(`${activation}Gradient`);
    const sizes = sizesOf(description);
    this.parameters = new Parameters(engine, networkShapes(description), { units: "columns" });
    try {
      for (let i = 0; i + 1 < sizes.length; i++)
        this.#layers.push(this.#layer(i, sizes[i] as number, sizes[i + 1] as number, i + 2 < sizes.length));
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.#outputs = this.#buffers.find(({ pointer }) => pointer === this.#last.z) as Vector;
    this.#initialize();
  }

  train(batch: Batch): number {
    this.#forward(batch, true);
    const { z, dz, outputs } = this.#last;
    const loss = this.#scale.begin(this.#loss, z, batch.targetsPointer, dz, batch.rows, batch.rows * outputs);
    this.#backward(batch);
    this.parameters.smallGradients = this.#scale.scaled;
    return loss;
  }

  /** The loss and the outputs of a batch. Throws ModeError as `predict` does. */
  evaluate(batch: Batch): Evaluation {
    if (this.parameters.trainingOnly) throw new ModeError("evaluate", "evaluation");
    this.#forward(batch, false);
    const loss = this.#loss(this.#last.z, batch.targetsPointer, this.#last.dz, batch.rows, 1);
    return { loss, outputs: this.#outputs.view.subarray(0, batch.rows * this.#last.outputs) };
  }

  /**
   * The outputs for rows × inputs features, row by row: logits for the cross-entropies.
   *
   * @throws ShapeError when the length is no whole number of rows, DataError for what is no finite number: rows lie flat, one after another.
   *   ModeError when an optimizer keeps the values to evaluate elsewhere (a schedule-free one, `ema`, ...) and `toEvaluation()` was not called.
   */
  predict(features: ArrayLike<number>): Float32Array {
    if (this.parameters.trainingOnly) throw new ModeError("predict", "evaluation");
    const { inputs, outputs } = this.description;
    if (features.length % inputs !== 0) throw new ShapeError(`features must be whole rows of ${inputs}, got ${features.length} numbers`);
    const count = features.length / inputs;
    const result = new Float32Array(count * outputs);
    const x = this.#engine.vector(this.rows * inputs);
    try {
      for (let row = 0; row < count; row += this.rows) {
        const rows = Math.min(this.rows, count - row);
        for (let i = 0; i < rows * inputs; i++) {
          const feature = features[row * inputs + i] as number;
          if (typeof feature !== "number" || !Number.isFinite(Math.fround(feature))) {
            const place = row + Math.floor(i / inputs) + 1;
            throw new DataError(`row ${place}, input ${(i % inputs) + 1}: must be a finite number, got ${show(feature)}`, place);
          }
          x.view[i] = feature;
        }
        this.#forward({ rows, featuresPointer: x.pointer, step: 0 }, false);
        result.set(this.#outputs.view.subarray(0, rows * outputs), row * outputs);
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

  get #last(): Layer {
    return this.#layers[this.#layers.length - 1] as Layer;
  }

  #forward(batch: Pick<Batch, "rows" | "featuresPointer" | "step">, training: boolean): void {
    const { activation, dropout, slope } = this.description;
    let x = batch.featuresPointer;
    for (let i = 0; i < this.#layers.length; i++) {
      const { inputs, outputs, hidden, w, b, z, y, out } = this.#layers[i] as Layer;
      const n = batch.rows * outputs;
      this.#kernels.dense(x, w, b, z, batch.rows, inputs, outputs, hidden && activation === "relu" ? 1 : 0, outputs);
      if (hidden) this.#activate?.(z, y, n, slope);
      if (hidden && training && dropout > 0) this.#drop(y, out, n, i, batch.step);
      x = training ? out : y;
    }
  }

  #backward(batch: Batch): void {
    const { activation, dropout, slope } = this.description;
    const { from } = traitsOf(activation);
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const { inputs, outputs, w, dw, db, dz, wt } = this.#layers[i] as Layer;
      const before = this.#layers[i - 1];
      this.#kernels.denseWeightGradient(before?.out ?? batch.featuresPointer, dz, dw, batch.rows, inputs, outputs, inputs);
      this.#kernels.denseBiasGradient(dz, db, batch.rows, outputs);
      this.#scale.lower(dw, inputs * outputs);
      this.#scale.lower(db, outputs);
      if (before === undefined) return;
      const n = batch.rows * inputs;
      this.#kernels.transpose(w, wt, inputs, outputs);
      const gate = activation === "relu" ? before.y : 0;
      this.#kernels.denseInputGradient(dz, wt, before.dz, batch.rows, inputs, outputs, gate, inputs);
      if (dropout > 0) this.#drop(before.dz, before.dz, n, i - 1, batch.step);
      this.#differentiate?.(from === "input" ? before.z : before.y, before.dz, n, slope);
      this.#scale.lift(before.dz, n);
    }
  }

  #drop(x: number, y: number, n: number, layer: number, step: number): void {
    const { dropout } = this.description;
    const key = hash(0, this.#seed, ["dropout", layer, step]);
    this.#kernels.dropout(x, y, n, key, Math.round(dropout * SCALE_32), 1 / (1 - dropout));
  }

  #layer(index: number, inputs: number, outputs: number, hidden: boolean): Layer {
    const { activation, dropout } = this.description;
    const weight = this.parameters.get(`layers.${index}.weight`);
    const bias = this.parameters.get(`layers.${index}.bias`);
    const { values, gradients } = this.parameters;
    const z = this.#buffer(this.rows * outputs);
    const y = hidden && traitsOf(activation).from === "input" ? this.#buffer(this.rows * outputs) : z;
    return {
      inputs,
      outputs,
      hidden,
      w: values.pointer + weight.offset * 4,
      b: values.pointer + bias.offset * 4,
      dw: gradients.pointer + weight.offset * 4,
      db: gradients.pointer + bias.offset * 4,
      z,
      y,
      out: hidden && dropout > 0 ? this.#buffer(this.rows * outputs) : y,
      dz: this.#buffer(this.rows * outputs),
      wt: index === 0 ? 0 : this.#buffer(inputs * outputs),
    };
  }

  #buffer(length: number): number {
    const buffer = this.#engine.vector(length);
    this.#buffers.push(buffer);
    return buffer.pointer;
  }

  #initialize(): void {
    const { initialization } = this.description;
    this.#layers.forEach(({ inputs, outputs, hidden }, i) => {
      const { value } = this.parameters.get(`layers.${i}.weight`);
      const random = new Random(this.#seed, "weights", i);
      initialize(value, inputs, outputs, hidden ? gainOf(this.description) : 1, initialization, random);
    });
  }
}

/** Name and shape of every parameter of a network, layer by layer. */
export function* networkShapes(description: MlpDescription): Generator<[string, number[]], void, undefined> {
  const sizes = sizesOf(description);
  for (let i = 0; i + 1 < sizes.length; i++) {
    const [inputs, outputs] = [sizes[i] as number, sizes[i + 1] as number];
    yield [`layers.${i}.weight`, [inputs, outputs]];
    yield [`layers.${i}.bias`, [outputs]];
  }
}

function sizesOf({ inputs, hidden, outputs }: MlpDescription): number[] {
  return [inputs, ...hidden, outputs];
}
