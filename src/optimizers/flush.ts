import type { Kernels } from "../engine/load.js";
import type { BoundGroup } from "./groups.js";
import { ELEMENT_RATES } from "./kept.js";
import { FADED, type SteppedRows } from "./rows.js";
import type { Slots } from "./slots.js";

/**
 * State fades towards the denormals, where an operation costs a hundred cycles: every 32 updates what is under 2^-93 becomes 0, so that with a
 * decay of 0.5 nothing gets there in between. The pass costs AdamW 3 % (every 16 updates: 6 %).
 */
export const FLUSH_EVERY = 32;
/**
 * Decayed values enter some states as the square of decay x value, of which a thousandth is still to be normal: values under 2^-50 / decay become 0,
 * but none over 2^-40.
 */
const FADED_PRODUCT = 8.8817841970012523e-16;
const LARGEST_FADED = 9.0949470177292824e-13;

/** After an update: sets to 0 the values and the state that have faded, where it is time. */
export function flushFaded(updates: number, kernels: Kernels, groups: readonly BoundGroup[], slots: Slots, rows: SteppedRows): void {
  rows.flush();
  if (updates % FLUSH_EVERY !== 0) return;
  for (const { runs, tensors, options } of groups) {
    const decay = (options["weightDecay"] as number | undefined) ?? 0;
    const limit = decay > 0 ? Math.max(FADED, Math.min(FADED_PRODUCT / decay, LARGEST_FADED)) : FADED;
    const pieces = rows.isEmpty ? runs : tensors.filter((tensor) => !rows.has(tensor));
    for (const { p, n } of pieces) kernels.flush(p, n, limit);
  }
  slots.flush(FADED, ELEMENT_RATES, rows.isEmpty ? undefined : rows.others);
}
