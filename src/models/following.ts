import { type Activation, traitsOf } from "./activations.js";
import type { DrawnWeights, WeightInitialization } from "./initialization.js";
import type { LayerDescription } from "./layer.js";

/**
 * The weights of a layer that another follows. "auto" stands for Kaiming's initialisation where an activation follows that does not squash both ends, for
 * Xavier's otherwise.
 */
export function drawnBefore(
  next: LayerDescription | undefined,
  initialization: WeightInitialization | "auto",
  fan: Pick<DrawnWeights, "inputs" | "outputs">,
): DrawnWeights {
  const isOpen = next?.kind === "activation" && !traitsOf(next["function"] as Activation).symmetric;
  const kind = initialization === "auto" ? (isOpen ? "kaimingUniform" : "xavierUniform") : initialization;
  return { ...fan, kind, gain: isOpen ? gainOf(next) : 1 };
}

/** The factor that keeps the deviation of activations from layer to layer, where one side is open. */
function gainOf({ function: name, slope }: LayerDescription): number {
  return Math.sqrt(2 / (1 + (name === "leakyRelu" ? (slope as number) * (slope as number) : 0)));
}
