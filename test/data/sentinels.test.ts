import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { datasetsFromCSV, parseCSV } from "../../src/data/csv.js";
import { describeTable } from "../../src/data/describe.js";
import { noteText } from "../../src/data/notes.js";

/** The notes on a column of these cells, beside a target. */
function notesOn(cells: readonly (number | string)[], options: object = {}) {
  const lines = cells.map((cell, i) => `${cell},${"ab"[i % 2]}`);
  const table = parseCSV(["age,kind", ...lines].join("\n"));
  const { notes } = describeTable(table, { target: "kind", ...options });
  return notes.filter(({ kind }) => kind === "sentinel");
}

describe("a number that may stand for a missing cell", () => {
  test.each([-999, -9999, 9999])("%i is told where it stands twice or more, far from all others", (value) => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 20, maxLength: 60 }),
        fc.integer({ min: 2, max: 6 }),
        fc.constantFrom(0, 1, 3),
        (ages, cells, digits) => {
          const texts = [...ages, 0, 90, ...Array(cells).fill(value)].map((number) =>
            digits > 0 && number !== value ? `${number}.${"5".repeat(digits)}` : number,
          );
          const [note, ...others] = notesOn(texts);
          expect(others).toEqual([]);
          expect(note).toEqual({ kind: "sentinel", column: "age", value, cells });
          expect(noteText(note as never)).toContain(`column age: ${value} stands in ${cells} cells, far from all others`);
          // one that is declared is missing, and no longer told
          expect(notesOn(texts, { missingValues: ["", String(value)], missing: "mean" })).toEqual([]);
        },
      ),
      { numRuns: 30 },
    );
  });

  test.each<[string, (number | string)[]]>([
    ["that stands once", [1, 2, 3, 4, -999]],
    ["close to the others", [-400, -999, -999, 0, 900]],
    ["among numbers that are all the same", [5, 5, 5, -999, -999]],
    ["that is no usual one", [1, 2, 3, -777, -777]],
  ])("is not told of one %s", (_, cells) => {
    expect(notesOn(cells)).toEqual([]);
  });
});

test("features are those named, in that order, less those excluded", () => {
  const table = parseCSV("a,b,c,kind\n1,5,9,x\n2,7,8,y\n3,6,7,x\n4,9,5,y\n");
  const names = (options: object) => datasetsFromCSV(table, { target: "kind", validation: 0.25, ...options }).training.featureNames;
  expect(names({})).toEqual(["a", "b", "c"]);
  expect(names({ features: ["c", "a"] })).toEqual(["c", "a"]);
  expect(names({ exclude: ["b"] })).toEqual(["a", "c"]);
  expect(names({ features: ["c", "b", "a"], exclude: ["b"] })).toEqual(["c", "a"]);
});
