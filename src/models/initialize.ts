import { Parameter } from "../engine/parameters.js";
import { Random } from "../numerics/random.js";
import { OptionError } from "../options/errors.js";
import { demand, number, readOptions } from "../options/options.js";
import { drawWeights } from "./drawing.js";
import { type DrawnWeights, initializationField, type WeightInitialization } from "./initialization.js";

export interface InitializeOptions {
  /** The factor of `kaimingUniform` and `kaimingNormal`: sqrt(2) before a ReLU, 1 before what is linear. Greater than 0. Default sqrt(2). */
  gain?: number;
}

/** What begins the same whatever its inputs and outputs are. */
const WITHOUT_FAN = ["zeros", "ones"];

/**
 * Fills a tensor of a loop of your own with the weights that a network would begin with: see `WeightInitialization` for the kinds and whose
 * names they are.
 *
 * Inputs and outputs follow from the shape and from `units` of its `Parameters`: of "rows", [outputs, inputs, ...] as in PyTorch; of "columns",
 * [..., inputs, outputs] as in Keras. Axes beyond two are a window, which counts for both. A vector has neither: it takes "zeros", "ones" and
 * the kinds with a number of their own.
 *
 * @throws OptionError for a kind that is unknown or needs inputs and outputs that a vector does not have.
 * @example
 * initialize(parameters.get("weight"), "heNormal", new Random(1, "weight"));
 * initialize(parameters.get("weight"), { kind: "truncatedNormal", deviation: 0.02 }, new Random(1, "weight"));
 */
export function initialize(parameter: Parameter, kind: WeightInitialization, random: Random, options: InitializeOptions = {}): void {
  demand(parameter instanceof Parameter, "initialize.parameter", parameter, "a tensor, as parameters.get(name) gives it");
  demand(random instanceof Random, "initialize.random", random, "random numbers, as new Random(seed, name)");
  const { gain } = readOptions<Required<InitializeOptions>>("initialize", options, { gain: number(Math.SQRT2, { above: 0 }) });
  const read = initializationField.read(kind, "initialize.kind");
  if (read === "auto") throw new OptionError("initialize.kind", kind, "must be named: only a network knows what follows");
  const { shape, value } = parameter;
  const alone = typeof read === "object" || WITHOUT_FAN.includes(read);
  if (shape.length < 2 && !alone)
    throw new OptionError("initialize.kind", kind, `needs a tensor of two axes or more, and ${parameter.name} has ${shape.length}`);
  drawWeights(value, { ...fanOf(parameter), kind: read, gain }, random, shape);
}

/** Weights that go into a unit, and that come from one. */
function fanOf({ shape, units }: Parameter): Pick<DrawnWeights, "inputs" | "outputs"> {
  const [first = 1, second = 1] = units === "rows" ? shape : [...shape].reverse();
  const window = shape.reduce((product, size) => product * size, 1) / (first * second);
  return { inputs: second * window, outputs: first * window };
}
