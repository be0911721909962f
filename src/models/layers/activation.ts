import type { Kernels } from "../../engine/engine.js";
import { sizeOf } from "../../engine/parameters.js";
import { number, oneOf } from "../../options/options.js";
import { ACTIVATIONS, type Activation, traitsOf } from "../activations.js";
import { type BoundLayer, type LayerDescription, type LayerRule, type LayerSite, type LayerTrait, layer } from "../layer.js";

export interface ActivationOptions {
  /** Its name. */
  function: Activation;
  /** The factor of leakyRelu on negative numbers, in [0, 1). Default 0.01. */
  slope?: number;
  /** What elu comes down to, below 0, greater than 0. Default 1. */
  alpha?: number;
}

/** From one array to another, element by element. Those without a scalar do not mind one. */
type ActivationKernel = (from: number, to: number, n: number, scalar: number) => void;

function bind({ kernels, options, input }: LayerSite<Required<ActivationOptions>>): BoundLayer {
  const { slope, alpha } = options;
  const { from, takes } = traitsOf(options.function);
  const size = sizeOf(input);
  // a relu that no product computes is a leaky one with the slope 0
  const isRelu = options.function === "relu";
  const name = isRelu ? "leakyRelu" : options.function;
  const scalar = isRelu ? 0 : takes === "alpha" ? alpha : slope;
  const kernel = (name: string) => kernels[name as keyof Kernels] as unknown as ActivationKernel;
  const [activate, differentiate] = [kernel(name), kernel(`${name}Gradient`)];
  return {
    forward: (x, y, { rows }) => activate(x, y, rows * size, scalar),
    backward: (x, y, dy, _dx, { rows }) => differentiate(from === "input" ? x : y, dy, rows * size, scalar),
  };
}

/** Which activations can be computed in place follows from the array that their gradient is computed from. */
function traits({ function: name }: Required<ActivationOptions>): readonly LayerTrait[] {
  if (name === "linear") return ["onlyReshapes"];
  return traitsOf(name).from === "input" ? ["overwritesGradient"] : ["overwritesGradient", "overwrites", "readsOutput"];
}

export const activationLayer: LayerRule<Required<ActivationOptions>> = {
  kind: "activation",
  fields: {
    function: oneOf(undefined, ACTIVATIONS),
    slope: number(0.01, { min: 0, below: 1 }),
    alpha: number(1, { above: 0 }),
  },
  traits,
  shape: (_, input) => input,
  bind,
};

/**
 * An activation, number by number: `activation("relu")`, or with options `activation({ function: "leakyRelu", slope: 0.1 })`.
 *
 * - `relu` max(x, 0); `leakyRelu` x above 0, slope x below; `elu` alpha (e^x - 1) below; `selu` elu scaled by 1.0507 with alpha 1.6733;
 * - `gelu` x times the share of a normal distribution below x in its form by tanh, `geluExact` without that approximation;
 * - `silu` x sigmoid(x), also called swish; `mish` x tanh(softplus(x)); `softplus` ln(1 + e^x);
 * - `tanh`; `sigmoid` 1 / (1 + e^-x); `hardTanh` x within [-1, 1]; `hardSigmoid` x / 6 + 1 / 2 within [0, 1]; `hardSwish` x hardSigmoid(x);
 * - `linear` x.
 *
 * Agree with PyTorch's.
 *
 * @throws OptionError for an unknown name or option, or a value out of range.
 * @example
 * activation("gelu")
 */
export function activation(options: Activation | ActivationOptions): LayerDescription {
  return layer(activationLayer, typeof options === "string" ? { function: options } : options);
}
