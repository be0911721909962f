import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CsvReader, datasetsFromCSV, describeTable, encodeFeatures, parseCSV, readEncoder, TextReader } from "../../src/data/csv.js";
import { DataError, OutOfMemoryError, StepsizeError } from "../../src/options/errors.js";

/** Reads bytes as the command line does and makes data sets of every column that could be the target. Only errors of ours may come. */
function attempt(bytes: Uint8Array, size = 997): "data" | "refused" {
  try {
    const [reader, text] = [new CsvReader({ memory: 2 ** 28 }), new TextReader()];
    for (let i = 0; i < bytes.length; i += size) reader.push(text.push(bytes.subarray(i, i + size)));
    reader.push(text.end());
    const table = reader.end();
    describeTable(table);
    for (const target of table.columnNames.slice(0, 3)) {
      try {
        const parts = datasetsFromCSV(table, { target, missing: "mean" });
        for (const part of [parts.training, parts.validation]) {
          expect(part.features.every(Number.isFinite) && Array.from(part.targets).every(Number.isFinite)).toBe(true);
          expect(part.features).toHaveLength(part.rows * part.columns);
        }
        // what was learnt is JSON, and reads the same table again
        const encoder = readEncoder(JSON.parse(JSON.stringify(parts.encoder)));
        encodeFeatures(encoder, table, { unknown: "ignore" });
      } catch (error) {
        expect(error).toBeInstanceOf(StepsizeError);
      }
    }
    return "data";
  } catch (error) {
    expect(error).toBeInstanceOf(StepsizeError);
    return "refused";
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const lines = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join("\n");

/** Each stands for a kind; all are varied below. */
const HOSTILE: Readonly<Record<string, string | Uint8Array>> = {
  nothing: "",
  "a byte order mark alone": "\ufeff",
  "one quote": '"',
  "quotes alone": '"""""""',
  "an open quote and much behind it": `a,b\n"${"x,1\n".repeat(50_000)}`,
  "a quote in every cell": `a,b\n${lines(2000, (i) => `"${i}","""${i}"""`)}`,
  "delimiters alone": ",".repeat(5000),
  "delimiters and line ends": ",,,\n".repeat(2000),
  "carriage returns": "a,b\r1,2\r\r\r3,4\r",
  "a line without end": "a".repeat(2 ** 21),
  "a cell without end": `a,b\n1,${"9".repeat(2 ** 21)}\n`,
  "a number of 100,000 digits": `a,b\n${"1".repeat(100_000)},x\n2,y\n`,
  "a fraction of 100,000 digits": `a,b\n0.${"1".repeat(100_000)},x\n2,y\n`,
  "huge exponents": `a,y\n1e999999999,x\n-1e-999999999,y\n1e308,x\n`,
  "the ends of float32": `a,y\n3.4028235677973366e38,x\n-3.4028234663852886e38,y\n1e-45,x\n`,
  "signs alone": "a,b\n+,-\n.,+.\ne5,-e\n",
  zeros: new Uint8Array(100_000),
  "a NUL in a cell": "a,b\n1,\0\n",
  "half a surrogate": "a,b\n\ud800,1\n",
  "bytes of no encoding": Uint8Array.from({ length: 5000 }, (_, i) => (i * 151) & 255),
  "UTF-8 that turns into Latin-1": Buffer.concat([bytesOf(`a,b\nä,1\n${"x,2\n".repeat(30_000)}`), Buffer.from("ä,1\n", "latin1")]),
  "UTF-16 with half a unit": Buffer.concat([Buffer.from("\ufeffa,b\n1,2\n", "utf16le"), Uint8Array.of(7)]),
  "a zip": Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0),
  "a web page": "<!DOCTYPE html><html><body>a,b</body></html>",
  "a column with two names": "a,a\n1,2\n",
  "names from prototypes": "__proto__,constructor,toString,y\n1,2,3,a\n4,5,6,b\n7,8,9,a\n1,1,1,b\n3,3,3,a\n",
  "texts from prototypes": `a,y\n${lines(40, (i) => `${["__proto__", "constructor", "hasOwnProperty"][i % 3]},${i % 2}`)}\n`,
  "ragged rows": `a,b,c\n${lines(100, (i) => "1,".repeat(i % 5))}`,
  "a thousand columns and a row": `${lines(1, () => Array.from({ length: 1000 }, (_, i) => `c${i}`).join())}\n${"1,".repeat(999)}1\n`,
  "as many texts as rows": `a,b,y\n${lines(3000, (i) => `name${i},${i % 7},${i % 2}`)}\n`,
  "backtracking for dates": `a,y\n${lines(50, (i) => `${"Monday ".repeat(40)}${i},x`)}\n`,
  "backtracking for numbers": `a,y\n${lines(50, (i) => `${"1 ".repeat(2000)}x${i},x`)}\n`,
  "backtracking for thousands": `a,y\n${lines(20, () => `"${"1,234".repeat(2000)}x",x`)}\n`,
  "dates that do not exist": "d,y\n2024-02-31,1\n2024-13-01,2\n99/99/9999,3\n0000-00-00,4\n",
  "escape sequences": "\u001b[31mRED,z,y\u001b]0;pwn\u0007\n1,2,a\u001b[2J\n3,4,b\n5,6,a\u001b[2J\n1,1,b\n2,2,b\n",
  "mixed decimal signs": `a;y\n${lines(60, (i) => `${i % 2 ? "1,5" : "1.5"};${i}`)}\n`,
  "a bar of every delimiter": lines(50, (i) => `a,b;c\td|${i}`),
  "constant columns": `a,b,y\n${lines(40, (i) => `1,x,${i % 2}`)}\n`,
  "a constant target": `a,y\n${lines(40, (i) => `${i},7`)}\n`,
  "missing cells alone": `a,b\n${lines(20, () => ",NA")}\n`,
  "comments alone": "# a\n# b\n# c\n",
};

describe("hostile files give data or an error of ours", () => {
  test.each(Object.entries(HOSTILE))("%s", (_, source) => {
    attempt(typeof source === "string" ? bytesOf(source) : source);
  });

  test("and so do 400 mutations of them", () => {
    const sources = Object.values(HOSTILE)
      .map((source) => (typeof source === "string" ? bytesOf(source) : source))
      .filter((bytes) => bytes.length < 20_000);
    const pieces = [",", ";", "\n", "\r", '"', '""', "\0", "1", ".", "e", "-", "#", "\t", "\ufeff", "NA", "é"].map(bytesOf);
    const edits = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom("insert", "delete", "double"), fc.constantFrom(...pieces)),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(fc.constantFrom(...sources), edits, fc.integer({ min: 1, max: 300 }), (source, changes, size) => {
        let bytes: Uint8Array = source;
        for (const [share, edit, piece] of changes) {
          const at = Math.floor(share * bytes.length);
          const tail = edit === "delete" ? bytes.subarray(at + 3) : bytes.subarray(edit === "double" ? Math.max(0, at - 9) : at);
          bytes = Buffer.concat([bytes.subarray(0, at), edit === "insert" ? piece : new Uint8Array(0), tail]);
        }
        attempt(bytes, size);
      }),
      { numRuns: 400 },
    );
  });

  test("random bytes and random tables", () => {
    const cell = fc.constantFrom(
      "0",
      "1",
      "-2.5",
      "1e38",
      "1e999",
      "NaN",
      "inf",
      "NA",
      "",
      "a",
      "b",
      "1,5",
      "1.234",
      "$3",
      "4 %",
      "2024-01-31",
      "007",
      '"q,"',
      '"',
    );
    const table = fc
      .tuple(fc.array(fc.array(cell, { minLength: 3, maxLength: 4 }), { minLength: 1, maxLength: 30 }), fc.constantFrom(",", ";", "\t"))
      .map(([rows, delimiter]) => bytesOf(["x,t,y".replaceAll(",", delimiter), ...rows.map((row) => row.join(delimiter))].join("\n")));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), table), (bytes) => {
        attempt(bytes);
      }),
      { numRuns: 400 },
    );
  });
});

