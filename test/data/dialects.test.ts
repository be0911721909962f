import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CsvReader, type CsvTable, describeTable, noteText, type ParseOptions, parseCSV, TextReader } from "../../src/data/csv.js";
import { decimalOf, decimalOfDressed } from "../../src/data/dialect.js";

const ROWS = 60;
const range = Array.from({ length: ROWS }, (_, i) => i);

type Mark = "." | ",";

/** A column as a person has it in mind, and as a spreadsheet writes it. */
interface Column {
  readonly kind: "number" | "text" | "date";
  readonly values: readonly (number | string)[];
  write(value: number | string, decimal: Mark): string;
}

const fixed = (digits: number) => (value: number | string, decimal: Mark) => (value as number).toFixed(digits).replace(".", decimal);
const grouped = (value: number, decimal: Mark) => {
  const [whole = "", fraction] = value.toFixed(2).split(".");
  const mark = decimal === "." ? "," : ".";
  return `${whole.replace(/\B(?=(\d{3})+$)/g, mark)}${decimal}${fraction}`;
};
const day = (value: number) => new Date(value * 86_400_000).toISOString().slice(0, 10);

const COLUMNS: Readonly<Record<string, Column>> = {
  integers: { kind: "number", values: range.map((i) => (i * 37) % 101), write: String },
  decimals: { kind: "number", values: range.map((i) => ((i * 7919) % 1000) / 100 - 5), write: fixed(2) },
  "many digits": {
    kind: "number",
    values: range.map((i) => Math.sqrt(i + 2)),
    write: (value, decimal) => String(value).replace(".", decimal),
  },
  exponents: {
    kind: "number",
    values: range.map((i) => (i + 1) * 1e-9),
    write: (value, decimal) => (value as number).toExponential().replace(".", decimal),
  },
  thousands: {
    kind: "number",
    values: range.map((i) => 1000 + i * 12345.67),
    write: (value, decimal) => grouped(value as number, decimal),
  },
  dollars: { kind: "number", values: range.map((i) => 900 + i * 150), write: (value, decimal) => `$${grouped(value as number, decimal)}` },
  euros: { kind: "number", values: range.map((i) => 900 + i * 150), write: (value, decimal) => `${grouped(value as number, decimal)} €` },
  percents: { kind: "number", values: range.map((i) => i / 2), write: (value, decimal) => `${fixed(1)(value, decimal)} %` },
  "negatives in brackets": {
    kind: "number",
    values: range.map((i) => (i - 30) * 101),
    write: (value, decimal) => ((value as number) < 0 ? `(${grouped(-(value as number), decimal)})` : grouped(value as number, decimal)),
  },
  texts: {
    kind: "text",
    values: range.map((i) => ["größer", "gleich", "kleiner; viel", "a,b", 'say "ä"'][i % 5] as string),
    write: String,
  },
  codes: { kind: "text", values: range.map((i) => ["00501", "02134", "10001"][i % 3] as string), write: String },
  dates: { kind: "date", values: range.map((i) => 19_000 + ((i * 7) % 50)), write: (value) => day(value as number) },
  "dates, the day first": {
    kind: "date",
    values: range.map((i) => 19_000 + ((i * 7) % 50)),
    write: (value) =>
      day(value as number)
        .split("-")
        .reverse()
        .join("/"),
  },
};

interface Dialect {
  readonly delimiter: string;
  readonly decimal: Mark;
  readonly end: string;
  readonly trailing: boolean;
  readonly index: boolean;
}

