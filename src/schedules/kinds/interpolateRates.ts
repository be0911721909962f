import { list, oneOf } from "../../options/options.js";
import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { boundaries, checkLength, passed, rate } from "../shared/fields.js";
import { between } from "../shared/waves.js";

/** Options of `interpolateRates`. */
export interface InterpolateRatesOptions {
  /** Steps of the given rates: whole numbers from 0, ascending, at least one. A step that stands twice is a jump. */
  boundaries: readonly number[];
  /** Learning rates at the boundaries: each at least 0, as many as boundaries. */
  rates: readonly number[];
  /** Curve between the boundaries: "linear" or "cosine". Default "linear". */
  shape?: "cosine" | "linear";
}

/**
 * Given rates at given steps, and lines or half cosine waves between them:
 *
 *     rates[i]                                                          at step boundaries[i]
 *     rates[i] + (rates[i + 1] - rates[i]) * p                          between, "linear"
 *     rates[i + 1] + (rates[i] - rates[i + 1]) * (1 + cos(pi * p)) / 2  between, "cosine"
 *
 * with p from 0 to 1 on the way. Before the first and after the last boundary the rate stays.
 *
 * @throws OptionError
 *
 * Optax's piecewise_interpolate_schedule, which takes factors for rates.
 * @example interpolateRates({ boundaries: [0, 100, 1000], rates: [0.01, 0.1, 0] })
 */
export function interpolateRates(options: InterpolateRatesOptions): DescribedSchedule<InterpolateRatesOptions> {
  return make(interpolateRatesRule, options);
}

export const interpolateRatesRule: ScheduleRule<InterpolateRatesOptions> = {
  kind: "interpolateRates",
  fields: { boundaries: boundaries(1), rates: list(undefined, rate), shape: oneOf("linear", ["linear", "cosine"]) },
  check: (s, path) => checkLength(`${path}.rates`, s.rates, s.boundaries.length, "as many as boundaries"),
  evaluate(s, step) {
    const next = passed(s.boundaries, step);
    if (next === 0) return s.rates[0] as number;
    const from = s.boundaries[next - 1] as number;
    const rate = s.rates[next - 1] as number;
    if (next === s.boundaries.length) return rate;
    return between(s.shape, rate, s.rates[next] as number, (step - from) / ((s.boundaries[next] as number) - from));
  },
  describe: (s) => `${s.shape} through ${s.rates.map((rate, i) => `${rate} at step ${s.boundaries[i]}`).join(", ")}`,
};