describe("limits", () => {
  test("an endless file ends with an error of ours before memory does", () => {
    const reader = new CsvReader({ memory: 2 ** 22 });
    const piece = "1,2,3,4\n".repeat(10_000);
    let pushed = 0;
    const push = () => {
      for (reader.push("a,b,c,d\n"); pushed < 100; pushed++) reader.push(piece);
    };
    expect(push).toThrow(OutOfMemoryError);
    // 32 bytes a row: 16 in the table, 16 in the data set
    expect(pushed * 10_000 * 32).toBeLessThan(2 ** 22 + 20_000 * 32);
  });

  test.each([
    ["zeros", new Uint8Array(0x1_0000)],
    ["a line without end", new Uint8Array(0x1_0000).fill(97)],
    ["delimiters without end", new Uint8Array(0x1_0000).fill(44)],
  ])("%s end early", (_, piece) => {
    const [reader, text] = [new CsvReader(), new TextReader()];
    let pieces = 0;
    const read = () => {
      for (; pieces < 1000; pieces++) reader.push(text.push(piece));
    };
    expect(read).toThrow(DataError);
    expect(pieces).toBeLessThan(80);
  });

  test("a column with more texts than are kept is left out, or read if they are numbers or dates", () => {
    const rows = 0x1_0000 + 1000;
    const source = `name,price,day,y\n${lines(rows, (i) => `n${i},"$${i}.50",${new Date(i * 3_600_000).toISOString()},${i % 2 ? "a" : "b"}`)}\n`;
    const table = parseCSV(source);
    expect(describeTable(table).columns).toMatchObject([
      { name: "name", kind: "text", distinct: null, use: "left out", reason: "identifier" },
      { name: "price", kind: "number", range: [0.5, rows - 0.5], use: "feature" },
      { name: "day", kind: "date", range: [0, (rows - 1) / 24], use: "left out", reason: "date" },
      { name: "y", kind: "text", distinct: 2 },
    ]);
    expect(() => datasetsFromCSV(table, { target: "y", include: ["name"] })).toThrow(
      "column name has more than 65,536 different texts: exclude it",
    );
    const { training, encoder } = datasetsFromCSV(table, { target: "y", include: ["day"] });
    expect(training.featureNames).toEqual(["price", "day"]);
    expect(encodeFeatures(encoder, parseCSV("price,day\n$1.50,1970-01-02T00:00:00Z\n")).rows).toBe(1);
  });
});
