import { type LossRule, pointwise } from "../loss.js";

/** `loss: "meanAbsolute"`: |z - t|, a mean over outputs. PyTorch's L1Loss. */
export const meanAbsoluteLoss: LossRule = {
  kind: "meanAbsolute",
  fields: {},
  targets: () => "quantities",
  bind: pointwise(
    (z, t) => Math.abs(z - t),
    (z, t) => Math.sign(z - t),
  ),
};
