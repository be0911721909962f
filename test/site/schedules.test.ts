import { readFileSync } from "node:fs";
import recipes from "virtual:recipes";
import { expect, test } from "vitest";
import { equivalents, type Recipe } from "../../site/src/schedules/equivalents.js";
import { codeOf, GALLERY, type Plain } from "../../site/src/schedules/kinds.js";
import { ratesOf } from "../../site/src/schedules/rates.js";
import { made } from "../../site/src/schedules/state.js";
import { decode, encode } from "../../site/src/ui/hash.js";
import * as schedules from "../../src/entries/schedules.js";
import { scheduleRules } from "../../src/generated/scheduleRules.js";

interface Row {
  library: string;
  theirs: string;
  ours: string;
  sets: Record<string, unknown>[];
}

const golden: { schedules: Row[]; plateaus: Row[] } = JSON.parse(readFileSync("test/golden/schedules/recipes.json", "utf8"));
const run = (code: string, scope: Record<string, unknown>) =>
  new Function(...Object.keys(scope), `return ${code}`)(...Object.values(scope));

test("the gallery has every kind that JSON can hold", () => {
  const known = scheduleRules.map(({ kind }) => kind).filter((kind) => kind !== "lambda" && kind !== "multiplicative");
  expect(GALLERY.map(([, { kind }]) => kind).sort()).toEqual([...known].sort());
});

test.each(GALLERY.map(([, start]) => [start.kind, start] as const))("the code of %s makes the same rates as its form", (_, start) => {
  const form = made(start) as { schedule: schedules.Schedule };
  expect(ratesOf(run(codeOf(start), schedules) as schedules.Schedule)).toEqual(ratesOf(form.schedule));
});

test.each(GALLERY.map(([, start]) => [start.kind, start] as const))("%s comes through an address", (_, start) => {
  const strange = { start, text: 'it\'s (a) {"test"}: 1, 2 %22 ü' };
  expect(decode(`#${encode(strange)}`)).toEqual(strange);
});

const rows = golden.schedules.filter(({ library, ours }) => library !== "formula" && !/=>/.test(ours));

test.each(rows.map((row) => [row.library, row.theirs, row] as const))(
  "%s: %s is found again for the schedules it is equal to",
  (library, theirs, row) => {
    for (const set of row.sets) {
      const schedule = JSON.parse(JSON.stringify(run(row.ours, { ...schedules, ...set }))) as Plain;
      const rates = ratesOf(run(row.ours, { ...schedules, ...set }) as schedules.Schedule);
      const found = equivalents(recipes as readonly Recipe[], schedule, Math.max(...rates));
      const name = /\w+(?=\()/.exec(theirs)?.[0] as string;
      expect(
        found.filter((one) => one.library === library && one.call.includes(name)),
        `${theirs} with ${JSON.stringify(set)}`,
      ).not.toEqual([]);
    }
  },
);

test("a schedule that no library has is not given another's call", () => {
  const schedule = { kind: "cosine", rate: 0.1, end: 0, steps: 100, exponent: 1.5, delay: 2, cycles: 3, periodic: false };
  expect(equivalents(recipes as readonly Recipe[], schedule, 0.1)).toEqual([]);
});
