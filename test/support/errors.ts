import { expect } from "vitest";

/** What an action throws; fails when it throws nothing. */
export function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return expect.fail("throws nothing");
}