function write(names: readonly string[], { delimiter, decimal, end, trailing, index }: Dialect): string {
  const quote = (cell: string) => (cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const line = (cells: readonly string[], first: string) =>
    [...(index ? [first] : []), ...cells, ...(trailing ? [""] : [])].map(quote).join(delimiter);
  const rows = range.map((row) =>
    line(
      names.map((name) => {
        const { values, write } = COLUMNS[name] as Column;
        return write(values[row] as number, decimal);
      }),
      String(row + 1),
    ),
  );
  return [line(names, ""), ...rows, ""].join(end);
}

function expectColumns(table: CsvTable, names: readonly string[], { index }: Dialect) {
  const { columns } = describeTable(table);
  expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
    ...(index ? [["column 1", "number"]] : []),
    ...names.map((name) => [name, COLUMNS[name]?.kind]),
  ]);
  for (const column of columns)
    expect(column.reason).toBe(column.name === "column 1" ? "index" : column.kind === "date" ? "date" : undefined);
  expect(table.rows).toBe(ROWS);
  for (const name of names) {
    const { kind, values } = COLUMNS[name] as Column;
    const { range: ends } = columns.find((column) => column.name === name) as (typeof columns)[number];
    if (kind === "number") expect(ends).toEqual([Math.min(...(values as number[])), Math.max(...(values as number[]))]);
    // a code without a zero in front is kept as its number
    if (kind === "text") expect(range.map((row) => String(table.value(row, name)))).toEqual(values);
  }
}

const names = Object.keys(COLUMNS);
const PLAIN: Dialect = { delimiter: ",", decimal: ".", end: "\n", trailing: false, index: false };
const delimiters = [",", ";", "\t", "|"];

describe.each(delimiters)("cells parted by %j", (delimiter) => {
  describe.each<Mark>([".", ","])("with the decimal sign %j", (decimal) => {
    test.each([
      ["plainly", {}],
      ["with an index, lines that end in a delimiter, and CRLF", { index: true, trailing: true, end: "\r\n" }],
    ])("%s", (_, more) => {
      const dialect = { ...PLAIN, delimiter, decimal, ...more };
      expectColumns(parseCSV(write(names, dialect)), names, dialect);
    });

    // with a few decimals beside it, each kind is read as a person would
    test.each(names.filter((name) => name !== "decimals"))("%s", (name) => {
      const dialect = { ...PLAIN, delimiter, decimal };
      expectColumns(parseCSV(write([name, "decimals"], dialect)), [name, "decimals"], dialect);
    });
  });
});

