import { type Encoder, readEncoder, widthOfColumns } from "../../data/encoder.js";
import { type Standardizer, standardizerField } from "../../data/standardize.js";
import { type Shape, sizeOf } from "../../engine/parameters.js";
import { version } from "../../generated/hash.js";
import { Network } from "../../models/network.js";
import { layersOf, shapesOf } from "../../models/sequential.js";
import { DisposedError, ModeError, OptionError } from "../../options/errors.js";
import { demand, type Field, oneOf, optional, readOptions } from "../../options/options.js";
import { metadataOf, writeColumns, writeScaler, writeUnscaling } from "./columns.js";
import { Graph } from "./graph.js";
import { writeLayers } from "./layers.js";
import { modelBytes } from "./model.js";

export interface OnnxOptions {
  /** What was learnt of a table, as `datasetsFromCSV` and `fitEncoder` give it: the file then takes its columns as they are, and gives quantities in their units. Default: none. */
  encoder?: Encoder;
  /** What the features were scaled with, as `standardizer` gives it: the file then takes them as they were. Default: none. */
  scaler?: Standardizer;
  /** What the targets were scaled with, as `targetScaler` gives it: what comes out is in their units. Default: none. */
  targetScaler?: Standardizer;
  /** Probabilities in place of what the loss takes: "softmax" of the last axis for crossEntropy, "sigmoid" of each output for binaryCrossEntropy. Default: neither. */
  probabilities?: "softmax" | "sigmoid";
}

type Read = { [K in keyof OnnxOptions]: OnnxOptions[K] | undefined };

const encoderField: Field<Encoder> = { fallback: undefined, read: readEncoder };
const fields = {
  encoder: optional(encoderField),
  scaler: optional(standardizerField),
  targetScaler: optional(standardizerField),
  probabilities: optional(oneOf(undefined, ["softmax", "sigmoid"])),
};

/**
 * A network as an ONNX file, which onnxruntime and others run: float32, opset 17, batches of any size. It gives what `predict` gives, to roundings.
 *
 * - What comes in is `features` [batch, ...inputs], in this library's order: [height, width, channels], [steps, width]. With an `encoder`, it is `numbers` [batch, columns], float64,
 *   in which NaN is a missing cell and dates are days since 1970-01-01, and `texts` [batch, columns], where the table has any; a text that the training rows did not have is none of the
 *   categories. With a `scaler`, features are float64.
 * - What goes out is `outputs` [batch, ...outputs], as the loss takes them; `probabilities` with that option; or `predictions`, float64, in the units of the targets.
 * - The metadata say of an encoder its `numbers`, `texts` and `classes`, as JSON, and its `target`.
 *
 * Dropout is left out, and batch norms use their running statistics.
 *
 * @param network such as the `model` of a Trainer or of `loadModel`.
 * @returns the bytes of the file: the same for the same weights, everywhere.
 * @throws OptionError for a wrong option, for an encoder or a scaler that does not fit, and for a layer that ONNX has no counterpart of, which is one of your own;
 *   ModeError and DisposedError as `predict`.
 * @example
 * import { toOnnx } from "stepsize/onnx";
 * await writeFile("network.onnx", toOnnx(trainer.model, { probabilities: "softmax" }));
 */
export function toOnnx(network: Network, options: OnnxOptions = {}): Uint8Array<ArrayBuffer> {
  demand(network instanceof Network, "toOnnx.network", network, "a Network, such as the model of a Trainer");
  const read = readOptions<Read>("toOnnx", options, fields);
  const { parameters, description } = network;
  if (parameters.disposed) throw new DisposedError("network");
  if (parameters.trainingOnly) throw new ModeError("toOnnx", "evaluation");
  const { inputs, outputs } = shapesOf(description);
  check(read, inputs, outputs);
  const { encoder, probabilities } = read;
  const graph = new Graph();
  const features = writeInputs(graph, read, inputs);
  const raw = writeLayers(graph, layersOf(description), inputs, features, parameters);
  const scaler = targetScalerOf(read);
  if (scaler !== undefined)
    graph.output(writeUnscaling(graph, scaler, raw, outputs), { name: "predictions", type: "DOUBLE", shape: outputs });
  else if (probabilities === undefined) graph.output(raw, { name: "outputs", type: "FLOAT", shape: outputs });
  else {
    const shares =
      probabilities === "sigmoid" ? graph.add("output", "Sigmoid", [raw]) : graph.add("output", "Softmax", [raw], { axis: { int: -1 } });
    graph.output(shares, { name: "probabilities", type: "FLOAT", shape: outputs });
  }
  const { nodes, constants, inputs: ports, outputs: out } = graph;
  const metadata = encoder === undefined ? {} : metadataOf(encoder);
  return modelBytes({ producer: { name: "stepsize", version }, nodes, constants, inputs: ports, outputs: out, metadata });
}

/** What comes in, as the network takes it. */
function writeInputs(graph: Graph, { encoder, scaler }: Read, shape: Shape): string {
  if (scaler !== undefined) return writeScaler(graph, scaler, shape);
  if (encoder === undefined) return graph.input({ name: "features", type: "FLOAT", shape });
  const features = writeColumns(graph, encoder);
  if (shape.length === 1) return features;
  return graph.add("features", "Reshape", [features, graph.integers("features.shape", [0, ...shape])]);
}

function targetScalerOf({ encoder, targetScaler }: Read): Standardizer | undefined {
  return encoder?.target.task === "regression" ? encoder.target.scaler : targetScaler;
}

/** Holds what stands in front of the network and behind it against its shapes, and against each other. */
function check(read: Read, inputs: Shape, outputs: Shape): void {
  const { encoder, scaler, targetScaler, probabilities } = read;
  const [takes, gives] = [sizeOf(inputs), sizeOf(outputs)];
  const refuse = (field: string, value: unknown, expectation: string) => {
    throw new OptionError(`toOnnx.${field}`, value, expectation);
  };
  if (encoder !== undefined) {
    for (const [field, value] of Object.entries({ scaler, targetScaler }))
      if (value !== undefined) refuse(field, value, "must be left out beside an encoder, which scales");
    const made = widthOfColumns(encoder.columns);
    if (made !== takes) refuse("encoder", encoder, `makes ${made} features of a row, the network takes ${takes}`);
    const wanted = encoder.target.task === "classification" ? encoder.target.classes.length : 1;
    // two classes may share an output
    if (wanted !== gives && !(wanted === 2 && gives === 1))
      refuse("encoder", encoder, `has a target for ${wanted} outputs, the network has ${gives}`);
  }
  if (scaler !== undefined && scaler.mean.length !== takes)
    refuse("scaler", scaler, `is for ${scaler.mean.length} columns, the network takes ${takes} features`);
  const unscaled = targetScalerOf(read);
  if (unscaled !== undefined && unscaled.mean.length !== gives)
    refuse("targetScaler", unscaled, `is for ${unscaled.mean.length} outputs, the network has ${gives}`);
  if (unscaled !== undefined && probabilities !== undefined)
    refuse("probabilities", probabilities, "must be left out: the target is a quantity");
  if (probabilities === "softmax" && outputs.at(-1) === 1)
    refuse("probabilities", probabilities, 'must be "sigmoid" here: softmax of a single output is always 1');
}
