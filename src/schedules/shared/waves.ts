import { cos } from "../../numerics/math.js";
import { type Field, oneOf } from "../../options/options.js";

/** Half a cosine wave: 1 at phase 0, 0 at phase 1, 1 again at phase 2. */
export function halfWave(phase: number): number {
  return (1 + cos(Math.PI * phase)) / 2;
}

/** From one value to another, at p from 0 to 1, along a line or half a cosine wave. */
export function between(shape: "cosine" | "linear", from: number, to: number, p: number): number {
  return shape === "linear" ? from + (to - from) * p : to + (from - to) * halfWave(p);
}

/** Form of a rise, or of a fall: a straight line, half a cosine wave, or 1 - sqrt(1 - p). */
export type RiseShape = "linear" | "cosine" | "sqrt";

export const riseShape: Field<RiseShape> = /* @__PURE__ */ oneOf<RiseShape>("linear", ["linear", "cosine", "sqrt"]);

/** The way up, from 0 at p = 0 to 1 at p = 1. */
export function rise(shape: RiseShape, p: number): number {
  if (shape === "linear") return p;
  return shape === "cosine" ? 1 - halfWave(p) : 1 - Math.sqrt(1 - p);
}
