import type { Engine } from "../engine/engine.js";
import { OptionError } from "../options/errors.js";
import { number, oneOf, readOptions, show, suggest } from "../options/options.js";
import { bindRule, type LossDescription, type LossKernel, type LossTargets, ruleIn } from "./loss.js";

export const LOSSES = ["crossEntropy", "binaryCrossEntropy", "meanSquared", "meanAbsolute", "huber"] as const;

/**
 * A loss, which measures a network's outputs z as a mean over a batch:
 * - `crossEntropy`: softmax cross-entropy of logits with class indices, a mean over rows;
 * - `binaryCrossEntropy`: of logits with targets from 0 to 1, a mean over all outputs;
 * - `meanSquared`, `meanAbsolute`, and `huber` (half the square up to |z - t| = delta, then linear; `{ kind: "huber", delta }`, default 1):
 *   means over all outputs, as in PyTorch;
 * - what a factory made, such as `focal({ gamma: 2 })` (docs/training.md lists them).
 *
 * Where rows have weights, it is the sum of weighted losses over the sum of weights, as in PyTorch.
 */
export type Loss = (typeof LOSSES)[number] | { readonly kind: "huber"; readonly delta: number } | LossDescription;

export function readLoss(value: unknown, path: string): Loss {
  if (ruleIn(value) !== undefined) return value as LossDescription;
  if (typeof value !== "object" || value === null) return oneOf(undefined, LOSSES).read(value, path);
  const { kind } = value as { kind?: unknown };
  if (kind === "huber") {
    const { delta } = readOptions<{ delta: number }>(path, value, { delta: number(1, { above: 0 }) });
    return Object.freeze({ kind: "huber", delta });
  }
  const advice = typeof kind === "string" ? `${suggest(kind, LOSSES)}: make it by its factory, or read the run with runFromJSON()` : "";
  throw new OptionError(
    path,
    value,
    `must be one of ${LOSSES.join(", ")} or what a factory such as focal() made, got ${show(value)}${advice}`,
  );
}

/** The name of a loss, and what it is of a number of outputs. */
export function traitsOfLoss(loss: Loss, outputs: number): { name: string; targets: LossTargets; width: number } {
  const rule = ruleIn(loss);
  const name = typeof loss === "string" ? loss : loss.kind;
  if (rule === undefined) {
    const areClasses = name === "crossEntropy";
    const targets = areClasses ? "classes" : name === "binaryCrossEntropy" ? "shares" : "quantities";
    return { name, targets, width: areClasses ? 1 : outputs };
  }
  rule.check?.(loss as object, outputs, "run.loss");
  return { name, targets: rule.targets(loss as object, outputs), width: rule.width?.(loss as object, outputs) ?? outputs };
}

/** Binds a loss to an engine and a number of outputs. */
export function bindLoss(engine: Engine, loss: Loss, outputs: number): LossKernel {
  const { width } = traitsOfLoss(loss, outputs);
  const rule = ruleIn(loss);
  if (rule !== undefined) return bindRule(engine, rule, loss as LossDescription, outputs);
  const kernel = bindKernel(engine, loss, outputs);
  // of outputs for which there is a target each, the mean
  const share = width === 1 && loss === "crossEntropy" ? 1 : outputs;
  return (z, t, dz, rows, factor, w = 0, weight = rows) => {
    if (w === 0) return kernel(z, t, dz, rows, factor / (rows * share)) / (rows * share);
    const weights = new Float32Array(engine.arena.memory.buffer, w, rows);
    let sum = 0;
    for (let r = 0; r < rows; r++) {
      const own = weights[r] as number;
      const at = r * outputs * 4;
      sum += own * kernel(z + at, t + r * width * 4, dz + at, 1, (factor * own) / (weight * share));
    }
    return sum / (weight * share);
  };
}

/** The sum of the losses of so many rows, whose gradients times a scale go to dz. */
type SumKernel = (z: number, t: number, dz: number, rows: number, scale: number) => number;

function bindKernel({ kernels }: Engine, loss: Loss, outputs: number): SumKernel {
  if (loss === "crossEntropy") return (z, t, dz, rows, scale) => kernels.crossEntropy(z, t, dz, rows, outputs, scale);
  if (loss === "huber" || typeof loss === "object") {
    const delta = (loss as { delta?: number }).delta ?? 1;
    return (z, t, dz, rows, scale) => kernels.huber(z, t, dz, rows * outputs, delta, scale);
  }
  return (z, t, dz, rows, scale) => kernels[loss](z, t, dz, rows * outputs, scale);
}
