import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CSVOptions,
  CsvReader,
  type CsvTable,
  datasetsFromCSV,
  decodeOutputs,
  describeTable,
  encodeFeatures,
  encodeTable,
  fitEncoder,
  MISSING_VALUES,
  noteText,
  parseCSV,
  readEncoder,
} from "../../src/data/csv.js";
import { DataError, OptionError, OutOfMemoryError, StepsizeError } from "../../src/options/errors.js";

const file = (name: string) => readFileSync(new URL(`../../data/${name}`, import.meta.url));
const digits = gunzipSync(file("digits.csv.gz")).toString();
const iris = file("iris.csv").toString();
const penguins = file("penguins.csv").toString();

const range = (length: number) => Array.from({ length }, (_, i) => i);

type Refusal = [string, () => unknown, string, { row?: number; column?: string }?];

function refuses([, build, message, where]: Refusal, type: new (...rest: never[]) => Error = DataError) {
  let error: unknown;
  try {
    build();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toBe(message);
  if (where) expect(error).toMatchObject(where);
}

/** The cells of a table as `value` gives them, row by row. */
function cells(table: CsvTable) {
  return Array.from({ length: table.rows }, (_, row) => table.columnNames.map((name) => table.value(row, name)));
}

describe("parseCSV", () => {
  test.each<[string, string, (string | number)[][]]>([
    ["plain", "a,b\n1,2\n", [[1, 2]]],
    [
      "byte order mark, CRLF, no last line break",
      "\ufeffa,b\r\n1,2\r\n3,4",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "mixed line ends",
      "a,b\n1,2\r\n3,4\r5,6",
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    ["quotes", 'a,b\n"x, ""y""","line\r\nbreak"\n', [['x, "y"', "line\r\nbreak"]]],
    ["blanks around cells, kept in quotes", 'a , b\n x ," y "\n', [["x", " y "]]],
    ["blank lines", "\na,b\n\n1,2\n  \n\n", [[1, 2]]],
    [
      "empty cells",
      "a,b\n,\n1,\n",
      [
        ["", ""],
        [1, ""],
      ],
    ],
    ["beyond ASCII", "a,b\n日本,😀é\n", [["日本", "😀é"]]],
    [
      "numbers",
      "a,b\n-0.50,+1e3\n.5,123456789012345678\n",
      [
        [-0.5, 1000],
        [0.5, "123456789012345678"],
      ],
    ],
    [
      "codes and what is no number",
      "a,b\n007,0x10\n0,1e999\n",
      [
        ["007", "0x10"],
        [0, "1e999"],
      ],
    ],
    [
      "lines that end in a delimiter",
      "a,b,\n1,2,\n3,4,\n",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "rows that end in a delimiter",
      "a,b\n1,2,\n3,4,\n",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "a header that ends in a delimiter",
      "a,b,\n1,2\n3,4\n",
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ])("%s", (_, source, rows) => {
    const table = parseCSV(source);
    expect(table.columnNames).toEqual(["a", "b"]);
    expect(cells(table)).toEqual(rows);
  });

  test.each([";", "\t", "||"])("delimiter %j", (delimiter) => {
    const table = parseCSV(["a,x", "b"].join(delimiter).concat("\n", ["", "2"].join(delimiter)), { delimiter });
    expect(table.columnNames).toEqual(["a,x", "b"]);
    expect(cells(table)).toEqual([["", 2]]);
  });

  test("whatever is quoted comes back, in pieces of any size", () => {
    const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", " ", "a", "\ufeff") }));
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) => fc.array(fc.array(text, { minLength: width, maxLength: width }), { minLength: 1 }));
    const line = (row: readonly string[]) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",");
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, size) => {
        const columns = (rows[0] ?? []).map((_, i) => `c${i}`);
        const source = [columns, ...rows].map(line).join("\r\n");
        const reader = new CsvReader({ delimiter: ",", header: true, skip: 0 });
        for (let i = 0; i < source.length; i += size) reader.push(source.slice(i, i + size));
        const read = reader.end();
        expect(read.columnNames).toEqual(columns);
        // what is a number is a number, quoted or not
        expect(cells(read).map((row) => row.map(String))).toEqual(
          rows.map((row) => row.map((cell) => (isPlain(cell) ? String(Number(cell) + 0) : cell))),
        );
      }),
    );
  });

  test.each<Refusal>([
    ["nothing", () => parseCSV(""), "the CSV file is empty"],
    ["blank lines", () => parseCSV("\n \n"), "the CSV file is empty"],
    ["header only", () => parseCSV("a,b\n"), "the CSV file has a header and no rows"],
    ["short row", () => parseCSV("a,b\n1,2\n\n3\n"), "row 2 has 1 cells, the header has 2", { row: 2 }],
    ["long row", () => parseCSV("a,b\n1,2\n1,2,3\n"), "row 2 has 3 cells, the header has 2", { row: 2 }],
    ["name twice", () => parseCSV("a,b,a\n1,2,3\n"), 'columns 1 and 3 have the same name "a"', { column: "a" }],
    ["open quote", () => parseCSV('a,b\n1,2\n"3,4\n5,6\n'), "row 2: a quote is not closed", { row: 2 }],
    ["open quote in header", () => parseCSV('a,"b\n1,2\n'), "the header: a quote is not closed"],
    [
      "stray quote",
      () => parseCSV('a,b\n1,5"\n'),
      "row 1: a quote is out of place; quote the whole cell and write quotes inside of it twice",
      { row: 1 },
    ],
    [
      "text after a quote",
      () => parseCSV('a,b\n"1"x,5\n'),
      "row 1: a quote is out of place; quote the whole cell and write quotes inside of it twice",
      { row: 1 },
    ],
    ["NUL", () => parseCSV("a,b\n1,\0x\n"), 'row 1, column b: "\\u0000x" holds the character NUL: it is no text', { row: 1, column: "b" }],
    [
      "an endless cell",
      () => parseCSV(`a,b\n1,${"x".repeat(2 ** 20 + 1)}\n`),
      "row 1: a cell has more than 1048576 characters: is a quote not closed, or is it no CSV file?",
    ],
    ["not a text", () => parseCSV(new Uint8Array(3) as never), "a CSV file must be given as text, got an object"],
  ])("refuses: %s", (...refusal) => {
    refuses(refusal);
  });

  test("refuses wrong options", () => {
    refuses(["", () => parseCSV("a\n1", { delimiter: "" }), 'csv.delimiter must be a non-empty string, got ""'], OptionError);
    refuses(
      ["", () => parseCSV("a\n1", { delimiter: '"' }), 'csv.delimiter must not hold a quote or a line break, got "\\""'],
      OptionError,
    );
    refuses(
      ["", () => parseCSV("a\n1", { delimeter: ";" } as never), "csv.delimeter is not an option (did you mean delimiter?)"],
      OptionError,
    );
    refuses(
      [
        "",
        () => parseCSV("a,b\n1,2\n", { memory: 8 }),
        "16 bytes of memory were requested, 8 bytes are available: 1 rows of the CSV file take it: use fewer rows or columns",
      ],
      OutOfMemoryError,
    );
  });
});

