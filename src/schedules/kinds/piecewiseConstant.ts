import { list, oneOf } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { boundaries, checkLength, passed, rate } from "../shared/fields.js";

/** Options of `piecewiseConstant`. */
export interface PiecewiseConstantOptions {
  /** Steps at which the rate changes: whole numbers from 0, ascending, at least one. */
  boundaries: readonly number[];
  /** Learning rates between the boundaries: each at least 0, one more than boundaries. */
  rates: readonly number[];
  /** Whose rate a boundary step has: "next" (Optax, PyTorch) or "previous" (Keras). Default "next". */
  boundary?: "next" | "previous";
}

/**
 * Given rates between given steps:
 *
 *     rates[how many boundaries <= step]     boundary: "next"
 *     rates[how many boundaries <  step]     boundary: "previous"
 *
 * @throws OptionError
 *
 * Optax's piecewise_constant_schedule (which takes factors), Keras's PiecewiseConstantDecay.
 * @example piecewiseConstant({ boundaries: [1000, 5000], rates: [0.1, 0.02, 0.001] })
 */
export function piecewiseConstant(options: PiecewiseConstantOptions): DescribedSchedule<PiecewiseConstantOptions> {
  return make(piecewiseConstantRule, options);
}

export const piecewiseConstantRule: ScheduleRule<PiecewiseConstantOptions> = {
  kind: "piecewiseConstant",
  fields: { boundaries: boundaries(1), rates: list(undefined, rate), boundary: oneOf("next", ["next", "previous"]) },
  check: (s, path) => checkLength(`${path}.rates`, s.rates, s.boundaries.length + 1, "one more than boundaries"),
  // Between whole steps "before b" is "at or before the step before": exact, because boundaries are whole numbers.
  evaluate: (s, step) => s.rates[passed(s.boundaries, s.boundary === "next" ? step : Math.ceil(step) - 1)] as number,
  describe: (s) => `${s.rates.join(", ")}, changing ${s.boundary === "next" ? "at" : "after"} steps ${s.boundaries.join(", ")}`,
};
