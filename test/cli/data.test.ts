import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { SearchDocument } from "../../src/search/report/document.js";
import { iris, main, penguins, runNode, scratch } from "../support/cli.js";

const cwd = scratch();
const cli = (...args: string[]) => runNode(main, args, cwd);
const write = (name: string, text: string | Uint8Array) => {
  writeFileSync(join(cwd, name), text);
  return name;
};
const range = (length: number) => Array.from({ length }, (_, i) => i);
const QUICK = ["--no-report", "--epochs", "1", "--rates", "0.01"];

async function searched(...args: string[]): Promise<SearchDocument["data"]> {
  const { code, out, err } = await cli("search", ...args, ...QUICK, "--json");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out).data;
}

async function refused(...args: string[]): Promise<string> {
  const { code, err } = await cli(...args);
  expect(err).toMatch(/^stepsize: [^\n]+\n$/);
  expect(code).toBe(2);
  return err;
}

describe("files as people have them", () => {
  const rows = range(80).map((i) => [((i * 37) % 101) / 10, ((i * 53) % 97) / 4, (i * 37) % 101 > 50 ? "hoch" : "tief"] as const);
  const german = `Größe;Dosis;Ergebnis\n${rows.map(([a, b, y]) => `${String(a).replace(".", ",")};${String(b).replace(".", ",")};${y}`).join("\n")}\n`;

  test.each<[string, () => string, string[], string[], RegExp[]]>([
    ["a German spreadsheet", () => write("de.csv", german), ["-t", "Ergebnis"], ["Größe", "Dosis"], [/";"/, /--decimal \./]],
    [
      "in Latin-1 and gzip",
      () => write("latin1.csv.gz", gzipSync(Buffer.from(german, "latin1"))),
      ["-t", "Ergebnis"],
      ["Größe", "Dosis"],
      [/Latin-1 \(--encoding/],
    ],
    [
      "with the index of pandas and an Id",
      () => write("pandas.csv", `,Id,size,y\n${rows.map(([a, , y], i) => `${i},${i + 1},${a},${y}`).join("\n")}\n`),
      ["-t", "y"],
      ["size"],
      [
        /column 1 is an index without a name: left out \(--include "column 1" keeps it\)/,
        /Id counts the rows: left out \(--include Id keeps it\)/,
      ],
    ],
    [
      "with an Id that is asked for",
      () => write("id.csv", `Id,size,y\n${rows.map(([a, , y], i) => `${i + 1},${a},${y}`).join("\n")}\n`),
      ["-t", "y", "--include", "Id"],
      ["Id", "size"],
      [/Id rises by one/],
    ],
    [
      "with prices, dates, post codes and names of rows",
      () =>
        write(
          "shop.csv",
          `customer,date,zip,price,y\n${rows.map(([, , y], i) => `C${i},2024-01-${(i % 28) + 1},${["00501", "10001"][i % 2]},"$${1 + (i % 3)},${100 + i}",${y}`).join("\n")}\n`,
        ),
      ["-t", "y"],
      ["zip=00501", "zip=10001", "price"],
      [
        /customer names rows/,
        /date holds dates: left out \(--include date reads them as days\)/,
        /"00501" are 2 categories \(--numeric zip/,
      ],
    ],
    [
      "with dates that are asked for, and codes as numbers",
      () => "shop.csv",
      ["-t", "y", "--include", "date", "--numeric", "zip"],
      ["date", "zip", "price"],
      [/days since 1970/],
    ],
    [
      "without a header, with comments",
      () => write("bare.csv", rows.map(([a, b, y], i) => `${i % 20 === 0 ? "% a word\n" : ""}${a},${b},${y}`).join("\n")),
      ["-t", "column 3", "--no-header", "--comment", "%"],
      ["column 1", "column 2"],
      [],
    ],
  ])("%s", async (_, file, args, features, notes) => {
    const data = await searched(file(), ...args);
    expect(data.features).toEqual(features);
    for (const note of notes) expect(data.notes.join("\n")).toMatch(note);
    expect(data.columns.filter(({ use }) => use === "feature").length).toBeGreaterThan(0);
  });

  test.each<[string, () => string, string[], string]>([
    ["a zip", () => write("data.zip", Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0)), ["-t", "y"], "the file is no CSV but a zip archive"],
    [
      "a constant quantity",
      () =>
        write(
          "flat.csv",
          `x,y\n${range(40)
            .map((i) => `${i % 7},3.5`)
            .join("\n")}`,
        ),
      ["-t", "y"],
      "every training row has the value 3.5, so there is nothing to learn",
    ],
    [
      "a class a row",
      () =>
        write(
          "names.csv",
          `x,y\n${range(40)
            .map((i) => `${i % 7},n${i}`)
            .join("\n")}`,
        ),
      ["-t", "y"],
      "are hardly classes; if they are, --task classification",
    ],
    [
      "dates to predict",
      () =>
        write(
          "when.csv",
          `x,y\n${range(40)
            .map((i) => `${i % 7},2024-02-${(i % 28) + 1}`)
            .join("\n")}`,
        ),
      ["-t", "y"],
      "it holds dates, which cannot be predicted",
    ],
    ["a missing cell", () => penguins, ["-t", "species"], "fill such cells with --missing mean"],
    ["one column", () => write("one.csv", "y\n1\n2\n3\n"), ["-t", "y"], 'no column is left to predict "y" from'],
    ["a NUL", () => write("nul.csv", "x,y\n1,a\n2,\0a\n"), ["-t", "y"], "holds the character NUL"],
    [
      "an encoding that is none",
      () => iris,
      ["-t", "species", "--encoding", "ebcdic"],
      "--encoding must be one of utf-8, utf-16le, utf-16be, latin1",
    ],
    ["a decimal sign that is none", () => iris, ["-t", "species", "--decimal", ";"], "--decimal must be one of ., ,"],
  ])("refuses %s", async (_, file, args, message) => {
    expect(await refused("search", file(), ...args, ...QUICK)).toContain(message);
  });

  test.runIf(existsSync("/dev/zero"))("does not read for ever", async () => {
    expect(await refused("search", "/dev/zero", "-t", "y")).toContain("/dev/zero: the file is no text");
    const script = `yes | tr -d '\\n' | "${process.execPath}" "${main}" search - -t y; true`;
    const err = execFileSync("sh", ["-c", `(${script}) 2>&1`], { cwd, encoding: "utf8" });
    expect(err).toContain("stepsize: standard input: the header: a cell has more than 1048576 characters");
  });

  test("nothing from a file reaches the terminal as a control character", async () => {
    const evil = `x\u001b[31mRED,z,y\u001b]0;pwn\u0007\n${range(60)
      .map((i) => `${i % 7},${i % 5},${i % 2 ? "a\u001b[2J" : "b"}`)
      .join("\n")}\n`;
    const file = write("an\u001b[1msi.csv", evil);
    const target = "y\u001b]0;pwn\u0007";
    await cli("train", file, "-t", target, "-r", "0.01", "--epochs", "1", "--save", "ansi.st");
    for (const args of [
      ["search", file, "-t", target, ...QUICK],
      ["search", file, "-t", "none", ...QUICK],
      ["search", file],
      ["train", file, "-t", target, "-r", "0.01", "--epochs", "1"],
      ["describe", file],
    ]) {
      const { out, err } = await cli(...args);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      expect(out + err).toContain("\\u{1b}");
    }
  });
});

describe("predict reads new files", () => {
  test("of which integers with gaps have become floats", async () => {
    write(
      "shops.csv",
      `store,size,ok\n${range(80)
        .map((i) => `${i % 4},${(i * 37) % 11},${i % 4 > 1 ? "yes" : "no"}`)
        .join("\n")}\n`,
    );
    await cli("train", "shops.csv", "-t", "ok", "--categorical", "store", "-r", "0.01", "--epochs", "2", "--save", "shops.st");
    const { code, out, err } = await cli("predict", "shops.st", write("new.csv", "store,size\n0.0,0.3\n3.0,-0.2\n2.0,1.1\n"));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.trim().split("\n")).toHaveLength(4);
  });

  test("that are written otherwise, and tell so little that the training file has to", async () => {
    const rows = range(80).map((i) => [i % 9, 1000 + i * 13.5] as const);
    write(
      "eu.csv",
      `a;b;y\n${rows.map(([a, b]) => `${a};${b.toFixed(1).replace(".", ",")};${a * 2 + b}`.replace(/\.(\d+)$/, ",$1")).join("\n")}\n`,
    );
    await cli("train", "eu.csv", "-t", "y", "-r", "0.01", "--epochs", "2", "--save", "eu.st");
    const predictions = async (name: string, text: string) =>
      (await cli("predict", "eu.st", write(name, text))).out.split("\n").slice(1, 2);
    const expected = await predictions("a.csv", "a,b\n3,1234\n5,1.5\n");
    expect(Number(expected[0])).not.toBeNaN();
    expect(await predictions("b.csv", "a\tb\n3\t1234,0\n")).toEqual(expected);
    // 1.234 could be either: in a file like the one trained on it is 1234
    expect(await predictions("c.csv", "a;b\n3;1.234\n")).toEqual(expected);
  });
});

