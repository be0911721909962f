import type { Dataset } from "../data/dataset.js";
import { Slices } from "../engine/slices.js";
import { dropout } from "../models/layers/dropout.js";
import type { Model } from "../models/model.js";
import { Network } from "../models/network.js";
import { type NetworkDescription, shapesOf } from "../models/sequential.js";
import { largestEigenvalue } from "../numerics/lanczos.js";
import { powi } from "../numerics/math.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { unwrap } from "../optimizers/wrapper.js";
import { signal as signalField } from "../options/listeners.js";
import { demand, integer, number, readOptions } from "../options/options.js";
import { Batches } from "../training/batches.js";
import { checkDatasets } from "../training/checks.js";
import { Trainer } from "../training/trainer.js";
import { rowWeights } from "../training/weights.js";

export interface SharpnessOptions {
  /** Products with the Hessian at the most; each costs two gradients over the rows. Default 60. */
  iterations?: number;
  /** It ends when the eigenvalue changes by less than this share of itself twice in a row, in (0, 1). Default 1e-3. */
  tolerance?: number;
  /** How many rows, from the first, the loss is the mean over; at least 1. Default 2000, or all where there are fewer. */
  rows?: number;
  /** Stops between two products. */
  signal?: AbortSignal;
}

/** How curved the loss is where a Trainer stands, and the rate up to which its optimizer is stable there; plain JSON. */
export interface Sharpness {
  /** The largest eigenvalue of the Hessian of the mean loss. */
  readonly sharpness: number;
  /** For Adam and AdamW, the largest eigenvalue of the Hessian after division by the roots of the mean squares; null before the first step, and for others. */
  readonly preconditioned: number | null;
  /**
   * The highest learning rate at which full-batch steps are stable on the quadratic that the loss looks like here: 2 (1 + momentum) / sharpness for SGD, 2 (1 + momentum) /
   * ((1 + 2 momentum) sharpness) with Nesterov's momentum, 2 (1 + beta1) / ((1 - beta1) preconditioned) for Adam, which is 38 / preconditioned by default. Null where none
   * is known: for other optimizers, and where the loss is not curved upwards.
   */
  readonly limit: number | null;
  /** Updates that the Trainer had made. */
  readonly steps: number;
  /** Rows that the loss is the mean over. */
  readonly rows: number;
  /** Products with the Hessian, and the change that the last one made to the eigenvalue, as a share of it. */
  readonly iterations: number;
  readonly change: number;
}

/**
 * The sharpness of a loss at the weights of a Trainer: the largest eigenvalue λ of the Hessian, by the Lanczos iteration on products H v = (∇L(w + ε v) - ∇L(w - ε v)) / (2 ε), and
 * the learning rate above which the Trainer's optimizer, in steps over all rows, is unstable there. Mini-batches, curvature that changes and clipping move that limit; full-batch
 * training settles at it ("edge of stability"). Dropout is left out. The Trainer stays as it is: everything happens in a copy of its model.
 *
 * Sources: J. Cohen et al., Gradient descent on neural networks typically occurs at the edge of stability, 2021 (arXiv:2103.00065), and Adaptive gradient methods at the
 * edge of stability, 2022 (arXiv:2207.14484). Agrees with PyTorch's exact second derivatives to about 1e-3; at kinks of relu, differences see a little of both sides.
 *
 * @throws OptionError for a wrong option; what the model throws for data that do not fit it.
 * @example
 * const { sharpness: curvature, limit } = await sharpness(trainer, training);
 */
export async function sharpness(trainer: Trainer, data: Dataset, options: SharpnessOptions = {}): Promise<Sharpness> {
  demand(trainer instanceof Trainer, "sharpness.trainer", trainer, "a Trainer");
  checkDatasets({ training: data });
  demand(typeof options === "object" && options !== null, "sharpness", options, "an object of options");
  const { signal: given, ...rest } = options;
  const signal = signalField.read(given, "sharpness.signal");
  const read = readOptions<Required<Omit<SharpnessOptions, "signal">>>("sharpness", rest, {
    iterations: integer(60, { min: 2 }),
    tolerance: number(1e-3, { above: 0, below: 1 }),
    rows: integer(Math.min(ROWS, data.rows), { min: 1 }),
  });
  const rows = Math.min(read.rows, data.rows);
  const surface = new Surface(trainer, data, rows);
  const eigenvalueWith = (factors: Float64Array | undefined) => surface.eigenvalue(factors, read.iterations, read.tolerance, signal);
  try {
    const { value, iterations, change } = await eigenvalueWith(undefined);
    const factors = adamFactors(trainer.optimizer, surface.size);
    const preconditioned = factors === undefined ? null : (await eigenvalueWith(factors)).value;
    const limit = limitOf(trainer.optimizer, value, preconditioned);
    return { sharpness: value, preconditioned, limit, steps: trainer.optimizer.steps, rows, iterations, change };
  } finally {
    surface.dispose();
  }
}

const ROWS = 2000;
/** The step of the differences, as a share of the size of the weights: float32 gradients leave about five digits then. */
const STEP = 2e-3;

/** The mean loss over rows, by their weights, as a function of the weights, in a model of its own. */
class Surface {
  readonly size: number;
  readonly #model: Model;
  readonly #batches: Batches;
  readonly #rows: number;
  readonly #capacity: number;
  readonly #seed: number;
  readonly #weights: Float64Array;
  readonly #free: boolean[];
  readonly #step: number;

