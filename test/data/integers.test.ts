import fc from "fast-check";
import { expect, test } from "vitest";
import { RecordReader } from "../../src/data/records.js";
import { Records } from "../support/records.js";

/** The records of pieces, and how many cells came as integers. */
function read(pieces: readonly string[], delimiter: string, comment?: string): { records: string[][]; error: string; integers: number } {
  const records = new Records();
  let error = "";
  try {
    const reader = new RecordReader(records, { delimiter, comment });
    for (const piece of pieces) reader.push(piece);
    reader.end();
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  return { records: records.all, error, integers: records.integers };
}

const integers = fc.constantFrom("0", "1", "7", "42", "007", "123456789", "1234567890");
const others = fc.constantFrom("", "-3", "+3", "1.5", "a", " ", "\t", '"', '"1"', '"8,9"', "#", "1 2");
const signs = fc.constantFrom(",", ",", ",", ";", ";", "\t", " ", "::", "\n", "\n", "\r\n", "\r");
const cells = fc.tuple(fc.oneof({ weight: 4, arbitrary: integers }, { weight: 1, arbitrary: others }), signs);
const texts = fc.array(cells, { minLength: 5, maxLength: 40 }).map((words) => words.flat().join(""));

test("integers that are read on the way are the cells that all others are", () => {
  let found = 0;
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom(",", ";", "\t", " ", "1", ".", "::"),
      fc.constantFrom(undefined, "#", "1"),
      fc.nat({ max: 40 }),
      (text, delimiter, comment, cut) => {
        // only a text without other characters than ASCII is read as bytes
        const all = read([`é\n${text}`], delimiter, comment);
        const quick = read([text.slice(0, cut), text.slice(cut)], delimiter, comment);
        expect(all.integers).toBe(0);
        expect(quick.records).toEqual(all.records.slice(1));
        expect(quick.error).toBe(all.error);
        found += quick.integers;
      },
    ),
    { numRuns: 5000 },
  );
  expect(found).toBeGreaterThan(1000);
});

test("a long text is read in parts", () => {
  const { records, integers } = read(["31,ab,507\r\n".repeat(60_000)], ",");
  expect(integers).toBe(120_000);
  expect(records.length).toBe(60_001);
  expect(records.slice(0, -1).every((record) => record.join() === "31,ab,507")).toBe(true);
});