/** Whether a cell is read as a number: not as a code, nor beyond the range of 32-bit floats. */
function isPlain(cell: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) && !/^(0\d+|\d{16,})$/.test(cell) && Number.isFinite(Math.fround(Number(cell)));
}

describe("fitEncoder and encodeTable", () => {
  const table = parseCSV("size,colour,label\n1,red,b\n3,blue,a\n,red,a\n4,,b\n");

  test("numbers are standardised, texts one-hot, labels sorted", () => {
    const encoder = fitEncoder(table, { target: "label", rows: [0, 1] });
    expect(encoder).toEqual({
      format: 2,
      decimal: ".",
      missing: "error",
      missingValues: MISSING_VALUES,
      columns: [
        { type: "number", name: "size", mean: 2, scale: 1 },
        { type: "text", name: "colour", categories: ["blue", "red"] },
      ],
      target: { task: "classification", name: "label", classes: ["a", "b"] },
      notes: [],
    });
    expect(encodeTable(encoder, table, { rows: [1, 0] })).toEqual({
      features: Float32Array.of(1, 1, 0, -1, 0, 1),
      rows: 2,
      columns: 3,
      featureNames: ["size", "colour=blue", "colour=red"],
      task: "classification",
      targets: Uint32Array.of(0, 1),
      outputs: 2,
      classes: ["a", "b"],
    });
  });

  test.each([
    ["mean", 8 / 3, "red"],
    ["median", 3, "red"],
    ["mode", 1, "red"],
  ] as const)("missing: %s", (missing, number, text) => {
    const { columns, notes } = fitEncoder(table, { target: "label", missing });
    expect(columns[0]).toMatchObject({ fill: number });
    expect(columns[1]).toMatchObject({ fill: text, categories: ["blue", "red"] });
    expect(notes.map((note) => noteText(note))).toEqual([
      `column size: filled 1 missing of 4 training cells with ${missing === "mean" ? 2.66667 : number}`,
      `column colour: filled 1 missing of 4 training cells with "red"`,
    ]);
    const even = parseCSV("x,y\n1,a\n2,b\n4,a\n100,b\nNA,a");
    expect(fitEncoder(even, { target: "y", missing }).columns[0]).toMatchObject({ fill: { mean: 26.75, median: 3, mode: 1 }[missing] });
  });

  test("moments are those of the filled column", () => {
    const encoder = fitEncoder(parseCSV("x,y\n1,a\n3,b\n,a\n,b"), { target: "y", missing: "mean" });
    expect(encoder.columns[0]).toEqual({ type: "number", name: "x", fill: 2, mean: 2, scale: Math.sqrt(0.5) });
  });

  test("a missing text may be a category, if training has one", () => {
    const options = { target: "label", missing: "mean", missingText: "category" } as const;
    const encoder = fitEncoder(table, options);
    expect(encoder.columns[1]).toMatchObject({ fill: "(missing)", categories: ["(missing)", "blue", "red"] });
    expect([...encodeTable(encoder, table, { rows: [3] }).features].slice(1)).toEqual([1, 0, 0]);
    expect(fitEncoder(table, { ...options, rows: [0, 1, 2] }).columns[1]).toMatchObject({ fill: "red", categories: ["blue", "red"] });
  });

  test("drop leaves rows out of fitting and encoding, not out of prediction", () => {
    const encoder = fitEncoder(table, { target: "label", missing: "drop" });
    expect(encoder.columns[0]).toMatchObject({ mean: 2, scale: 1 });
    expect(encodeTable(encoder, table).rows).toBe(2);
    refuses([
      "",
      () => encodeFeatures(encoder, table),
      'row 3, column size: the cell is missing: fill such cells with missing: "mean" ("median", "mode") or leave their rows out with missing: "drop"',
    ]);
    refuses([
      "",
      () => fitEncoder(table, { target: "label", missing: "drop", rows: [2, 3] }),
      "every row has a missing cell: exclude the columns with most of them, or fill them",
    ]);
  });

  test("prediction needs no target and ignores other columns", () => {
    const encoder = fitEncoder(table, { target: "label", missing: "mean" });
    const { features, rows, columns } = encodeFeatures(encoder, parseCSV("extra,colour,size\nx,blue,3\n"));
    expect([features, rows, columns]).toEqual([encodeTable(encoder, table, { rows: [1] }).features, 1, 3]);
  });

  test("unknown: ignore gives none of the categories", () => {
    const encoder = fitEncoder(table, { target: "label", rows: [0, 1] });
    const green = parseCSV("size,colour\n2,green\n");
    expect([...encodeFeatures(encoder, green, { unknown: "ignore" }).features]).toEqual([0, 0, 0]);
  });

  test("numeric labels are one class however they are written", () => {
    const numbers = parseCSV("x,y\n1,0\n2,1\n3,1.0\n4,10\n5,+1\n");
    const encoder = fitEncoder(numbers, { target: "y", task: "classification" });
    expect(encoder.target).toEqual({ task: "classification", name: "y", classes: ["0", "1", "10"] });
    expect([...encodeTable(encoder, numbers).targets]).toEqual([0, 1, 1, 2, 1]);
    const codes = parseCSV("x,y\n1,007\n2,7\n3,x\n");
    expect(fitEncoder(codes, { target: "y", task: "classification" }).target).toMatchObject({ classes: ["007", "7", "x"] });
  });

  test("a quantity is standardised and decodes to its units", () => {
    const heights = parseCSV("x,y\n1,100\n2,200\n3,300.5\n");
    const encoder = fitEncoder(heights, { target: "y" });
    const data = encodeTable(encoder, heights);
    expect(data).toMatchObject({ task: "regression", outputs: 1 });
    (decodeOutputs(encoder, data.targets) as number[]).forEach((value, i) => {
      expect(value).toBeCloseTo([100, 200, 300.5][i] as number, 4);
    });
  });

  test("outputs decode to the class with the largest", () => {
    const encoder = fitEncoder(table, { target: "label", missing: "mean" });
    expect(decodeOutputs(encoder, [0.1, 0.9, 3, -1, -5, -4])).toEqual(["b", "a", "b"]);
    expect(() => decodeOutputs(encoder, [1, 2, 3])).toThrow("3 outputs cannot be rows of 2 classes");
  });

  const column = (cells: readonly (string | number)[]) => parseCSV(`x,y\n${cells.map((cell, i) => `${i},${cell}`).join("\n")}\n`);
  test.each([
    ["texts", ["a", "b", "c", "d"], "classification"],
    ["two whole numbers", [0, 1, 1, 0], "classification"],
    ["few whole numbers, often", range(40).map((i) => i % 4), "classification"],
    ["few whole numbers, seldom", range(39).map((i) => i % 4), "regression"],
    ["many whole numbers", range(400).map((i) => i % 21), "regression"],
    ["fractions", range(40).map((i) => (i % 2) + 0.5), "regression"],
  ])("task auto: %s", (_, cells, task) => {
    expect(fitEncoder(column(cells), { target: "y" }).target.task).toBe(task);
  });

  test("that whole numbers are taken for classes is said, with how to have it otherwise", () => {
    const marks = column(range(100).map((i) => (i % 10) + 1));
    const texts = (options: object) => fitEncoder(marks, { target: "y", ...options }).notes.map((note) => noteText(note, "command line"));
    const said = "column y: its 10 different whole numbers are read as classes (--task regression reads a quantity)";
    expect(texts({})).toContain(said);
    expect(describeTable(marks, { target: "y" }).notes.map((note) => noteText(note, "command line"))).toContain(said);
    for (const task of ["classification", "regression"]) expect(texts({ task })).not.toContain(said);
    const twoOnly = fitEncoder(column(range(40).map((i) => i % 2)), { target: "y" });
    expect(twoOnly.notes.some(({ kind }) => kind === "numbers as classes")).toBe(false);
  });

  test("which columns are texts", () => {
    const kind = (cells: readonly (string | number)[], categorical: string[] = []) =>
      fitEncoder(column(cells), { target: "x", task: "regression", categorical }).columns[0];
    expect(kind(["1e3", "-.5", "+2.", "07"])).toMatchObject({ type: "number" });
    expect(kind(["00501", "10001", "02134", "10001"])).toMatchObject({ type: "text", categories: ["00501", "02134", "10001"] });
    expect(kind(["0x10", "1_000", "12px", "3"])).toMatchObject({ type: "text" });
    expect(kind([4, 6, 8, 10], ["y"])).toMatchObject({ type: "text", categories: ["4", "6", "8", "10"] });
    expect(kind([1, 2, 3, 4, 5, "6+"], ["y"])).toMatchObject({ type: "text" });
    expect(() => kind([1, 2, 3, 4, 5, "6+"])).toThrow('row 6, column y: "6+" is not a number, as most of this column');
    const doors = range(40).map((i) => [2, 3, 4, "5more"][i % 4] as string | number);
    expect(kind(doors)).toMatchObject({ type: "text", categories: ["2", "3", "4", "5more"] });
  });

  test("an encoder is JSON, and learns nothing from other rows", () => {
    const cellOf = (rows: number) =>
      fc.array(fc.tuple(fc.constantFrom("1", "2.5", "-0", "NA", "1e-3"), fc.constantFrom("u", "v", ""), fc.constantFrom("a", "b")), {
        minLength: rows,
        maxLength: 12,
      });
    const csv = (rows: readonly (readonly string[])[]) => parseCSV(`x,t,y\n0,u,a\n7,v,b\n${rows.map((row) => row.join(",")).join("\n")}`);
    const methods = fc.constantFrom("mean" as const, "median" as const, "mode" as const);
    fc.assert(
      fc.property(cellOf(0), cellOf(1), cellOf(1), methods, (training, some, others, missing) => {
        const rows = range(2 + training.length);
        const options = { target: "y", missing, rows };
        const encoder = fitEncoder(csv([...training, ...some]), options);
        expect(fitEncoder(csv([...training, ...others]), options)).toEqual(encoder);
        const copy = readEncoder(JSON.parse(JSON.stringify(encoder)));
        expect(copy).toEqual(encoder);
        const whole = csv([...training, ...some]);
        expect(encodeTable(copy, whole, { unknown: "ignore" })).toStrictEqual(encodeTable(encoder, whole, { unknown: "ignore" }));
      }),
    );
  });

  test("notes name columns that cannot help", () => {
    const rows = range(30).map((i) => `id${i},5,${i % 2 ? "a" : "b"}`);
    expect(fitEncoder(parseCSV(`id,same,y\n${rows.join("\n")}`), { target: "y" }).notes.map((note) => noteText(note))).toEqual([
      'column id names rows (30 different texts in 30 rows): left out (include: ["id"] keeps it)',
      "constant in the training rows, so without use: same",
    ]);
  });

  const csv = (source: string, options: Partial<CSVOptions> = {}) => fitEncoder(parseCSV(source), { target: "y", ...options });
  const encoder = fitEncoder(table, { target: "label", rows: [0, 1] });
  const mostlyNumbers = `x,y\n${range(30)
    .map((i) => `${i === 16 ? "abc" : i},a${i % 2}`)
    .join("\n")}`;
  test.each<Refusal>([
    [
      "missing column",
      () => csv("alpha,label\n1,2", { target: "lable" }),
      'there is no column "lable" (did you mean label?); the columns are: alpha, label',
      { column: "lable" },
    ],
    [
      "other delimiter",
      () => csv("alpha:label\n1:2", { target: "label" }),
      'there is no column "label"; the columns are: alpha:label; is it another delimiter (delimiter)?',
    ],
    [
      "many columns",
      () =>
        csv(
          `${range(25)
            .map((i) => `column${i}`)
            .join()}\n${range(25).join()}`,
        ),
      `there is no column "y"; the columns are: ${range(20)
        .map((i) => `column${i}`)
        .join(", ")} and 5 more`,
    ],
    [
      "missing feature column",
      () => csv("a,y\n1,2", { features: ["b"] }),
      'there is no column "b" (did you mean a?); the columns are: a, y',
    ],
    ["excluded column", () => csv("a,y\n1,2", { exclude: ["zzz"] }), 'there is no column "zzz"; the columns are: a, y'],
    ["no features", () => csv("a,y\n1,2", { exclude: ["a"] }), 'no column is left to predict "y" from'],
    [
      "missing cell",
      () => csv("a,y\n1,u\n?,v"),
      'row 2, column a: the cell is missing: fill such cells with missing: "mean" ("median", "mode") or leave their rows out with missing: "drop"',
      { row: 2, column: "a" },
    ],
    [
      "missing target",
      () => csv("a,y\n1,u\n2,", { missing: "mean" }),
      'row 2, column y: the target is missing: leave such rows out with missing: "drop"',
      { row: 2, column: "y" },
    ],
    [
      "no values",
      () => csv("a,y\nNA,u\n,v", { missing: "mean" }),
      'no column is left to predict "y" from: left out are a (empty); to use one, include: ["a"]',
    ],
    ["one class", () => csv("a,y\n1,u\n2,u"), 'column y: every row has the label "u", so there is nothing to learn', { column: "y" }],
    [
      "NaN not listed as missing",
      () => csv("a,y\n1,u\nNaN,v", { missingValues: ["NA"] }),
      'row 2, column a: "NaN" is not a finite number; if it means a missing cell, add it to missingValues',
      { row: 2, column: "a" },
    ],
    [
      "infinity",
      () => csv("a,y\n1,u\n-Infinity,v"),
      'row 2, column a: "-Infinity" is not a finite number; if it means a missing cell, add it to missingValues',
    ],
    ["overflow", () => csv("a,y\n1,u\n1e999,v"), "row 2, column a: 1e999 is beyond the range of 32-bit floats (3.4e38)"],
    ["overflow of float32", () => csv("a,y\n1,3\n2,1e39"), "row 2, column y: 1e39 is beyond the range of 32-bit floats (3.4e38)"],
    [
      "a slip of the pen",
      () => csv(mostlyNumbers),
      'row 17, column x: "abc" is not a number, as most of this column: correct it, add it to missingValues, or read the column as texts with categorical: ["x"]',
      { row: 17, column: "x" },
    ],
    [
      "a slip of the pen in the target",
      () => fitEncoder(parseCSV(mostlyNumbers), { target: "x" }),
      'row 17, column x: "abc" is not a number, as most of this column: correct it, add it to missingValues, or read the column as texts with task: "classification"',
    ],
    [
      "texts as a quantity",
      () => csv("a,y\n1,u\n2,v", { task: "regression" }),
      'row 1, column y: "u" is not a number; if it means a missing cell, add it to missingValues',
    ],
    [
      "text for a number",
      () => encodeTable(encoder, parseCSV("size,colour,label\nbig,red,a")),
      'row 1, column size: "big" is not a number; if it means a missing cell, add it to missingValues',
    ],
    [
      "unknown text",
      () => encodeFeatures(encoder, parseCSV("size,colour\n1,red\n1,green")),
      'row 2, column colour: "green" does not occur in the training rows, which have blue, red; to read it as none of them, unknown: "ignore"',
      { row: 2, column: "colour" },
    ],
    [
      "unknown label",
      () => encodeTable(encoder, parseCSV("size,colour,label\n1,red,c")),
      'row 1, column label: "c" is not a class of the training rows, which have a, b',
    ],
    [
      "no column to encode",
      () => encodeTable(encoder, parseCSV("size,label\n1,a")),
      'there is no column "colour"; the columns are: size, label',
    ],
  ])("refuses: %s", (...refusal) => {
    refuses(refusal);
  });

  test("refuses a table of billions of features", () => {
    const rows = range(30_000).map((i) => `id${i},${i % 2}`);
    refuses([
      "",
      () => fitEncoder(parseCSV(`id,y\n${rows.join("\n")}`), { target: "y", include: ["id"] }),
      "30000 rows of 30000 features are too many: column id alone has 30000 different texts: exclude it",
    ]);
  });

  test.each<Refusal>([
    ["target", () => csv("a,y\n1,2", { target: "" }), 'encoder.target must be a non-empty string, got ""'],
    ["no target", () => fitEncoder(table, {} as never), "encoder.target is missing"],
    [
      "missing",
      () => csv("a,y\n1,2", { missing: "men" as never }),
      'encoder.missing must be one of error, drop, mean, median, mode, got "men" (did you mean mean?)',
    ],
    ["target as feature", () => csv("a,y\n1,2", { features: ["a", "y"] }), 'encoder.features must not have the target "y"'],
    ["row out of range", () => fitEncoder(table, { target: "label", rows: [0, 4] }), "encoder.rows[1] must be a row from 0 to 3, got 4"],
    ["no rows", () => encodeTable(encoder, table, { rows: [] }), "encode.rows must be a non-empty array of row indices, got an array of 0"],
    ["unknown option", () => encodeTable(encoder, table, { row: [1] } as never), "encode.row is not an option (did you mean rows?)"],
  ])("refuses option: %s", (...refusal) => {
    refuses(refusal, OptionError);
  });

  const json = (change: (copy: Record<string, never>) => unknown) => {
    const copy = structuredClone(fitEncoder(parseCSV("a,b,y\n1,u,1.5\n2,v,2.5"), { target: "y" })) as never;
    change(copy);
    return readEncoder(copy);
  };
  test.each<Refusal>([
    [
      "version",
      () => json((e) => Object.assign(e, { format: 3 })),
      "encoder.format must be 1 or 2, got 3: it was written by another version",
    ],
    [
      "column",
      () => json((e) => Object.assign((e["columns"] as never)[0], { type: "picture" })),
      'encoder.columns[0].type must be one of number, date, text, got "picture"',
    ],
    [
      "scale",
      () => json((e) => Object.assign((e["columns"] as never)[0], { scale: 0 })),
      "encoder.columns[0].scale must be a number greater than 0, got 0",
    ],
    [
      "categories",
      () => json((e) => Object.assign((e["columns"] as never)[1], { categories: ["u", "u"] })),
      'encoder.columns[1].categories must not have "u" twice',
    ],
    ["null", () => readEncoder(null), "encoder must be an object of options, got null"],
    [
      "target",
      () => json((e) => Object.assign(e, { target: null })),
      "encoder.target.task must be one of classification, regression, got undefined",
    ],
    [
      "scaler",
      () => json((e) => Object.assign(e["target"] as never, { scaler: { mean: [1, 2], scale: [1] } })),
      "encoder.target.scaler must have as many means as scales",
    ],
  ])("readEncoder refuses: %s", (...refusal) => {
    refuses(refusal, OptionError);
  });
});

