import type { Engine } from "../engine/engine.js";
import { OptionError } from "../options/errors.js";
import { type Fields, readOptions, show } from "../options/options.js";

/**
 * The loss of one row: z, t and dz count floats of the memory and of the targets. Writes the gradient with respect to z, times factor, to dz and returns
 * the loss, a mean over the row's outputs.
 */
export type RowLoss = (memory: Float32Array, z: number, targets: ArrayLike<number>, t: number, dz: number, factor: number) => number;

/**
 * What a loss takes as targets: a class index a row, numbers from 0 to 1, numbers that are 0 or 1 (two classes), numbers from 0, or any numbers.
 */
export type LossTargets = "classes" | "shares" | "signs" | "counts" | "quantities";

/** Computes the mean loss and writes its gradient with respect to z, times a factor, into dz; `w` points to a weight for each row, whose sum is `weight`. */
export type LossKernel = (z: number, t: number, dz: number, rows: number, factor: number, w?: number, weight?: number) => number;

/** A kind of loss. Computed in float64, whose operations are the same everywhere, so that it needs no kernels. */
export interface LossRule<O extends object = object> {
  readonly kind: string;
  readonly fields: Fields<O>;
  targets(options: Readonly<O>, outputs: number): LossTargets;
  bind(options: Readonly<O>, outputs: number): RowLoss;
  /** The number of targets a row, where it is not one an output. */
  width?(options: Readonly<O>, outputs: number): number;
  /** Checks options against each other and against the number of outputs. */
  check?(options: Readonly<O>, outputs: number, path: string): void;
}

/** A loss made by a factory: plain data with its rule attached unseen. */
export interface LossDescription {
  readonly kind: string;
  readonly [LOSS]: LossRule;
}

/** A description of known options: all of them present. */
export type DescribedLoss<O extends object> = Readonly<Required<O>> & LossDescription;

// Carried unseen, so that a bundle holds the losses of the factories it imports and no others.
const LOSS: unique symbol = Symbol("loss");

/** Reads options into a frozen description that carries its rule. */
export function makeLoss<O extends object>(rule: LossRule<O>, given: unknown, path = rule.kind): DescribedLoss<O> {
  const description = { kind: rule.kind, ...readOptions<O>(path, given, rule.fields) } as DescribedLoss<O>;
  Object.defineProperty(description, LOSS, { value: rule });
  return Object.freeze(description);
}

/** The rule that a description carries; undefined for what carries none. */
export function ruleIn(value: unknown): LossRule | undefined {
  return (value as LossDescription | null | undefined)?.[LOSS];
}

/** The rule of a description. @throws OptionError for what no factory made. */
export function lossRuleOf(value: unknown, path: string): LossRule {
  const rule = ruleIn(value);
  if (rule === undefined) throw new OptionError(path, value, `must be made by a factory such as focal(), got ${show(value)}`);
  return rule;
}

/** Of numbers that are computed in float64, those that fade are zero, so that none are denormal (engine/reference/heap.ts). */
const TINY = 8.8817841970012523e-16;

export function gradient(value: number): number {
  return Math.abs(value) <= TINY ? 0 : value;
}

/** A loss of each output by itself: a mean over outputs of `loss`, whose derivative with respect to z is `slope`. */
export function pointwise<O extends object>(
  loss: (z: number, t: number, options: Readonly<O>, output: number) => number,
  slope: (z: number, t: number, options: Readonly<O>, output: number) => number,
): (options: Readonly<O>, outputs: number) => RowLoss {
  return (options, outputs) => (memory, z, targets, t, dz, factor) => {
    let sum = 0;
    for (let j = 0; j < outputs; j++) {
      const [output, target] = [memory[z + j] as number, targets[t + j] as number];
      sum += loss(output, target, options, j);
      memory[dz + j] = gradient((slope(output, target, options, j) * factor) / outputs);
    }
    return sum / outputs;
  };
}

/** Binds what a factory made: row by row, each by its weight at `w`, the sum of which is `weight`. */
export function bindRule({ arena }: Engine, rule: LossRule, options: LossDescription, outputs: number): LossKernel {
  const width = rule.width?.(options, outputs) ?? outputs;
  const areClasses = rule.targets(options, outputs) === "classes";
  const row = rule.bind(options, outputs);
  let floats: Float32Array = new Float32Array(0);
  let targets: Float32Array | Uint32Array = floats;
  return (z, t, dz, rows, factor, w = 0, weight = rows) => {
    const { buffer } = arena.memory;
    // memory that grows has another buffer
    if (floats.buffer !== buffer) {
      floats = new Float32Array(buffer);
      targets = areClasses ? new Uint32Array(buffer) : floats;
    }
    let sum = 0;
    for (let r = 0; r < rows; r++) {
      const own = w === 0 ? 1 : (floats[(w >>> 2) + r] as number);
      sum += own * row(floats, (z >>> 2) + r * outputs, targets, (t >>> 2) + r * width, (dz >>> 2) + r * outputs, (factor * own) / weight);
    }
    return sum / weight;
  };
}