describe("describe", () => {
  test("says in words what columns hold and what would be made of them", async () => {
    const { code, out, err } = await cli("describe", penguins, "--target", "species");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/penguins\.csv: 344 rows, 7 columns; species is one of some classes/);
    expect(out).toMatch(/^species +text +3 +Adelie, Chinstrap, Ge\S* +target$/m);
    expect(out).toMatch(/^body_mass_g +number +2 +94 +2700 to 6300 +feature$/m);
    expect(out).toMatch(/^sex +text +11 +2 +/m);
  });

  test("as JSON, with the dialect, of a file without a target", async () => {
    const { out } = await cli("describe", write("d.csv", "Id;when;x;y\n1;2024-01-31;1,5;a\n2;2024-02-29;2,5;b\n"), "--json");
    expect(JSON.parse(out)).toMatchObject({
      command: "describe",
      dialect: { delimiter: ";", decimal: ",", header: true },
      rows: 2,
      columns: [
        { name: "Id", kind: "number", range: [1, 2] },
        { name: "when", kind: "date", use: "left out", reason: "date", examples: ["2024-01-31", "2024-02-29"] },
        { name: "x", kind: "number", missing: 0, distinct: 2, range: [1.5, 2.5], use: "feature" },
        { name: "y", kind: "text", examples: ["a", "b"] },
      ],
      notes: [{ kind: "delimiter" }, { kind: "decimal" }, { kind: "dropped", column: "when" }],
    });
  });

  test.each([40, 80, 120])("keeps to %d columns", async (columns) => {
    const { out } = await runNode(main, ["describe", penguins], cwd, { COLUMNS: String(columns) });
    const table = out.split("\n").slice(1);
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(Math.max(columns, 74));
  });

  test("the notes of the README's files are none", async () => {
    for (const file of [iris, penguins]) expect(JSON.parse((await cli("describe", file, "--json")).out).notes).toEqual([]);
    expect(readFileSync(iris, "utf8")).toContain("species");
  });
});