describe("bytes", () => {
  const encode: Readonly<Record<string, (text: string) => Uint8Array>> = {
    "UTF-8": (text) => new TextEncoder().encode(text),
    "UTF-8 with a mark": (text) => new TextEncoder().encode(`\ufeff${text}`),
    "UTF-16, little-endian, with a mark": (text) => Buffer.from(`\ufeff${text}`, "utf16le"),
    "UTF-16, little-endian": (text) => Buffer.from(text, "utf16le"),
    "UTF-16, big-endian": (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
    "Latin-1": (text) => Buffer.from(text, "latin1"),
  };
  test.each(Object.keys(encode))("in %s are read in pieces of any size", (encoding) => {
    // Latin-1 has no euro
    const used = names.filter((name) => name !== "euros");
    const bytes = (encode[encoding] as (text: string) => Uint8Array)(write(used, { ...PLAIN, delimiter: ";" }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (size) => {
        const [reader, text] = [new CsvReader(), new TextReader()];
        for (let i = 0; i < bytes.length; i += size) reader.push(text.push(bytes.subarray(i, i + size)));
        reader.push(text.end());
        expectColumns(reader.end(), used, PLAIN);
      }),
      { numRuns: 8 },
    );
  });
});

describe("what is guessed is said, and can be had otherwise", () => {
  const notesOf = (source: string, options: ParseOptions = {}) =>
    parseCSV(source, options).notes.map((note) => noteText(note, "command line"));
  const table = "a,b\n1,x\n2,y\n3,x\n";

  test.each<[string, string, string, ParseOptions]>([
    ["semicolons", table.replaceAll(",", ";"), 'cells are parted by ";" (--delimiter says otherwise)', { delimiter: ";" }],
    ["blanks", "a b\n1.5  2\n 2.5 3 \n", "cells are parted by blanks (--delimiter says otherwise)", { delimiter: " " }],
    [
      "a decimal comma",
      "a;b\n1,5;x\n2,5;y\n",
      "numbers are read with a decimal comma (--decimal . says otherwise)",
      { decimal: ",", delimiter: ";" },
    ],
    [
      "no header",
      "5.1,3.5,setosa\n4.9,3.0,setosa\n",
      "the first line looks like data, so columns are called column 1, column 2, ... (--header takes it for the header)",
      { header: false },
    ],
    [
      "comments",
      `# made by hand\n# in mm\n${table}`,
      '2 lines before the header skipped: "# made by hand" (--skip 0 reads them)',
      { skip: 2 },
    ],
    [
      "a title",
      "Lab report,,\na,b,c\n1,2,x\n3,4,y\n",
      '1 line before the header skipped: "Lab report,," (--skip 0 reads them)',
      { skip: 1 },
    ],
    ["a nameless column", "a,,b\n1,2,x\n", "column 2 has no name in the header and is called column 2", {}],
    ["ends of lines", "a,b,\n1,x,\n", "lines end in a delimiter: the empty last column is left out", {}],
  ])("%s", (_, source, note, same) => {
    expect(notesOf(source)).toContain(note);
    const given = parseCSV(source, same);
    const guessed = parseCSV(source);
    expect(given.columnNames).toEqual(guessed.columnNames);
    for (const name of given.columnNames) expect(given.value(0, name)).toEqual(guessed.value(0, name));
  });

  test("sep=, comments anywhere, and row names without a head are obeyed", () => {
    expect(parseCSV("sep=;\na;b\n1;x\n").columnNames).toEqual(["a", "b"]);
    expect(parseCSV("a,b\n#no\n1,x\n#no,no,no\n", { comment: "#" }).rows).toBe(1);
    const named = parseCSV("size,dose\nfirst,1,2\nsecond,3,4\n");
    expect(named.columnNames).toEqual(["column 1", "size", "dose"]);
    expect(describeTable(named).columns[0]).toMatchObject({ reason: "index", use: "left out" });
  });

  test.each([
    ["years are names", "country,2001,2002\nA,1,2\nB,3,4\n", true],
    ["numbers in order are names", "0,1,2\n5,6,7\n8,9,10\n", true],
    ["fractions are data", "1.0,2.0\n3.0,4.0\n", false],
    ["numbers out of order are data", "39,State-gov,13,2174\n50,Private,13,0\n", false],
    ["texts alone are names", "a,b\nx,y\n", true],
  ])("header: %s", (_, source, header) => {
    expect(parseCSV(source).dialect.header).toBe(header);
  });
});

test("None is missing among numbers and a text among texts, unless a person says so", () => {
  const source = `roof,age,y\n${range.map((i) => `${["None", "tiles", "slate"][i % 3]},${i % 7 === 0 ? "None" : i % 11},${i % 2}`).join("\n")}\n`;
  const of = (options = {}) =>
    Object.fromEntries(describeTable(parseCSV(source), options).columns.map(({ name, missing }) => [name, missing]));
  expect(of()).toEqual({ roof: 0, age: 9, y: 0 });
  expect(of({ missingValues: ["None"] })).toEqual({ roof: 20, age: 9, y: 0 });
});

test("the decimal sign of a number without a dress is the one that all others are asked for", () => {
  const digits = fc.constantFrom("", "1", "12", "123", "1234", "007", "00");
  const sign = fc.constantFrom("", "-", "+", "−", "$", "(");
  const exponent = fc.constantFrom("", "", "", "e5", "E-2", "e", "%", ")", " ");
  const parts = fc.tuple(
    sign,
    digits,
    fc.constantFrom("", ".", ",", ",,", "'"),
    digits,
    fc.constantFrom("", "", ".", ","),
    digits,
    exponent,
  );
  const told = new Set<string | undefined>();
  fc.assert(
    fc.property(parts, (words) => {
      const cell = words.join("");
      const tells = /\d/.test(cell) && /[.,]/.test(cell) ? decimalOfDressed(cell) : undefined;
      expect(decimalOf(cell)).toBe(tells);
      told.add(tells);
    }),
    { numRuns: 5000 },
  );
  expect(told).toEqual(new Set([",", ".", "thousands", undefined]));
});
