import type { Kernels } from "../engine/load.js";
import { powi } from "../numerics/math.js";
import type { BoundGroup } from "./groups.js";
import { ELEMENT_RATES } from "./kept.js";
import { FADED, type SteppedRows } from "./rows.js";
import { LEAST_NORMAL } from "./rule.js";
import type { Slots } from "./slots.js";

/**
 * State fades towards the denormals, where an operation costs a hundred cycles: every 32 updates what is under 2^-93 becomes 0, so that with a
 * decay of 0.5 nothing gets there in between. The pass costs AdamW 3 % (every 16 updates: 6 %).
 */
export const FLUSH_EVERY = 32;
/** Twice the least normal number, which leaves room for a rounding. */
const NEAR = 2 * LEAST_NORMAL;
/** Values whose decay is squared become 0 under the least gradient / decay, but none over 2^-40. */
const LARGEST_FADED = 9.0949470177292824e-13;

/** After an update: sets to 0 the values and the state that have faded, where it is time. */
export function flushFaded(updates: number, kernels: Kernels, groups: readonly BoundGroup[], slots: Slots, rows: SteppedRows): void {
  rows.flush();
  if (updates % FLUSH_EVERY !== 0) return;
  const limits = new Map<string, number>();
  for (const group of groups) {
    const { rule, options, slots: own } = group;
    const squares = rule.squares?.(options);
    const decay = squares?.coupled ? ((options["weightDecay"] as number | undefined) ?? 0) : 0;
    const limit = decay > 0 ? Math.max(FADED, Math.min(leastGradient(squares?.decays) / decay, LARGEST_FADED)) : FADED;
    for (const { p, n } of rows.wholeOf(group)) kernels.flush(p, n, limit);
    for (const slot of own) {
      const kept = squares?.decays[slot];
      // squares are kept as long as float32 has them: their mean lives on, and would be divided by nothing
      const limit = kept === undefined ? FADED : Math.min(FADED, NEAR / powi(kept, FLUSH_EVERY));
      limits.set(slot, Math.max(limits.get(slot) ?? 0, limit));
    }
  }
  slots.flush((slot) => limits.get(slot) ?? FADED, ELEMENT_RATES, rows.isEmpty ? undefined : rows.others);
}

/** The gradients that a rule cannot square: their squares, as much as enters its state, would be denormal. */
export function leastGradient(decays: Readonly<Record<string, number>> = {}): number {
  const shares = Object.values(decays).map((decay) => 1 - decay);
  return Math.sqrt(LEAST_NORMAL / Math.min(LEAST_SHARE, ...shares.filter((share) => share > 0)));
}

/** The share of a square that enters where a rule does not say: as with a decay of 0.999. */
const LEAST_SHARE = 9.765625e-4;

/** Sets to 0 the gradients that are too small to be squared. */
export function flushGradients(kernels: Kernels, groups: readonly BoundGroup[]): void {
  for (const { runs, rule, options } of groups) {
    const squares = rule.squares?.(options);
    if (squares === undefined) continue;
    for (const { g, n } of runs) kernels.flush(g, n, leastGradient(squares.decays));
  }
}

/** Whether all gradients of rules that square them are too small for that, and some are not 0. */
export function areFaint(kernels: Kernels, groups: readonly BoundGroup[]): boolean {
  let [largest, isSquared] = [0, false];
  for (const { runs, rule, options } of groups) {
    const squares = rule.squares?.(options);
    if (squares === undefined) continue;
    isSquared = true;
    for (const { g, n } of runs) {
      const size = kernels.maxAbs(g, n);
      if (size > leastGradient(squares.decays)) return false;
      largest = Math.max(largest, size);
    }
  }
  return isSquared && largest > 0;
}
