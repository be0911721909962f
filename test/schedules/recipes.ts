import { readFileSync } from "node:fs";
import * as schedules from "../../src/schedules/index.js";

/** A call of another library, the call of ours that gives the same, and the values of what both leave open. */
interface Row {
  library: string;
  theirs: string;
  ours: string;
  sets: Record<string, unknown>[];
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../golden/schedules/${name}.json`, import.meta.url), "utf8"));

export const recipes: { readonly schedules: readonly Row[]; readonly plateaus: readonly Row[] } = read("recipes");

/** The right-hand side of a row, as a reader would type it. */
export function build<T>(ours: string, set: Record<string, unknown>): T {
  const scope = { ...schedules, ...set };
  return new Function(...Object.keys(scope), `return ${ours}`)(...Object.values(scope));
}
