import { BYTES, type Parameters } from "../engine/parameters.js";
import { OutOfMemoryError } from "../options/errors.js";
import type { BoundGroup } from "./groups.js";

/**
 * The error for state that does not fit, of which the first `needed` bytes are known: it says how many parameters would fit.
 */
export function stateTooLarge(
  kind: string,
  { size, count, engine }: Parameters,
  groups: readonly BoundGroup[],
  accumulate: number,
  needed: number,
): OutOfMemoryError {
  const { available } = engine.arena;
  const slots = groups.map((group) => {
    const whole = group.slots.filter((name) => group.isShared(name)).length;
    return whole + (group.elementRates ? 2 : group.rule.evaluate ? 1 : 0);
  });
  const state = Math.max(needed, size * 4 * (Math.max(...slots) + (accumulate > 1 ? 1 : 0)));
  const each = BYTES + state / size;
  const most = Math.floor((available + BYTES * size) / each);
  const advice = `with ${kind} at most ${most} parameters fit (${Math.ceil(each)} bytes each), here are ${count}`;
  return new OutOfMemoryError(state, available, advice);
}
