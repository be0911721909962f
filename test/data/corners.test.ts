// What few files and streams have, each with what comes of it.
import { describe, expect, test } from "vitest";
import {
  type ColumnSummary,
  type CsvTable,
  describeTable,
  encodeTable,
  fitEncoder,
  parseCSV,
  type QuantityTarget,
} from "../../src/data/csv.js";
import { type Classification, dataset, type Regression } from "../../src/data/dataset.js";
import { dateNumber, dressedNumber } from "../../src/data/numbers.js";
import { type RecordOptions, RecordReader } from "../../src/data/records.js";
import { type Targets, targetsFor } from "../../src/data/targets.js";
import { hinge } from "../../src/models/losses/hinge.js";
import { poisson } from "../../src/models/losses/poisson.js";
import { DataError, ShapeError } from "../../src/options/errors.js";
import { Records } from "../support/records.js";

describe("a number in some dress", () => {
  test.each<[string, "." | ",", number | undefined]>([
    ["1,234.5", ".", 1234.5],
    ["1.234,5", ",", 1234.5],
    ["(500)", ".", -500],
    ["(500", ".", undefined],
    ["500)", ".", undefined],
    ["-5", ".", -5],
    ["−5", ".", -5],
    ["-$5", ".", -5],
    ["$-5", ".", -5],
    ["-$-5", ".", undefined],
    ["12 %", ".", 12],
    ["1 234,50 €", ",", 1234.5],
    ["1,23,4", ".", undefined],
    ["word", ".", undefined],
  ])("%s with %s is %s", (cell, decimal, value) => {
    expect(dressedNumber(cell, decimal)?.value).toBe(value);
  });
});

describe("a day", () => {
  const day = (text: string) => Date.parse(text) / 86_400_000;
  test.each<[string, boolean, number | undefined]>([
    ["2024-03-04", false, day("2024-03-04")],
    ["2024-03", false, day("2024-03-01")],
    ["3/4/2024", false, day("2024-03-04")],
    ["3/4/2024", true, day("2024-04-03")],
    ["3.4.2024", false, day("2024-04-03")],
    ["3/4/69", false, day("2069-03-04")],
    ["3/4/70", false, day("1970-03-04")],
    ["13/4/2024", false, undefined],
    ["4 Mar 2024", false, day("2024-03-04")],
    ["Mon, 4-mar-24", false, day("2024-03-04")],
    ["March 4, 2024", false, day("2024-03-04")],
    ["2024-03-04 12:30 PM", false, day("2024-03-04T12:30Z")],
    ["2024-03-04 12:30 AM", false, day("2024-03-04T00:30Z")],
    ["2024-03-04 1:30 PM", false, day("2024-03-04T13:30Z")],
    ["2024-03-04T01:30:15.5Z", false, day("2024-03-04T01:30:15.500Z")],
    ["2024-03-04T01:30+02:00", false, day("2024-03-04T01:30+02:00")],
    ["2024-03-04T01:30-0530", false, day("2024-03-04T01:30-05:30")],
    ["2024-13-04", false, undefined],
    ["2024-1", false, day("2024-01-01")],
    ["@@@@@@@", false, undefined],
    ["12345", false, undefined],
  ])("%s (day first: %s) is %s", (cell, dayFirst, expected) => {
    const read = dateNumber(cell, dayFirst);
    if (expected === undefined) expect(read).toBeUndefined();
    else expect(read).toBeCloseTo(expected, 9);
  });
});

