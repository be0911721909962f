import type { Engine } from "../engine/engine.js";
import { OptionError } from "../options/errors.js";
import { oneOf, show, suggest } from "../options/options.js";
import { type LossDescription, type LossRule, type LossTargets, makeLoss, ruleIn } from "./loss.js";
import { binaryCrossEntropyLoss } from "./losses/binaryCrossEntropy.js";
import { crossEntropyLoss } from "./losses/crossEntropy.js";
import { huberLoss } from "./losses/huber.js";
import { meanAbsoluteLoss } from "./losses/meanAbsolute.js";
import { meanSquaredLoss } from "./losses/meanSquared.js";

export const LOSSES = ["crossEntropy", "binaryCrossEntropy", "meanSquared", "meanAbsolute", "huber"] as const;

/** The losses that have names: their rules serve where rows have weights, and where options are given. */
const named: Readonly<Record<(typeof LOSSES)[number], LossRule>> = {
  crossEntropy: crossEntropyLoss as LossRule,
  binaryCrossEntropy: binaryCrossEntropyLoss as LossRule,
  meanSquared: meanSquaredLoss,
  meanAbsolute: meanAbsoluteLoss,
  huber: huberLoss as LossRule,
};

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

/** Computes the mean loss and writes its gradient with respect to z into dz; `w` points to a weight for each row, whose sum is `weight`. */
export type LossKernel = (z: number, t: number, dz: number, rows: number, w?: number, weight?: number) => number;

export function readLoss(value: unknown, path: string): Loss {
  if (ruleIn(value) !== undefined) return value as LossDescription;
  if (typeof value !== "object" || value === null) return oneOf(undefined, LOSSES).read(value, path);
  const { kind } = value as { kind?: unknown };
  const rule = LOSSES.find((name) => name === kind);
  if (rule !== undefined) return makeLoss(named[rule], value, path);
  const advice = typeof kind === "string" ? `${suggest(kind, LOSSES)}: make it by its factory, or read the run with runFromJSON()` : "";
  throw new OptionError(
    path,
    value,
    `must be one of ${LOSSES.join(", ")} or what a factory such as focal() made, got ${show(value)}${advice}`,
  );
}

/** The name of a loss, and what it is of a number of outputs. */
export function traitsOfLoss(loss: Loss, outputs: number): { name: string; targets: LossTargets; width: number } {
  const [rule, options] = ruleAndOptions(loss);
  rule.check?.(options, outputs, "run.loss");
  const targets = rule.targets(options, outputs);
  return { name: rule.kind, targets, width: rule.width?.(options, outputs) ?? outputs };
}

function ruleAndOptions(loss: Loss): [LossRule, object] {
  if (typeof loss === "string") return [named[loss], {}];
  return [ruleIn(loss) ?? named[loss.kind as (typeof LOSSES)[number]], loss];
}

/** Binds a loss to an engine and a number of outputs. */
export function bindLoss(engine: Engine, loss: Loss, outputs: number): LossKernel {
  const fast = bindKernel(engine, loss, outputs);
  const [rule, options] = ruleAndOptions(loss);
  const width = rule.width?.(options, outputs) ?? outputs;
  const areClasses = rule.targets(options, outputs) === "classes";
  const row = rule.bind(options, outputs);
  const { memory } = engine.arena;
  let floats: Float32Array = new Float32Array(0);
  let targets: Float32Array | Uint32Array = floats;
  return (z, t, dz, rows, w = 0, weight = rows) => {
    if (fast !== undefined && w === 0) return fast(z, t, dz, rows);
    // memory that grows has another buffer
    if (floats.buffer !== memory.buffer) {
      floats = new Float32Array(memory.buffer);
      targets = areClasses ? new Uint32Array(memory.buffer) : floats;
    }
    let sum = 0;
    for (let r = 0; r < rows; r++) {
      const own = w === 0 ? 1 : (floats[(w >>> 2) + r] as number);
      sum += own * row(floats, (z >>> 2) + r * outputs, targets, (t >>> 2) + r * width, (dz >>> 2) + r * outputs, own / weight);
    }
    return sum / weight;
  };
}

/** The kernels of losses with names and without options. */
function bindKernel({ kernels }: Engine, loss: Loss, outputs: number): LossKernel | undefined {
  if (loss === "crossEntropy") return (z, t, dz, rows) => kernels.crossEntropy(z, t, dz, rows, outputs, 1 / rows) / rows;
  const mean =
    (sum: (z: number, t: number, dz: number, n: number, scale: number) => number): LossKernel =>
    (z, t, dz, rows) =>
      sum(z, t, dz, rows * outputs, 1 / (rows * outputs)) / (rows * outputs);
  if (typeof loss === "object" && loss.kind !== "huber") return undefined;
  const delta = (loss as { delta?: number }).delta ?? 1;
  if (loss === "huber" || typeof loss === "object") return mean((z, t, dz, n, scale) => kernels.huber(z, t, dz, n, delta, scale));
  return mean(kernels[loss]);
}
