import { pow } from "../../numerics/math.js";
import { type Field, number, oneOf } from "../../options/options.js";
import { rise } from "./waves.js";

/**
 * Form of a fall: a straight line, half a cosine wave, 1 - sqrt(p), 1 - p^power, an exponential that is cut off where it has come down to `ratio`, or a reflected
 * exponential (REX).
 */
export type FallShape = "linear" | "cosine" | "sqrt" | "power" | "exponential" | "rex";

const SHAPES = ["linear", "cosine", "sqrt", "power", "exponential", "rex"] as const;

/** How a fall is told. */
export interface Fall {
  readonly fall: FallShape;
  readonly power: number;
  readonly ratio: number;
}

/** The fields of a fall. */
export function fallFields(fallback: FallShape): { readonly [K in keyof Fall]: Field<Fall[K]> } {
  return {
    fall: oneOf<FallShape>(fallback, SHAPES),
    power: number(0.5, { above: 0 }),
    ratio: number(0.1, { above: 0, below: 1 }),
  };
}

/** From one value down to another, at p from 0 to 1. */
export function fallTo(end: number, from: number, shape: Fall, p: number): number {
  return end + (from - end) * left(shape, p);
}

/** What is left of a fall: 1 at p = 0, 0 at p = 1. */
function left({ fall, power, ratio }: Fall, p: number): number {
  if (fall === "power") return 1 - pow(p, power);
  if (fall === "exponential") return (pow(ratio, p) - ratio) / (1 - ratio);
  return fall === "rex" ? (1 - p) / (1 - p / 2) : rise(fall, 1 - p);
}
