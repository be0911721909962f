import { log } from "../numerics/math.js";
import type { Random } from "../numerics/random.js";
import { traitsOf } from "./activations.js";
import type { Initialization, MlpDescription } from "./mlp.js";

/**
 * Fills the weights of a layer with fanIn inputs and fanOut outputs.
 *
 * Kaiming (He et al. 2015): deviation gain / sqrt(fanIn), the gain sqrt(2 / (1 + slope^2)) for (leaky) rectifiers, 1 for the last layer.
 * Xavier (Glorot and Bengio 2010): deviation sqrt(2 / (fanIn + fanOut)). Uniform ones reach sqrt(3) deviations to both sides.
 */
export function initialize(weights: Float32Array, fanIn: number, fanOut: number, gain: number, kind: Initialization, random: Random): void {
  const deviation = kind.startsWith("kaiming") ? gain / Math.sqrt(fanIn) : Math.sqrt(2 / (fanIn + fanOut));
  if (kind.endsWith("Uniform")) {
    const reach = Math.sqrt(3) * deviation;
    for (let i = 0; i < weights.length; i++) weights[i] = (2 * random.uniform() - 1) * reach;
  } else {
    for (let i = 0; i < weights.length; i++) weights[i] = normal(random) * deviation;
  }
}

/** The factor that keeps the deviation of activations from layer to layer. */
export function gainOf({ activation, slope }: MlpDescription): number {
  if (traitsOf(activation).symmetric) return 1;
  return Math.sqrt(2 / (1 + (activation === "leakyRelu" ? slope * slope : 0)));
}

/** A number of the standard normal distribution (Marsaglia's polar method). */
function normal(random: Random): number {
  for (;;) {
    const x = 2 * random.uniform() - 1;
    const y = 2 * random.uniform() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * log(square)) / square);
  }
}