describe("datasetsFromCSV", () => {
  test("digits", () => {
    const { training, validation, encoder, notes, summary, ...rest } = datasetsFromCSV(digits, { target: "digit" });
    expect(training).toMatchObject({ rows: 1438, columns: 64, task: "classification", outputs: 10 });
    expect(validation.rows).toBe(359);
    expect(rest).toEqual({});
    expect(training.classes).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    expect(encoder.columns).toHaveLength(64);
    expect(notes.map(({ kind }) => kind)).toEqual(["numbers as classes", "constant"]);
    expect(summary.map(({ kind, use }) => `${kind} ${use}`)).toEqual([...range(64).map(() => "number feature"), "number target"]);
    for (let column = 0; column < 64; column++) {
      const values = Array.from(training.features).filter((_, i) => i % 64 === column);
      expect(Math.abs(values.reduce((sum, x) => sum + x, 0) / values.length)).toBeLessThan(1e-6);
    }
  });

  test("iris, ten flowers of each kind held out", () => {
    const { training, validation } = datasetsFromCSV(iris, { target: "species" });
    expect(training).toMatchObject({ rows: 120, columns: 4, classes: ["setosa", "versicolor", "virginica"] });
    expect([0, 1, 2].map((label) => [...validation.targets].filter((t) => t === label).length)).toEqual([10, 10, 10]);
  });

  test("penguins, texts and missing cells", () => {
    const { training, validation, test, notes } = datasetsFromCSV(penguins, { target: "species", missing: "mean", test: 0.1, seed: 5 });
    expect([training.rows, validation.rows, test?.rows]).toEqual([241, 69, 34]);
    expect(training.featureNames).toEqual([
      ...["island=Biscoe", "island=Dream", "island=Torgersen", "beak_length_mm", "beak_depth_mm", "flipper_length_mm", "body_mass_g"],
      ...["sex=FEMALE", "sex=MALE"],
    ]);
    expect(notes.map((note) => noteText(note))).toContainEqual(
      expect.stringMatching(/^column sex: filled \d+ missing of 241 training cells with "(FE)?MALE"$/),
    );
    refuses([
      "",
      () => datasetsFromCSV(penguins, { target: "species" }),
      'row 4, column beak_length_mm: the cell is missing: fill such cells with missing: "mean" ("median", "mode") or leave their rows out with missing: "drop"',
    ]);
  });

  test("penguins' body mass is a quantity", () => {
    const { training, validation, encoder, notes } = datasetsFromCSV(penguins, { target: "body_mass_g", missing: "drop" });
    expect(training).toMatchObject({ task: "regression", outputs: 1 });
    expect(training.rows + validation.rows).toBe(333);
    expect(notes[0] && noteText(notes[0])).toBe("11 of 344 rows were left out for missing cells");
    const grams = decodeOutputs(encoder, validation.targets) as number[];
    expect(grams.every((g) => Math.abs(g / 25 - Math.round(g / 25)) < 1e-4)).toBe(true);
  });

  test("the seed decides, and only the training rows are learnt from", () => {
    const options: CSVOptions = { target: "species", missing: "median", seed: 3 };
    const once = datasetsFromCSV(penguins, options);
    expect(datasetsFromCSV(penguins, options)).toStrictEqual(once);
    expect(datasetsFromCSV(penguins, { ...options, seed: 4 }).encoder).not.toEqual(once.encoder);

    const table = parseCSV(penguins);
    const heldOut = once.validation.features.subarray(0, 9);
    const first = range(table.rows).findIndex((row) => {
      const { features } = encodeFeatures(once.encoder, table, { rows: [row] });
      return features.every((value, i) => value === heldOut[i]);
    });
    const lines = penguins.split("\n");
    const cells = (lines[first + 1] as string).split(",");
    lines[first + 1] = [cells[0], "Atlantis", "1e6", "-5", "77", "1", cells[6]].join(",");
    const changed = datasetsFromCSV(lines.join("\n"), options);
    expect(changed.encoder).toEqual(once.encoder);
    expect(changed.training).toStrictEqual(once.training);
    expect(changed.validation).not.toEqual(once.validation);
    expect(changed.notes.map((note) => noteText(note))).toContain(
      `column island: not seen in training, so read as none of the categories: "Atlantis" in row ${first + 1}`,
    );
  });

  test("classes of a single row stay in training", () => {
    const { validation, training } = datasetsFromCSV(
      `x,y\n1,rare\n${Array.from({ length: 20 }, (_, i) => `${i},${i % 2 ? "a" : "b"}`).join("\n")}`,
      {
        target: "y",
        validation: 0.5,
      },
    );
    expect([...validation.targets]).not.toContain(2);
    expect([...training.targets]).toContain(2);
  });

  test("any text either gives finite data or a typed error", () => {
    const cell = fc.constantFrom("0", "1", "-2.5", "1e38", "-1e38", "1e-45", "1e999", "NaN", "inf", "NA", "", "a", "b", "c d", '"q,"', '"');
    const tables = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 12 });
    const options = fc.record({
      missing: fc.constantFrom("error" as const, "drop" as const, "mean" as const, "median" as const, "mode" as const),
      missingText: fc.constantFrom("mode" as const, "category" as const),
      stratify: fc.boolean(),
      test: fc.constantFrom(0, 0.2),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          tables.map((rows) => ["x,t,y", ...rows.map((row) => row.join(","))].join("\n")),
        ),
        options,
        (source, given) => {
          try {
            const { training, validation, test } = datasetsFromCSV(source, { target: "y", ...given });
            for (const part of [training, validation, ...(test ? [test] : [])]) {
              expect(part.features.every(Number.isFinite) && part.targets.every(Number.isFinite)).toBe(true);
              expect(part.features).toHaveLength(part.rows * part.columns);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(StepsizeError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("refuses wrong options in its own name", () => {
    refuses(
      [
        "",
        () => datasetsFromCSV(iris, { target: "species", validation: 2 }),
        "csv.validation must be a number greater than 0 and less than 1, got 2",
      ],
      OptionError,
    );
    refuses(
      [
        "",
        () => datasetsFromCSV(iris, { target: "species", stratfy: true } as never),
        "csv.stratfy is not an option (did you mean stratify?)",
      ],
      OptionError,
    );
    refuses([
      "",
      () => datasetsFromCSV(iris, { target: "specie" }),
      'there is no column "specie" (did you mean species?); the columns are: sepal_length_cm, sepal_width_cm, petal_length_cm, petal_width_cm, species',
    ]);
  });
});
