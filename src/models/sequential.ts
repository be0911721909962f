import { type Shape, sizeOf } from "../engine/parameters.js";
import { demand, type Field, integer, list, readOptions } from "../options/options.js";
import { type Entry, entriesOf, shapeAfter, tensorsOf } from "./chain.js";
import { type LayerDescription, layersField } from "./layer.js";
import { activation } from "./layers/activation.js";
import { dense } from "./layers/dense.js";
import { dropout } from "./layers/dropout.js";
import { type MlpDescription, readMlp } from "./mlp.js";

export interface SequentialOptions {
  /** The number of features in a row, or the sizes of its axes, the last running fastest: [28, 28, 1] for a picture of one channel. */
  inputs: number | Shape;
}

/** A network of layers as plain data. */
export interface SequentialDescription {
  readonly kind: "sequential";
  readonly inputs: Shape;
  readonly layers: readonly LayerDescription[];
}

/** A network as plain data. */
export type NetworkDescription = MlpDescription | SequentialDescription;

const size = integer(undefined, { min: 1 });
const sizes = list(undefined, size, 1);
const inputsField: Field<Shape> = {
  fallback: undefined,
  read: (value, path) => (Array.isArray(value) ? sizes.read(value, path) : Object.freeze([size.read(value, path)])),
};

/**
 * A network of layers, one after the other. What the last one puts out is what the loss takes: logits for crossEntropy and binaryCrossEntropy.
 *
 * Parameters are named by the place of their layer: `layers.0.weight`, `layers.0.bias`; within a residual block `layers.1.layers.0.weight`.
 *
 * @throws OptionError for what are no layers; OptionError or ShapeError where a layer cannot take what the one before puts out.
 * @example
 * sequential([dense({ units: 32 }), activation("relu"), dropout({ rate: 0.1 }), dense({ units: 10 })], { inputs: 64 })
 */
export function sequential(layers: readonly LayerDescription[], options: SequentialOptions): SequentialDescription {
  return readSequential({ layers, ...options }, "sequential");
}

export function readSequential(given: unknown, path: string): SequentialDescription {
  const read = readOptions<Omit<SequentialDescription, "kind">>(path, given, { inputs: inputsField, layers: layersField });
  shapeAfter(read.layers, read.inputs, path);
  return Object.freeze({ kind: "sequential", ...read });
}

/** Reads the description of a network, `mlp(...)` or `sequential(...)`. */
export function readNetwork(value: unknown, path: string): NetworkDescription {
  const { kind } = (value ?? {}) as { kind?: unknown };
  if (kind === "sequential") return readSequential(value, path);
  demand(kind === "mlp", path, value, "mlp({...}), sequential([...]) or a function");
  return readMlp(value, path);
}

/** The sizes of the axes of a row that comes in, and goes out. */
export function shapesOf(model: NetworkDescription): { readonly inputs: Shape; readonly outputs: Shape } {
  if (model.kind === "mlp") return { inputs: [model.inputs], outputs: [model.outputs] };
  return { inputs: model.inputs, outputs: shapeAfter(model.layers, model.inputs, "model") };
}

/** How many numbers a row has that comes in, and goes out. */
export function widthsOf(model: NetworkDescription): { readonly inputs: number; readonly outputs: number } {
  const { inputs, outputs } = shapesOf(model);
  return { inputs: sizeOf(inputs), outputs: sizeOf(outputs) };
}

/** The layers of a network. Those of `mlp` are numbered by dense layer. */
export function layersOf(model: NetworkDescription): Entry[] {
  if (model.kind === "sequential") return entriesOf(model.layers);
  const { hidden, outputs, activation: name, slope, dropout: rate, initialization } = model;
  return [...hidden, outputs].flatMap((units, i) => {
    const behind = i === hidden.length ? [] : [activation({ function: name, slope }), ...(rate > 0 ? [dropout({ rate })] : [])];
    return [dense({ units, initialization }), ...behind].map((layer) => ({ layer, name: `layers.${i}`, place: [i] }));
  });
}

/** Name and shape of every tensor of a network, layer by layer. */
export function networkShapes(model: NetworkDescription): [string, Shape][] {
  return tensorsOf(layersOf(model), shapesOf(model).inputs).map(({ name, shape }) => [name, shape]);
}
