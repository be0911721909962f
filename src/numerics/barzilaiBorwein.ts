import { OptionError } from "../options/errors.js";
import { demand, type Fields, isArrayLike, number, oneOf, readOptions } from "../options/options.js";
import { dot } from "./dot.js";

/** Options of `barzilaiBorwein`. */
export interface BarzilaiBorweinOptions {
  /** "long" <s, s> / <s, y>, "short" <s, y> / <y, y>. Default "long". Alternating them steadies both. */
  variant?: "long" | "short";
  /** The least rate, greater than 0. Default 1e-10. */
  minRate?: number;
  /** The largest rate, greater than 0. Default 1e10. */
  maxRate?: number;
}

const barzilaiBorweinFields: Fields<Required<BarzilaiBorweinOptions>> = {
  variant: oneOf("long", ["long", "short"]),
  minRate: number(1e-10, { above: 0 }),
  maxRate: number(1e10, { above: 0 }),
};

/**
 * The Barzilai-Borwein rate: the one for which the last step, with how the gradient changed over it, looks like a step of Newton's. Needs
 * no search.
 *
 * With s the last change of the values and y that of the gradient: long <s, s> / <s, y>, short <s, y> / <y, y>, held within minRate and
 * maxRate. Sums run from the first element to the last.
 *
 * @param s the values minus those before.
 * @param y the gradient minus the one before.
 * @param rate what stays where <s, y> is not positive: the rate used last.
 * @throws OptionError for an option that is wrong, or vectors of different lengths.
 * @example
 * barzilaiBorwein([1, 0], [4, 0], 0.1) // 0.25
 */
export function barzilaiBorwein(s: ArrayLike<number>, y: ArrayLike<number>, rate: number, options: BarzilaiBorweinOptions = {}): number {
  const o = readOptions("barzilaiBorwein", options, barzilaiBorweinFields);
  demand(isArrayLike(s), "barzilaiBorwein.s", s, "an array of numbers");
  demand(isArrayLike(y), "barzilaiBorwein.y", y, "an array of numbers");
  if (s.length !== y.length) throw new OptionError("barzilaiBorwein.y", y, `must have ${s.length} elements as s has, got ${y.length}`);
  const product = dot(s, y);
  if (!(product > 0)) return rate;
  const found = o.variant === "long" ? dot(s, s) / product : product / dot(y, y);
  return Math.min(Math.max(found, o.minRate), o.maxRate);
}
