import { OptionError } from "../options/errors.js";
import { show } from "../options/options.js";
import type { Gradients } from "./gradients.js";
import { ACCUMULATED_LOSS } from "./groups.js";
import type { AnyRule, Closure, StepOptions } from "./rule.js";

/** The options of a step; they are read at every step, so nothing is copied. @throws OptionError for a wrong one. */
export function checkStep(options: StepOptions): StepOptions {
  if (typeof options !== "object" || options === null)
    throw new OptionError("step", options, `must be an object of options, got ${show(options)}`);
  const { weight = 1 } = options;
  if (typeof weight === "number" && weight > 0 && weight < Number.POSITIVE_INFINITY) return options;
  throw new OptionError("step.weight", weight, `must be a number greater than 0, got ${show(weight)}`);
}

/**
 * The loss that a step was told, or that its closure computes; undefined where the rule needs none and none was given. The gradients of a
 * closure stand in the parameters' memory afterwards.
 */
export function takeLoss(
  given: number | Closure | undefined,
  kind: string,
  needs: AnyRule["needs"],
  compute: (closure: Closure) => number,
): number | undefined {
  if (needs === "closure" && typeof given !== "function") {
    throw new OptionError(
      "closure",
      given,
      `is needed by ${kind}: call step(() => { ... }) with a function that fills the gradients and returns the loss`,
    );
  }
  const loss = typeof given === "function" ? compute(given) : given;
  if (typeof loss === "number" || (needs === undefined && given === undefined)) return loss;
  throw new OptionError(
    "loss",
    loss,
    needs === "loss" && given === undefined
      ? `is needed by ${kind}: call step(loss) with the loss of the gradients`
      : `must be a number, got ${show(loss)}${typeof given === "function" ? " from the closure" : ""}`,
  );
}

/** The loss of an update whose gradients are accumulated: the mean of what was told since the last one, by weight. */
export function meanLoss(
  scalars: Record<string, number> | undefined,
  { count, weight: sumOfWeights }: Pick<Gradients, "count" | "weight">,
  loss: number,
  weight: number,
): number {
  const own = scalars as { [ACCUMULATED_LOSS]: number };
  own[ACCUMULATED_LOSS] = (count === 1 ? 0 : own[ACCUMULATED_LOSS]) + weight * loss;
  return own[ACCUMULATED_LOSS] / sumOfWeights;
}