describe("a file in two pieces is the file, wherever it is cut", () => {
  /** The cells of pieces, record by record. */
  function recordsOf(pieces: readonly string[], options: Partial<RecordOptions>): string[][] {
    const records = new Records();
    const reader = new RecordReader(records, { delimiter: ",", ...options });
    for (const piece of pieces) reader.push(piece);
    reader.end();
    return records.all.slice(0, -1);
  }
  const cuts = (text: string) => Array.from({ length: text.length + 1 }, (_, cut) => [text.slice(0, cut), "", text.slice(cut)]);

  test.each<[string, string, Partial<RecordOptions>, string[][]]>([
    [
      "lines that end in CR LF",
      "a,b\r\n1,x\r\n2,y\r\n",
      {},
      [
        ["a", "b"],
        ["1", "x"],
        ["2", "y"],
      ],
    ],
    [
      "quotes and CR LF",
      'a,b\r\n"1","x ""y"""\r\n2,"z\r\n!"\r\n',
      {},
      [
        ["a", "b"],
        ["1", 'x "y"'],
        ["2", "z\r\n!"],
      ],
    ],
    [
      "lines that end in CR",
      "a,b\r1,x\r2,y\r",
      {},
      [
        ["a", "b"],
        ["1", "x"],
        ["2", "y"],
      ],
    ],
    [
      "comments of two characters",
      "//x,y\na,b\n//1,2\n1,/x\n2,y\n//end",
      { comment: "//" },
      [
        ["a", "b"],
        ["1", "/x"],
        ["2", "y"],
      ],
    ],
    [
      "delimiters of two characters",
      'a||b\n"1" ||x|y\n2||"z"\n',
      { delimiter: "||" },
      [
        ["a", "b"],
        ["1", "x|y"],
        ["2", "z"],
      ],
    ],
    [
      "tabs, and blanks behind a quote",
      'a\tb\n"1" \t x \n',
      { delimiter: "\t" },
      [
        ["a", "b"],
        ["1", "x"],
      ],
    ],
    [
      "a last line without an end",
      "a,b\n1,x\n2,",
      {},
      [
        ["a", "b"],
        ["1", "x"],
        ["2", ""],
      ],
    ],
  ])("%s", (_, text, options, records) => {
    for (const pieces of cuts(text)) expect({ pieces, records: recordsOf(pieces, options) }).toEqual({ pieces, records });
  });

  test.each([
    ["a quote that is out of place", 'a,b\n"1"x,2\n', {}],
    ["a quote within a cell", 'a,b\n1"x,2\n', {}],
    ["a quote before half a delimiter", 'a||b\n"1"|x||2\n', { delimiter: "||" }],
    ["a quote that is not closed", 'a,b\n"1,2\n', {}],
  ])("%s is refused", (_, text, options) => {
    for (const pieces of cuts(text)) expect(() => recordsOf(pieces, options)).toThrow(/a quote is (out of place|not closed)/);
  });
});

describe("a column of more than 65,536 texts", () => {
  const many = 65_540;
  const column = (cell: (i: number) => string) =>
    parseCSV(`n,v\n${Array.from({ length: many }, (_, i) => `${i},${cell(i)}`).join("\n")}\n`);
  const summary = (table: CsvTable) => describeTable(table, {}).columns[1] as ColumnSummary;

  test.each<[string, (i: number) => string, (i: number) => number]>([
    ["of numbers with signs for thousands", (i) => `"${(1000 + i).toLocaleString("en-US")}"`, (i) => 1000 + i],
    ["of amounts, some without a dress", (i) => (i % 7 === 0 ? String(i) : `$${i}.5`), (i) => (i % 7 === 0 ? i : i + 0.5)],
    ["of amounts between fractions", (i) => (i === 3 ? "0.1234567" : `$${i}`), (i) => (i === 3 ? 0.1234567 : i)],
  ])("%s holds numbers", (_, cell, value) => {
    const table = column(cell);
    expect(summary(table).kind).toBe("number");
    const encoder = fitEncoder(table, { target: "v", task: "regression", features: ["n"] });
    const { targets } = encodeTable(encoder, table) as Regression;
    const { mean, scale } = (encoder.target as QuantityTarget).scaler;
    for (const i of [0, 3, 700, many - 1])
      expect((targets[i] as number) * (scale[0] as number) + (mean[0] as number)).toBeCloseTo(value(i), 1);
  });

  test.each<[string, (i: number) => string]>([
    ["of words", (i) => `w${i}`],
    ["of words and, at the end, numbers in any form", (i) => (i < many - 3 ? `w${i}` : (["12", "1e5", "x"][i % 3] as string))],
  ])("%s is given up", (_, cell) => {
    const table = column(cell);
    expect(summary(table)).toMatchObject({ kind: "text", use: "left out", reason: "identifier" });
    expect(() => fitEncoder(table, { target: "v", features: ["n"] })).toThrow(/more than 65,536 different texts/);
    expect(table.value(0, "v")).toBeUndefined();
  });
});

