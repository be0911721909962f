import { type LossRule, pointwise } from "../loss.js";

/** `loss: "meanSquared"`: (z - t)^2, a mean over outputs. PyTorch's MSELoss. */
export const meanSquaredLoss: LossRule = {
  kind: "meanSquared",
  fields: {},
  targets: () => "quantities",
  bind: pointwise(
    (z, t) => (z - t) * (z - t),
    (z, t) => 2 * (z - t),
  ),
};
