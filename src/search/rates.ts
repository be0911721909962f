import { exp, log } from "../numerics/math.js";
import { OptionError } from "../options/errors.js";
import { show } from "../options/options.js";

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
