import { number } from "../../options/options.js";
import { type LossRule, pointwise } from "../loss.js";

/** Options of Huber's loss. */
export interface HuberOptions {
  /** Where the square ends and the line begins, greater than 0. Default 1. */
  delta?: number;
}

const clamped = (d: number, { delta = 1 }: HuberOptions) => Math.max(-delta, Math.min(delta, d));

/** `loss: "huber"`: half the square up to |z - t| = delta, then linear; a mean over outputs. PyTorch's HuberLoss. */
export const huberLoss: LossRule<HuberOptions> = {
  kind: "huber",
  fields: { delta: number(1, { above: 0 }) },
  targets: () => "quantities",
  bind: pointwise(
    (z, t, options) => clamped(z - t, options) * (z - t - clamped(z - t, options) / 2),
    (z, t, options) => clamped(z - t, options),
  ),
};
