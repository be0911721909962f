import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as schedules from "../../src/schedules/index.js";
import { build, recipes } from "./recipes.js";

interface Golden {
  version: string;
  schedules: { theirs: string; rates: number[][] }[];
  metrics?: number[][];
  plateaus?: { theirs: string; rates: number[][][] }[];
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../golden/schedules/${name}.json`, import.meta.url), "utf8"));
const libraries = [...new Set(recipes.schedules.map((row) => row.library))];

/** Relative; where the golden rate is 0, to the highest of its curve. */
function difference(rate: number, golden: number, peak: number): number {
  return Math.abs(rate - golden) / Math.abs(golden || peak);
}

describe.each(libraries)("%s", (library) => {
  const golden: Golden = read(library.toLowerCase());
  const rows = recipes.schedules.filter((row) => row.library === library);
  let worst = 0;

  test.each(rows)("$theirs is $ours", ({ theirs, ours, sets }) => {
    const rates = golden.schedules.find((row) => row.theirs === theirs)?.rates ?? [];
    expect(rates.length).toBe(sets.length);
    expect(sets.length).toBeGreaterThanOrEqual(2);
    sets.forEach((set, i) => {
      const expected = rates[i] as number[];
      const actual = schedules.ratesBetween(build<schedules.Schedule>(ours, set), 0, 200);
      const peak = Math.max(...expected);
      const differences = expected.map((value, step) => difference(actual[step] as number, value, peak));
      const largest = Math.max(...differences);
      worst = Math.max(worst, largest);
      expect(largest, `${JSON.stringify(set)} at step ${differences.indexOf(largest)}`).toBeLessThanOrEqual(1e-12);
    });
  });

  test("the largest relative difference", () => {
    console.log(`${golden.version}: ${rows.length} schedules, largest relative difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThanOrEqual(1e-12);
  });

  test.each(recipes.plateaus.filter((row) => row.library === library))("$theirs is $ours", ({ theirs, ours, sets }) => {
    const rates = golden.plateaus?.find((row) => row.theirs === theirs)?.rates ?? [];
    expect(rates.length).toBe(sets.length);
    sets.forEach((set, i) => {
      const schedule = build<schedules.ScheduleDescription>(ours, set);
      golden.metrics?.forEach((metrics, j) => {
        let state = schedules.startPlateau(schedule);
        const actual = metrics.map((metric) => {
          state = schedules.observePlateau(schedule, schedules.plateauStateFromJSON(schedule, JSON.parse(JSON.stringify(state))), metric);
          return state.rate;
        });
        const expected = rates[i]?.[j] as number[];
        expect(new Set(expected).size, "the series must lead to reductions").toBeGreaterThan(1);
        const differences = expected.map((value, step) => Math.abs((actual[step] as number) - value) / value);
        expect(Math.max(...differences), `${JSON.stringify(set)}, series ${j}`).toBeLessThanOrEqual(1e-12);
      });
    });
  });
});
