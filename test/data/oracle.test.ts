import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCSV } from "../../src/data/csv.js";

const cell = fc.oneof(
  fc.constantFrom("", "a", "b c", 'say "hi"', "x,y", "two\nlines", "ä", "00501"),
  fc.integer({ min: -999, max: 999 }).map(String),
);
const quoted = (text: string, always: boolean) => (always || /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

test("any well-formed text is the table that csv-parse reads", () => {
  const width = 3;
  const rows = fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: width, maxLength: width }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(rows, fc.constantFrom("\n", "\r\n"), fc.boolean(), (table, end, last) => {
      const lines = [["p", "q", "r"], ...table.map((row) => row.map(([text, always]) => quoted(text, always)))].map((row) => row.join(","));
      const text = lines.join(end) + (last ? end : "");
      const expected = parse(text, { delimiter: ",", trim: true, skip_empty_lines: true }) as string[][];
      const read = parseCSV(text, { delimiter: "," });
      expect(read.columnNames).toEqual(expected[0]);
      expect(read.rows).toBe(expected.length - 1);
      for (let row = 0; row < read.rows; row++) {
        // numbers are kept as numbers
        const cells = read.columnNames.map((name) => read.value(row, name));
        expect(cells.map(String)).toEqual(expected[row + 1]);
      }
    }),
    { numRuns: 500 },
  );
});
