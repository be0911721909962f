import { exp, log } from "../numerics/math.js";
import { OptionError } from "../options/errors.js";
import { demand, show } from "../options/options.js";
import type { RangeCurve } from "./range-curve.js";

/**
 * `count` rates from `from` to `to`, each the same factor above the one before; powers of ten come out exact.
 *
 * @throws OptionError unless 0 < from < to and count is an integer of at least 2.
 * @example
 * logspace(1e-6, 1, 13) // 1e-6, 3.16e-6, 1e-5, ... two a decade
 */
export function logspace(from: number, to: number, count: number): number[] {
  if (!(typeof from === "number" && from > 0 && Number.isFinite(from)))
    throw new OptionError("logspace.from", from, `must be a number greater than 0, got ${show(from)}`);
  if (!(typeof to === "number" && to > from && Number.isFinite(to)))
    throw new OptionError("logspace.to", to, `must be greater than from (${from}), got ${show(to)}`);
  if (!(Number.isSafeInteger(count) && count >= 2))
    throw new OptionError("logspace.count", count, `must be an integer of at least 2, got ${show(count)}`);
  const span = log(to / from) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === 0 ? from : i === count - 1 ? to : rounded(from * exp(span * i))));
}

/** To twelve digits, so that 1e-5 is the number that a person types. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(12));
}

/** The rates that a search tries by default: 1e-6 to 1, two a decade. */
export function defaultRates(): number[] {
  return logspace(1e-6, 1, 13);
}

/** Decades below and above the rate of the lowest loss in which the best rate of whole runs was found to lie. */
const [BELOW, ABOVE] = [100, 10];

/**
 * The rates of the default grid that are worth a search after a range test: those from a hundredth to ten times the rate of its lowest loss; all of them where the
 * test cannot tell. On four data sets with four optimizers the best rate of whole runs lay between a tenth and four times the rate of the lowest loss.
 *
 * @example
 * const rates = ratesWorth(await rangeTest(engine, run, { training }));
 * const { best } = await searchLearningRate(run, { training, validation }, { rates, widen: true });
 */
export function ratesWorth(test: Pick<RangeCurve, "certainty" | "lowest">): number[] {
  const { certainty, lowest } = test ?? {};
  demand(certainty === "told" || certainty === "cannot tell", "rangeTest", test, "the result of a range test");
  const all = logspace(1e-9, 1e3, 25);
  if (certainty === "cannot tell" || lowest === null) return defaultRates();
  return all.filter((rate) => rate >= (lowest / BELOW) * 0.999 && rate <= lowest * ABOVE * 1.001);
}
