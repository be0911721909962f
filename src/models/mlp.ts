import { integer, list, number, oneOf, readOptions } from "../options/options.js";
import { ACTIVATIONS, type Activation, traitsOf } from "./activations.js";
import { INITIALIZATIONS, type Initialization } from "./initialization.js";

export interface MlpOptions {
  /** The number of features, at least 1. */
  inputs: number;
  /** Sizes of the hidden layers, each at least 1. Default none: linear or, by its loss, logistic regression. */
  hidden?: readonly number[];
  /** The number of outputs, at least 1: classes, or quantities. */
  outputs: number;
  /** The activation of every hidden layer. Default relu. gelu is its tanh form. */
  activation?: Activation;
  /** The factor of leakyRelu on negative numbers, in [0, 1). Default 0.01. */
  slope?: number;
  /** The share of hidden units that a training step leaves out, in [0, 1). Default 0. */
  dropout?: number;
  /** How weights begin; biases begin at 0. Default kaimingUniform after relu, leakyRelu, gelu and softplus, xavierUniform otherwise. */
  initialization?: Initialization;
}

/** A dense network as plain data. */
export interface MlpDescription extends Readonly<Required<MlpOptions>> {
  readonly kind: "mlp";
}

/**
 * A dense network ("multi-layer perceptron"): hidden layers h = activation(h W + b), and a last layer without activation, whose outputs the
 * loss takes (logits for crossEntropy and binaryCrossEntropy).
 *
 * Parameters are named `layers.0.weight` [inputs × outputs] and `layers.0.bias` [outputs], and so on; weights are transposed with respect to
 * PyTorch's.
 *
 * @throws OptionError for an unknown option or a value out of range.
 * @example
 * mlp({ inputs: 64, hidden: [32], outputs: 10, activation: "relu", dropout: 0.1 })
 */
export function mlp(options: MlpOptions): MlpDescription {
  return readMlp(options, "mlp");
}

export function readMlp(options: unknown, path: string): MlpDescription {
  const activation = (options as Partial<MlpOptions> | null)?.activation ?? "relu";
  const symmetric = ACTIVATIONS.includes(activation) && traitsOf(activation).symmetric;
  const read = readOptions<Required<MlpOptions>>(path, options, {
    inputs: integer(undefined, { min: 1 }),
    hidden: list([], integer(undefined, { min: 1 })),
    outputs: integer(undefined, { min: 1 }),
    activation: oneOf("relu", ACTIVATIONS),
    slope: number(0.01, { min: 0, below: 1 }),
    dropout: number(0, { min: 0, below: 1 }),
    initialization: oneOf(symmetric ? "xavierUniform" : "kaimingUniform", INITIALIZATIONS),
  });
  return Object.freeze({ kind: "mlp", ...read });
}
