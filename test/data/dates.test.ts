// Which cells are days: those of the Gregorian calendar, in every form that is read.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { datasetsFromCSV, describeTable, encodeFeatures, noteText, parseCSV } from "../../src/data/csv.js";
import { dateNumber } from "../../src/data/numbers.js";

const NAMES = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const two = (n: number) => String(n).padStart(2, "0");
const four = (n: number) => String(n).padStart(4, "0");

/** How a day is written; the second says whether the day stands in front of the month. */
const FORMS: Record<string, [(y: number, m: number, d: number) => string, boolean]> = {
  iso: [(y, m, d) => `${four(y)}-${two(m)}-${two(d)}`, false],
  slashes: [(y, m, d) => `${four(y)}/${m}/${d}`, false],
  "points, the year first": [(y, m, d) => `${four(y)}.${two(m)}.${two(d)}`, false],
  "the day first": [(y, m, d) => `${d}/${m}/${four(y)}`, true],
  "the month first": [(y, m, d) => `${two(m)}-${two(d)}-${four(y)}`, false],
  points: [(y, m, d) => `${two(d)}.${two(m)}.${four(y)}`, false],
  "a name behind the day": [(y, m, d) => `${two(d)} ${(NAMES[m - 1] ?? "Ma").slice(0, 3)} ${four(y)}`, false],
  "a name before the day": [(y, m, d) => `${NAMES[m - 1] ?? "Ma"} ${two(d)}, ${four(y)}`, false],
  "a day of the week": [(y, m, d) => `Mon, ${two(d)}-${(NAMES[m - 1] ?? "Ma").slice(0, 3)}-${four(y)}`, false],
};

/** The calendar, without Date. */
const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const lengthOf = (year: number, month: number) => [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
const isDay = (year: number, month: number, day: number) => day >= 1 && day <= lengthOf(year, month);
/** Days since 1970-01-01 of the days from civil (H. Hinnant). */
function daysOf(year: number, month: number, day: number): number {
  const y = year - (month <= 2 ? 1 : 0);
  const era = Math.floor(y / 400);
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const ofEra = (y - era * 400) * 365 + Math.floor((y - era * 400) / 4) - Math.floor((y - era * 400) / 100) + ofYear;
  return era * 146_097 + ofEra - 719_468;
}

describe.each(Object.entries(FORMS))("%s", (_, [write, dayFirst]) => {
  test("reads every day there is, and no other", () => {
    for (const year of [4, 99, 100, 1600, 1700, 1900, 1970, 2000, 2023, 2024, 2100, 9999])
      for (let month = 0; month <= 13; month++)
        for (let day = 0; day <= 32; day++) {
          const expected = isDay(year, month, day) ? daysOf(year, month, day) : undefined;
          expect([write(year, month, day), dateNumber(write(year, month, day), dayFirst)]).toEqual([write(year, month, day), expected]);
        }
  });

  test("reads times of a day, and no other", () => {
    const part = fc.integer({ min: 0, max: 99 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 31 }),
        part,
        part,
        part,
        (y, m, d, hour, minute, second) => {
          const real = isDay(y, m, d) && minute < 60 && second <= 60 && hour * 3600 + minute * 60 + second <= 86_400;
          const read = dateNumber(`${write(y, m, d)} ${two(hour)}:${two(minute)}:${two(second)}`, dayFirst);
          if (!real) expect(read).toBeUndefined();
          else expect(read).toBeCloseTo(daysOf(y, m, d) + (hour * 3600 + minute * 60 + second) / 86_400, 6);
        },
      ),
    );
  });
});

test.each([
  ["2024-03-04 13:00 PM", undefined],
  ["2024-03-04 12:00 PM", 0.5],
  ["2024-03-04 0:30 AM", 0.5 / 24],
  ["2024-03-04 24:00", 1],
  ["2024-03-04 24:01", undefined],
  ["2024-03-04 25:00", undefined],
  ["2024-03-04 10:60", undefined],
  ["2024-03-04 23:59:60", 1],
  ["2024-03-04T00:00+24:00", undefined],
  ["2024-03-04T00:00-0560", undefined],
  ["2024-03-04T00:00-0545", 5.75 / 24],
])("%s", (cell, expected) => {
  const read = dateNumber(cell, false);
  if (expected === undefined) expect(read).toBeUndefined();
  else expect(read).toBeCloseTo(daysOf(2024, 3, 4) + expected, 9);
});

describe("a column", () => {
  const file = (...days: string[]) => `day,x,y\n${days.map((day, i) => `${day},${i},${i % 2 ? "a" : "b"}`).join("\n")}\n`;
  const days = Array.from({ length: 28 }, (_, i) => `${two(i + 1)}.02.2023`);
  const kindOf = (text: string) =>
    datasetsFromCSV(text, { target: "y", validation: 0.2, test: 0 }).summary.find(({ name }) => name === "day")?.kind;

  test("with a day that does not exist says so, and where", () => {
    const options = { target: "y", validation: 0.2, test: 0 };
    expect(kindOf(file(...days))).toBe("date");
    const slip = file(...days, "29.02.2023", "30.02.2023", "29.02.2023");
    const { summary, notes } = datasetsFromCSV(slip, options);
    expect(summary.find(({ name }) => name === "day")).toMatchObject({ kind: "date", use: "left out", reason: "date" });
    expect(notes).toContainEqual({ kind: "slip", column: "day", of: "date", text: "29.02.2023", row: 29, cells: 3 });
    expect(notes.map((note) => noteText(note))).toContain(
      'column day, row 29: "29.02.2023" is not a date, as most of this column (3 cells are not): correct it, add it to missingValues, or read the column as texts with categorical: ["day"]',
    );
    expect(() => datasetsFromCSV(slip, { ...options, include: ["day"] })).toThrow(
      /^row 29, column day: "29\.02\.2023" is not a date, as most/,
    );
    const missing = { ...options, include: ["day"], missing: "mean" as const, missingValues: ["29.02.2023", "30.02.2023"] };
    expect(datasetsFromCSV(slip, missing).notes).toContainEqual(expect.objectContaining({ kind: "date format", column: "day" }));
    expect(kindOf(file(...days.slice(0, 14), ...days.slice(0, 15).map((_, i) => `none ${i}`)))).toBe("text");
  });

  test("of numbers or dates with a slip says so in a description", () => {
    const numbers = Array.from({ length: 40 }, (_, i) => (i === 7 ? "n.b." : String(i * 1.5)));
    const { notes } = describeTable(parseCSV(file(...numbers)));
    expect(notes).toContainEqual({ kind: "slip", column: "day", of: "number", text: "n.b.", row: 8, cells: 1 });
    // a target is refused where that matters, and no slip where its cells are asked for as classes
    const target = { target: "day", task: "classification" } as const;
    expect(describeTable(parseCSV(file(...numbers)), target).notes).not.toContainEqual(expect.objectContaining({ kind: "slip" }));
    expect(describeTable(parseCSV(file(...numbers)), { exclude: ["day"] }).notes).toEqual([expect.objectContaining({ column: "x" })]);
  });

  test("of dates names such a day in another file", () => {
    const { encoder } = datasetsFromCSV(file(...days), { target: "y", include: ["day"], validation: 0.2, test: 0 });
    expect(() => encodeFeatures(encoder, parseCSV(file("01.02.2023", "29.02.2023")))).toThrow(/row 2, column day: .*29\.02\.2023/);
  });
});
