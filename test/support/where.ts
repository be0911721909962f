import { test } from "vitest";

/** `test` where it applies, and nothing elsewhere: a combination without meaning is no test, and no skipped one either. */
export function where(applies: boolean | undefined): (name: string, run: () => void) => void {
  return applies ? test : () => {};
}