describe("a column of numbers keeps them as they are written", () => {
  test.each<[string, string[]]>([
    ["more decimals later", ["1", "2.5", "3.125", "-4"]],
    ["more decimals than whole numbers have room for", ["2147483", "0.1", "0.12345678901", "5"]],
    ["a number that is too large for the decimals before it", ["0.001", "2147483647", "1"]],
    ["exponents", ["1", "1e3", "2.5e-3", "1e20"]],
    ["very many decimals", ["0.1", "0.12345678901234567890123456789", "3"]],
  ])("%s", (_, cells) => {
    const table = parseCSV(`v,k\n${cells.map((cell) => `${cell},a`).join("\n")}\n`);
    expect(cells.map((_, row) => Number(table.value(row, "v")))).toEqual(cells.map(Number));
  });
});

describe("targets for a loss", () => {
  const rows = (targets: readonly number[]) => targets.map((target) => [target]);
  const classes = (...targets: number[]) => dataset(rows(targets), targets, { task: "classification" }) as Classification;
  const quantities = (...targets: number[]) => dataset(rows(targets), targets, { task: "regression" }) as Regression;
  const pairs = { task: "regression", outputs: 2, targets: Float32Array.of(1, 2) } as Targets;
  type Loss = Parameters<typeof targetsFor>[1];

  test.each<[string, Targets, Loss, number, new (...rest: never[]) => Error, string]>([
    [
      "quantities",
      quantities(1),
      "crossEntropy",
      1,
      ShapeError,
      "crossEntropy needs classes as targets, the data has quantities: use meanSquared",
    ],
    [
      "too many classes",
      classes(0, 1, 2),
      "crossEntropy",
      2,
      ShapeError,
      "the model has 2 outputs, the data has a class number 2 (counted from 0)",
    ],
    ["three classes", classes(0, 1, 2), "binaryCrossEntropy", 1, ShapeError, "binaryCrossEntropy with 1 outputs cannot learn 3 classes"],
    ["classes", classes(0, 1), "meanSquared", 1, ShapeError, "meanSquared with 1 outputs cannot learn 2 classes"],
    ["two quantities", pairs, "meanSquared", 1, ShapeError, "the model has 1 outputs, the data has 2 quantities a row"],
    ["a share of 2", quantities(0.5, 2), "binaryCrossEntropy", 1, ShapeError, "binaryCrossEntropy needs targets from 0 to 1"],
    ["a sign of 0.5", quantities(1, 0.5), hinge(), 1, DataError, "row 12: hinge needs targets that are 0 or 1, got 0.5"],
    ["a count of -1", quantities(1, -1), poisson(), 1, DataError, "row 12: poisson needs targets that are at least 0, got -1"],
  ])("%s does not fit", (_, data, loss, outputs, type, message) => {
    expect(() => targetsFor(data, loss, [outputs], 10)).toThrow(type);
    expect(() => targetsFor(data, loss, [outputs], 10)).toThrow(message);
  });

  test.each<[Targets, Loss, number]>([
    [quantities(0, 1), hinge(), 1],
    [quantities(0, 4), poisson(), 1],
    [quantities(0, 0.5), "binaryCrossEntropy", 1],
    [classes(0, 1), hinge(), 1],
    [classes(0, 1), "crossEntropy", 2],
    [pairs, undefined, 1],
  ])("that fit are taken as they are", (data, loss, outputs) => {
    expect(Array.from(targetsFor(data, loss, [outputs]))).toEqual(Array.from(data.targets));
  });
});
