import { OptionError } from "../../options/errors.js";
import { type Field, integer, number, oneOf } from "../../options/options.js";
import type { ScheduleDescription } from "../schedule.js";

/** Options that say when a metric has improved. */
export interface Threshold {
  /** Whether the metric should fall or grow: "min" or "max". Default "min". */
  mode?: "min" | "max";
  /** By how much the metric must be better than the best: at least 0. Default 1e-4 of `reduceOnPlateau`, 1e-6 of `greedy`. */
  threshold?: number;
  /**
   * Whether the threshold is a part of the best metric, "relative" (PyTorch, Optax's rtol), or a difference, "absolute" (Keras's min_delta,
   * Optax's atol). Default "relative" of `reduceOnPlateau`, "absolute" of `greedy`.
   */
  thresholdMode?: "relative" | "absolute";
}

/** Whether a metric is better than the best so far. */
export function isBetter(s: Required<Threshold>, metric: number, best: number | null): boolean {
  if (best === null) return true;
  const sign = s.mode === "min" ? -1 : 1;
  const limit = s.thresholdMode === "relative" ? best * (1 + sign * s.threshold) : best + sign * s.threshold;
  return s.mode === "min" ? metric < limit : metric > limit;
}

export const mode: Field<"min" | "max"> = /* @__PURE__ */ oneOf("min", ["min", "max"]);
export const count: Field<number> = /* @__PURE__ */ integer(undefined, { min: 0 });
export const finite: Field<number> = /* @__PURE__ */ number(undefined);

/** The best metric so far; null stands for none, because JSON has no Infinity. */
export const best: Field<number | null> = {
  fallback: undefined,
  read: (value, path) => (value === null ? null : finite.read(value, path)),
};

/** `evaluate` of a schedule that observes a metric. */
export function notOfTheStep(s: ScheduleDescription): never {
  throw new OptionError(
    "schedule",
    s,
    `must be a function of the step, and ${s.kind} observes a metric: use startPlateau() and observePlateau()`,
  );
}
