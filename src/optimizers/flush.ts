import type { Kernels } from "../engine/load.js";
import type { BoundGroup } from "./groups.js";
import { ELEMENT_RATES } from "./kept.js";
import type { Slots } from "./slots.js";

/**
 * State fades towards the denormals, where an operation costs a hundred cycles: every 32 updates what is under 2^-93 becomes 0, so that with a
 * decay of 0.5 nothing gets there in between. The pass costs AdamW 3 % (every 16 updates: 6 %).
 */
export const FLUSH_EVERY = 32;
const FADED = 1.0097419586828951e-28;
/**
 * Decayed values enter some states as the square of decay x value, of which a thousandth is still to be normal: values under 2^-50 / decay become 0,
 * but none over 2^-40.
 */
const FADED_PRODUCT = 8.8817841970012523e-16;
const LARGEST_FADED = 9.0949470177292824e-13;

/** Sets to 0 the values and the state that have faded. */
export function flushFaded(kernels: Kernels, groups: readonly BoundGroup[], slots: Slots): void {
  for (const { runs, options } of groups) {
    const decay = (options["weightDecay"] as number | undefined) ?? 0;
    const limit = decay > 0 ? Math.max(FADED, Math.min(FADED_PRODUCT / decay, LARGEST_FADED)) : FADED;
    for (const { p, n } of runs) kernels.flush(p, n, limit);
  }
  slots.flush(FADED, ELEMENT_RATES);
}
