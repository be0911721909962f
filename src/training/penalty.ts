import type { Engine } from "../engine/engine.js";
import type { Parameters } from "../engine/parameters.js";
import { OptionError } from "../options/errors.js";
import { show, suggest } from "../options/options.js";
import { fitsPattern } from "../options/pattern.js";
import type { CheckedRun } from "./run.js";

/** Adds the gradient of a run's penalties to the parameters' gradients and returns the penalty; undefined where there is none. */
export function bindPenalty({ kernels }: Engine, parameters: Parameters, { penalties }: CheckedRun): (() => number) | undefined {
  if (penalties === undefined) return undefined;
  const { l1, l2, match } = penalties;
  const tensors = [...parameters].filter(({ name }) => fitsPattern(match, name));
  if (tensors.length === 0)
    throw new OptionError("run.penalties.match", match, `${show(match)} matches no tensor${suggest(match, parameters.names)}`);
  const [values, gradients] = [parameters.values.pointer, parameters.gradients.pointer];
  return () => {
    let sum = 0;
    for (const { offset, length } of tensors) {
      const p = values + offset * 4;
      if (l1 > 0) sum += l1 * kernels.sumAbs(p, length);
      if (l2 > 0) sum += l2 * kernels.sumSquares(p, length);
      kernels.penalize(p, gradients + offset * 4, length, l1, 2 * l2);
    }
    return sum;
  };
}
