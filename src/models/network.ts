import type { Engine } from "../engine/engine.js";
import type { Parameters } from "../engine/parameters.js";
import { Random } from "../numerics/random.js";
import { ShapeError } from "../options/errors.js";
import { type Field, integer } from "../options/options.js";
import { drawWeights } from "./drawing.js";
import { ForwardNetwork } from "./forward.js";
import type { LossKernel } from "./loss.js";
import { bindLoss, type Loss, readLoss } from "./losses.js";
import type { Batch, Evaluation, Model, ModelContext } from "./model.js";
import { GradientScale } from "./scaling.js";
import type { NetworkDescription } from "./sequential.js";

/** A network in the engine's memory: everything it needs is allocated here, a training step allocates nothing. */
export class Network implements Model {
  readonly parameters: Parameters;
  readonly description: NetworkDescription;
  /** The largest number of rows in a batch. */
  readonly rows: number;
  readonly #network: ForwardNetwork;
  readonly #scale: GradientScale;
  readonly #loss!: LossKernel;
  /** There is room for so many rows and no more; so many were read last. */
  readonly #room: Field<number>;
  #read = Number.NaN;
  /** The number of losses in a row. */
  readonly #losses: number;

  constructor(engine: Engine, description: NetworkDescription, loss: Loss, context: ModelContext) {
    const network = new ForwardNetwork(engine, description, context);
    this.#network = network;
    this.parameters = network.parameters;
    this.description = network.description;
    this.rows = network.context.rows;
    this.#room = integer(undefined, { min: 1, max: this.rows });
    this.#scale = new GradientScale(engine.kernels);
    this.#losses = network.outputs / network.classes;
    try {
      this.#loss = bindLoss(engine, readLoss(loss, "loss"), network.classes);
      for (const { name, shape, labels, drawn, fill } of network.tensors) {
        const { value } = this.parameters.get(name);
        const random = new Random(network.context.seed, ...labels);
        if (drawn !== undefined) drawWeights(value, drawn, random, shape);
        else fill?.(value, random);
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  train(batch: Batch): number {
    this.#network.check();
    this.#checkRows(batch);
    const { chain, outputs: width } = this.#network;
    const { rows, featuresPointer, step } = batch;
    const pass = { rows, training: true, step };
    const outputs = chain.forward(featuresPointer, pass);
    const n = rows * width;
    const loss = this.#lossOf(outputs, batch, 1);
    const factor = this.#scale.begin(chain.gradient, n);
    if (factor !== 1) {
      this.#lossOf(outputs, batch, factor);
      this.#scale.enlarge(chain.gradient, n);
    }
    chain.backward(featuresPointer, 0, pass, this.#scale);
    this.parameters.smallGradients = this.#scale.scaled;
    return loss;
  }

  /** Whether there is room for a batch; most have as many rows as the one before. */
  #checkRows({ rows }: Batch): void {
    if (rows !== this.#read) this.#read = this.#room.read(rows, "batch.rows");
  }

  /** The loss of outputs, whose gradient, times a factor, it leaves to the layers. */
  #lossOf(outputs: number, { rows, targetsPointer, weightsPointer = 0, weight }: Batch, factor: number): number {
    const { gradient } = this.#network.chain;
    if (weightsPointer === 0) return this.#loss(outputs, targetsPointer, gradient, rows * this.#losses, factor);
    if (this.#losses > 1) throw new ShapeError("rows cannot have weights here: the model has several losses a row");
    return this.#loss(outputs, targetsPointer, gradient, rows, factor, weightsPointer, weight);
  }

  /** The loss and the outputs of a batch. Throws ModeError as `predict` does. */
  evaluate(batch: Batch): Evaluation {
    this.#network.checkEvaluation("evaluate");
    this.#checkRows(batch);
    const outputs = this.#network.forward(batch.featuresPointer, batch.rows);
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
    return this.#network.predict(features);
  }

  dispose(): void {
    this.#network.dispose();
  }
}