  constructor(trainer: Trainer, data: Dataset, rows: number) {
    const { model, loss, batchSize, seed } = trainer.run;
    const { engine, values, size } = trainer.model.parameters;
    const context = { rows: batchSize, seed };
    this.#model = typeof model === "function" ? model(engine, context) : new Network(engine, withoutDropout(model), loss as never, context);
    try {
      const outputs = typeof model === "function" ? undefined : shapesOf(model).outputs;
      this.#batches = new Batches(engine, data, batchSize, loss, outputs, rowWeights(data, trainer.classWeights));
    } catch (error) {
      this.#model.dispose();
      throw error;
    }
    this.size = size;
    this.#rows = rows;
    this.#capacity = batchSize;
    this.#seed = seed;
    this.#weights = Float64Array.from(values.view);
    this.#free = new Array<boolean>(size).fill(false);
    for (const { offset, length } of trainer.model.parameters) this.#free.fill(true, offset, offset + length);
    this.#step = STEP * (1 + Math.sqrt(this.#weights.reduce((sum, weight) => sum + weight * weight, 0)));
  }

  /** The largest eigenvalue of D H D, where D is the diagonal matrix of `factors` (the identity without them). */
  eigenvalue(factors: Float64Array | undefined, most: number, tolerance: number, signal: AbortSignal | undefined) {
    const slices = new Slices();
    const times = (vector: Float64Array) => (factors === undefined ? vector : vector.map((value, i) => value * (factors[i] as number)));
    const multiply = async (vector: Float64Array) => {
      signal?.throwIfAborted();
      if (slices.over) await slices.pause();
      return times(this.#hessianTimes(times(vector)));
    };
    return largestEigenvalue(multiply, this.#free, { most, tolerance, seed: this.#seed });
  }

  #hessianTimes(vector: Float64Array): Float64Array {
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
    const step = this.#step / length;
    const ahead = this.#gradientAt(vector, step);
    const behind = this.#gradientAt(vector, -step);
    return ahead.map((value, i) => (value - (behind[i] as number)) / (2 * step));
  }

  /** The gradient of the mean loss at the weights moved by `step` times a vector. */
  #gradientAt(vector: Float64Array, step: number): Float64Array {
    const { values, gradients } = this.#model.parameters;
    const { view } = values;
    for (let i = 0; i < view.length; i++) view[i] = (this.#weights[i] as number) + step * (vector[i] as number);
    const sum = new Float64Array(this.size);
    let total = 0;
    for (let from = 0; from < this.#rows; from += this.#capacity) {
      const rows = Math.min(this.#capacity, this.#rows - from);
      this.#model.train(this.#batches.gather(from, rows, 0));
      const gradient = gradients.view;
      const { counted } = this.#batches;
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (gradient[i] as number) * counted;
      total += counted;
    }
    return sum.map((value) => value / total);
  }

  dispose(): void {
    this.#batches.dispose();
    this.#model.dispose();
  }
}

function withoutDropout(model: NetworkDescription): NetworkDescription {
  if (model.kind === "mlp") return { ...model, dropout: 0 };
  return { ...model, layers: model.layers.map((layer) => (layer.kind === "dropout" ? dropout({ rate: 0 }) : layer)) };
}

/** Options of an optimizer that are plain numbers; undefined where one of them follows a schedule, or is not there. */
function numbersOf(optimizer: Optimizer, names: readonly string[]): number[] | undefined {
  const { core } = unwrap(optimizer.description);
  const values = names.map((name) => core[name]);
  return values.every((value) => typeof value === "number") ? (values as number[]) : undefined;
}

function isAdam(optimizer: Optimizer): boolean {
  const { core, kinds } = unwrap(optimizer.description);
  return kinds.length === 1 && (core.kind === "adam" || core.kind === "adamw") && core["nesterov"] === false && core["amsgrad"] === false;
}

/** One over the fourth root of Adam's corrected mean squares: what the Hessian is multiplied by from both sides. */
function adamFactors(optimizer: Optimizer, size: number): Float64Array | undefined {
  const read = numbersOf(optimizer, ["beta2", "epsilon"]);
  if (!isAdam(optimizer) || optimizer.steps === 0 || read === undefined) return undefined;
  const [beta2, epsilon] = read as [number, number];
  const correction = 1 - powi(beta2, optimizer.steps);
  const factors = new Float64Array(size);
  const squares = optimizer.slot("squares");
  for (const { name, offset } of optimizer.parameters) {
    const values = squares.get(name);
    if (!(values instanceof Float32Array)) return undefined;
    for (let i = 0; i < values.length; i++) factors[offset + i] = 1 / Math.sqrt(Math.sqrt((values[i] as number) / correction) + epsilon);
  }
  return factors;
}

function limitOf(optimizer: Optimizer, curvature: number, preconditioned: number | null): number | null {
  const { core, kinds } = unwrap(optimizer.description);
  if (preconditioned !== null) {
    const [beta1] = numbersOf(optimizer, ["beta1"]) ?? [];
    return beta1 === undefined || !(preconditioned > 0) ? null : (2 * (1 + beta1)) / ((1 - beta1) * preconditioned);
  }
  if (kinds.length > 1 || core.kind !== "sgd") return null;
  const [momentum, dampening, decay] = numbersOf(optimizer, ["momentum", "dampening", "weightDecay"]) ?? [];
  if (momentum === undefined || dampening === undefined || decay === undefined || !(curvature + decay > 0)) return null;
  if (core["nesterov"] === true) return dampening > 0 ? null : (2 * (1 + momentum)) / ((1 + 2 * momentum) * (curvature + decay));
  return (2 * (1 + momentum)) / ((momentum > 0 ? 1 - dampening : 1) * (curvature + decay));
}
