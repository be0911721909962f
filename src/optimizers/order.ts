import type { TensorRun } from "./rule.js";

/**
 * The place of the k-th element of a tensor, unit by unit, whichever axis counts units: what draws a number for each element draws the same for a matrix and
 * its transpose.
 */
export function placeOf({ shape, units, n }: Pick<TensorRun, "shape" | "units" | "n">): (k: number) => number {
  const count = shape.at(-1) ?? 1;
  if (shape.length < 2 || units === "rows") return (k) => k;
  const each = n / count;
  return (k) => (k % each) * count + Math.floor(k / each);
}
