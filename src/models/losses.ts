import type { Kernels } from "../engine/load.js";
import { OptionError } from "../options/errors.js";
import { number, oneOf, readOptions, show } from "../options/options.js";

export const LOSSES = ["crossEntropy", "binaryCrossEntropy", "meanSquared", "meanAbsolute", "huber"] as const;

/**
 * A loss, which measures a network's outputs z as a mean over a batch:
 * - `crossEntropy`: softmax cross-entropy of logits with class indices, a mean over rows;
 * - `binaryCrossEntropy`: of logits with targets from 0 to 1, a mean over all outputs;
 * - `meanSquared`, `meanAbsolute`, and `huber` (half the square up to |z - t| = delta, then linear; `{ kind: "huber", delta }`, default 1):
 *   means over all outputs, as in PyTorch.
 */
export type Loss = (typeof LOSSES)[number] | { readonly kind: "huber"; readonly delta: number };

/** Computes the mean loss and writes its gradient with respect to z, times a factor, into dz. */
export type LossKernel = (z: number, t: number, dz: number, rows: number, factor: number) => number;

export function readLoss(value: unknown, path: string): Loss {
  if (typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "huber") {
    const { delta } = readOptions<{ delta: number }>(path, value, { delta: number(1, { above: 0 }) });
    return Object.freeze({ kind: "huber", delta });
  }
  if (typeof value === "object")
    throw new OptionError(path, value, `must be one of ${LOSSES.join(", ")} or { kind: "huber", delta }, got ${show(value)}`);
  return oneOf(undefined, LOSSES).read(value, path);
}

/** Binds a loss to kernels and a number of outputs. */
export function bindLoss(kernels: Kernels, loss: Loss, outputs: number): LossKernel {
  if (loss === "crossEntropy") return (z, t, dz, rows, factor) => kernels.crossEntropy(z, t, dz, rows, outputs, factor / rows) / rows;
  const sum = bindElementwise(kernels, loss);
  return (z, t, dz, rows, factor) => sum(z, t, dz, rows * outputs, factor / (rows * outputs)) / (rows * outputs);
}

type Elementwise = (z: number, t: number, dz: number, n: number, scale: number) => number;

function bindElementwise(kernels: Kernels, loss: Exclude<Loss, "crossEntropy">): Elementwise {
  if (loss === "huber" || typeof loss === "object") {
    const delta = loss === "huber" ? 1 : loss.delta;
    return (z, t, dz, n, scale) => kernels.huber(z, t, dz, n, delta, scale);
  }
  return kernels[loss];
}
