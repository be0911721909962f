import { sizeOf } from "../engine/parameters.js";
import { Random } from "../numerics/random.js";
import { ModeError } from "../options/errors.js";
import { demand, integer, number, readOptions } from "../options/options.js";
import type { Batch, Model } from "./model.js";

export interface CheckGradientsOptions {
  /** How far a value is moved, relative to the larger of 1 and its size; greater than 0. Default 1e-2. */
  step?: number;
  /** Values that are tried of each tensor, at least 1. Default 20: all of a tensor that has fewer, and others by chance. */
  samples?: number;
  /** Decides which ones. Default 1. */
  seed?: number;
}

/** What came of a check. */
export interface GradientCheck {
  /** The largest error, relative to the largest gradient that was tried of all tensors. Below 1e-2 is what rounding to float32 leaves. */
  readonly error: number;
  /** Where it is. */
  readonly worst: { readonly tensor: string; readonly index: number; readonly gradient: number; readonly estimate: number };
  /** The largest error of each tensor, in the same measure. */
  readonly tensors: Readonly<Record<string, number>>;
}

/**
 * Compares the gradients that a model computes with what its loss does when a value is moved up and down: for who writes a layer or a model.
 *
 * Each estimate is Richardson's: from central differences d of the step and D of half of it, (4 D - d) / 3. Values and gradients are left as they
 * were found, but for the state of layers that have some (`batchNorm`). Losses that bend sharply where they are (relu near 0) show as errors.
 *
 * @param model what has parameters and train(batch).
 * @param batch rows to try it on: a small, varied one does.
 * @throws OptionError for what is no model, no batch, or a wrong option; ModeError while the parameters hold values to evaluate.
 * @example
 * const network = new Network(engine, sequential([dense({ units: 3 })], { inputs: 4 }), "meanSquared", { rows: 2, seed: 1 });
 * const [x, t] = [engine.vector(8), engine.vector(6)];
 * x.view.set([1, 2, 3, 4, -1, 0.5, 2, -3]);
 * const batch = { rows: 2, step: 0, featuresPointer: x.pointer, targetsPointer: t.pointer, features: x.view, targets: t.view };
 * console.log(checkGradients(network, batch).error);
 */
export function checkGradients(model: Model, batch: Batch, options: CheckGradientsOptions = {}): GradientCheck {
  const { parameters, train } = (model ?? {}) as Partial<Model>;
  demand(typeof train === "function" && parameters !== undefined && Symbol.iterator in parameters, "model", model, "a model");
  const { rows, featuresPointer, targetsPointer } = (batch ?? {}) as Partial<Batch>;
  demand([rows, featuresPointer, targetsPointer].every(Number.isInteger), "batch", batch, "a batch");
  const { step, samples, seed } = readOptions<Required<CheckGradientsOptions>>("checkGradients", options, {
    step: number(1e-2, { above: 0 }),
    samples: integer(20, { min: 1 }),
    seed: integer(1, { min: 0 }),
  });
  if (model.parameters.trainingOnly) throw new ModeError("checkGradients");
  model.train(batch);
  const before = model.parameters.gradients.view.slice();
  const tried = [...model.parameters].flatMap(({ name, shape, value, offset }) => {
    const random = new Random(seed, name);
    const size = sizeOf(shape);
    const places = size <= samples ? Array.from({ length: size }, (_, i) => i) : Array.from({ length: samples }, () => random.below(size));
    return places.map((index) => {
      const old = value[index] as number;
      const slope = (h: number) => {
        const values = model.parameters.get(name).value;
        const [up, down] = [Math.fround(old + h), Math.fround(old - h)];
        values[index] = up;
        const above = model.train(batch);
        values[index] = down;
        const below = model.train(batch);
        values[index] = old;
        return (above - below) / (up - down);
      };
      const h = step * Math.max(1, Math.abs(old));
      const estimate = (4 * slope(h / 2) - slope(h)) / 3;
      return { tensor: name, index, gradient: before[offset + index] as number, estimate };
    });
  });
  model.train(batch);
  const largest = tried.reduce((most, { estimate }) => Math.max(most, Math.abs(estimate)), 1e-6);
  const errorOf = ({ gradient, estimate }: (typeof tried)[number]) => {
    const error = Math.abs(gradient - estimate) / largest;
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  };
  const worst = tried.reduce((a, b) => (errorOf(b) > errorOf(a) ? b : a));
  const tensors: Record<string, number> = {};
  for (const one of tried) tensors[one.tensor] = Math.max(tensors[one.tensor] ?? 0, errorOf(one));
  return { error: errorOf(worst), worst, tensors };
}
