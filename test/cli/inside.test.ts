// The command line within this process: what flags become, and what is printed, without starting a program for each.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { gzipSync } from "node:zlib";
import { InvalidArgumentError } from "commander";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { explain, FileError } from "../../src/cli/errors.js";
import { COLUMNS, csvOf, type Row, rowsOf } from "../../src/cli/export/rows.js";
import { readBytes, readTable } from "../../src/cli/files.js";
import { program } from "../../src/cli/program.js";
import { Progress } from "../../src/cli/progress.js";
import { ReadingProgress } from "../../src/cli/reading.js";
import { tell } from "../../src/cli/tell.js";
import { paint, printableLines, width, wrapped } from "../../src/cli/terminal.js";
import {
  classWeightsOf,
  delimiterOf,
  literalOf,
  lossOf,
  namesOf,
  numbersOf,
  ratesOf,
  scheduleOf,
  secondsOf,
} from "../../src/cli/values.js";
import { flagsOf, variationOf, varied } from "../../src/cli/vary.js";
import { say as inWords, option } from "../../src/data/words.js";
import type { LedgerContents } from "../../src/search/ledger-lines.js";
import { iris, scratch } from "../support/cli.js";
import { hear } from "../support/streams.js";

const cwd = scratch();
const at = (name: string) => join(cwd, name);
const write = (name: string, text: string | Uint8Array) => {
  writeFileSync(at(name), text);
  return at(name);
};

let heard = hear();
beforeEach(() => {
  heard = hear();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.useRealTimers();
  for (const restore of restores.splice(0).reverse()) restore();
});

const restores: (() => void)[] = [];
function terminal(stream: NodeJS.WriteStream, columns: number | undefined): void {
  const known = { isTTY: stream.isTTY, columns: stream.columns, hasColors: stream.hasColors };
  restores.push(() => Object.assign(stream, known));
  Object.assign(stream, { isTTY: true, columns, hasColors: () => true });
}

const run = async (...args: string[]) => (await program(args[0])).parseAsync(args, { from: "user" });
/** Runs a command in words; its output is without colours, with blanks for line breaks. */
async function said(...args: string[]): Promise<string> {
  await run(...args);
  return stripVTControlCharacters(heard.out).replace(/\s+/g, " ");
}

test("a page of scores that are compared by weights speaks of no band", async () => {
  const words = ["search", iris, "-t", "species", "--rates", "0.01,0.1", "--repeats", "1", "--epochs", "3", "-q"];
  for (const [flags, isBand] of [
    [[], true],
    [["--class-weights", "1,2,3"], false],
  ] as const) {
    await run(...words, ...flags, "--report", at("band.html"));
    const page = readFileSync(at("band.html"), "utf8");
    expect([page.includes("; the band is the 90 % interval"), page.includes("weighted accuracy")]).toEqual([isBand, !isBand]);
  }
});

test("a cell that a model cannot do without is named, of numbers and of texts, with what train does about it", async () => {
  const lines = Array.from({ length: 30 }, (_, i) => `${i % 7},${"uvw"[i % 3]},${i % 2 ? "a" : "b"}`).join("\n");
  const file = write("cells.csv", `x,t,y\n${lines}\n`);
  await run("train", file, "-t", "y", "--rate", "0.01", "--epochs", "1", "-q", "--save", at("cells.st"));
  for (const [row, column] of [
    [",u", "x"],
    ["1,", "t"],
  ] as const) {
    const asked = run("predict", at("cells.st"), write("gap.csv", `x,t\n1,v\n${row}\n`));
    await expect(asked).rejects.toThrow(
      `gap.csv: row 2, column ${column}: the cell is missing, and the model has nothing in its place: fill it in, or train the model with --missing mean (median, mode)`,
    );
    await expect(asked).rejects.toMatchObject({ name: "DataError", row: 2, column });
  }
});

describe("what a person writes", () => {
  test.each<[string, unknown, unknown]>([
    ["90s", secondsOf, 90],
    ["10m", secondsOf, 600],
    [" 2 h ", secondsOf, 7200],
    ["1.5", secondsOf, 1.5],
    ["", numbersOf, []],
    ["1,2e-3", numbersOf, [1, 0.002]],
    ["0.1,1", ratesOf, [0.1, 1]],
    ["0.01:1:3", ratesOf, [0.01, 0.1, 1]],
    ["a, b", namesOf, ["a", "b"]],
    ['["a,b","c"]', namesOf, ["a,b", "c"]],
    [" Infinity", literalOf, Infinity],
    ["[1,2]", literalOf, [1, 2]],
    ["word ", literalOf, "word"],
    ['{"kind":"cosine","rate":1}', scheduleOf, { kind: "cosine", rate: 1 }],
    ["multiStep:rate=1,boundaries=[3,4]", scheduleOf, { kind: "multiStep", rate: 1, boundaries: [3, 4] }],
    ["huber", lossOf, "huber"],
    ["huber:delta=2", lossOf, { kind: "huber", delta: 2 }],
    ["balanced", classWeightsOf, "balanced"],
    ["1,2", classWeightsOf, [1, 2]],
    ["\\t", delimiterOf, "\t"],
    ["tab", delimiterOf, "\t"],
    [";", delimiterOf, ";"],
    ["batchSize=16,32", variationOf, { batchSize: [16, 32] }],
    [
      "run.optimizer.weightDecay=0.001:0.1:3",
      variationOf,
      { "optimizer.weightDecay": [0.001, 0.01, 0.1].map((v) => expect.closeTo(v, 12)) },
    ],
    ["dropout=0:0.5", variationOf, { dropout: { from: 0, to: 0.5 } }],
    ["hidden=[32,16],8", variationOf, { hidden: [[32, 16], 8] }],
    ["schedule=cosine,1", variationOf, { schedule: ["cosine", "1"] }],
  ])("%s becomes %O", (text, read, value) => {
    expect((read as (text: string) => unknown)(text)).toEqual(value);
  });

  test.each<[string, unknown, string]>([
    ["1d", secondsOf, "It must be a time, as in 90s, 10m or 2h."],
    ["1.2.3s", secondsOf, "It must be a time, as in 90s, 10m or 2h."],
    ["1,", numbersOf, "It must be a number."],
    ["1:2", ratesOf, "It must be from:to:count or a list with commas."],
    ["1:2:3:4", ratesOf, "It must be from:to:count or a list with commas."],
    ["[1]", namesOf, "A JSON list must hold texts."],
    ["[a", namesOf, "It is not valid JSON"],
    ['{"rate":1}', scheduleOf, "It must have a kind"],
    ["cosine:1", scheduleOf, "It must be key=value."],
    ["=1", variationOf, "It must be field=values, as in batchSize=16,32."],
    ["batchSize=1,,2", variationOf, "It must be a list of values with commas between them."],
  ])("%s is refused", (text, read, message) => {
    expect(() => (read as (text: string) => unknown)(text)).toThrow(InvalidArgumentError);
    expect(() => (read as (text: string) => unknown)(text)).toThrow(message);
  });

  test.each<[string, unknown, object, string[]]>([
    ["optimizer", "sgd", { optimizer: "sgd" }, ["--optimizer", "sgd"]],
    ["optimizer.momentum", 0.5, { momentum: 0.5 }, ["--momentum", "0.5"]],
    ["batchSize", 16, { batchSize: 16 }, ["--batch-size", "16"]],
    ["hidden", [32, 16], { hidden: [32, 16] }, ["--hidden", "32,16"]],
    ["model.hidden", 8, { hidden: [8] }, ["--hidden", "8"]],
    ["model.activation", "tanh", { activation: "tanh" }, ["--activation", "tanh"]],
    ["earlyStopping.patience", 3, { patience: 3 }, ["--patience", "3"]],
    ["schedule", "cosine:rate=1", { schedule: { kind: "cosine", rate: 1 } }, ["--schedule", "cosine:rate=1"]],
    ["optimizer.beta1", 0.8, { set: { beta2: 1, beta1: 0.8 } }, ["--set", "beta1=0.8"]],
    [
      "optimizer.groups",
      [{ match: "*.bias" }],
      { set: { beta2: 1, groups: [{ match: "*.bias" }] } },
      ["--set", 'groups=[{"match":"*.bias"}]'],
    ],
  ])("--vary %s is a setting, and a flag of train", (path, value, settings, flags) => {
    expect(varied({ set: { beta2: 1 } } as never, { [path]: value })).toEqual({ set: { beta2: 1 }, ...settings });
    expect(flagsOf({ [path]: value })).toEqual(flags);
  });

  test.each(["seed", "optimizer.learningRate", "model.inputs"])("--vary %s is refused, with what can vary", (path) => {
    expect(() => flagsOf({ [path]: 1 })).toThrow(`--vary ${path} is no field that can vary: there are optimizer, `);
  });

  test.each([
    [option("shuffle", true), "--shuffle", "shuffle: true"],
    [option("shuffle", false), "--no-shuffle", "shuffle: false"],
    [option("missingValues"), "--missing-values", "missingValues"],
    [option("exclude", ["a", "b"]), "--exclude a,b", 'exclude: ["a", "b"]'],
    [option("exclude", ["a,b", "c"]), '--exclude "[\\"a,b\\",\\"c\\"]"', 'exclude: ["a,b", "c"]'],
    [option("missing", "mean of all"), '--missing "mean of all"', 'missing: "mean of all"'],
  ])("an option %j in the words of a voice", (name, flag, own) => {
    expect(inWords(["give ", name], "command line")).toBe(`give ${flag}`);
    expect(inWords(["give ", name], "library")).toBe(`give ${own}`);
  });
});

describe("the terminal", () => {
  test("has as many columns as it says, within what a person reads", () => {
    vi.stubEnv("COLUMNS", "77");
    expect(width()).toBe(77);
    vi.stubEnv("COLUMNS", "");
    terminal(process.stdout, 3);
    expect(width()).toBe(40);
    terminal(process.stdout, 3000);
    expect(width()).toBe(120);
    terminal(process.stdout, undefined);
    expect(width()).toBe(100);
  });

  test("shows colours, and no other control character", () => {
    expect(paint("red", "x")).toBe("x");
    expect(printableLines("a\u001b[31mb\n\u0007")).toBe("a\\u{1b}[31mb\n\\u{7}");
    terminal(process.stdout, 80);
    expect(paint("red", "x")).toBe("\u001b[31mx\u001b[39m");
    expect(printableLines("a\u001b[31mb\u001b[2K\n\u0007")).toBe("a\u001b[31mb\\u{1b}[2K\n\\u{7}");
  });

  test("cuts lines at blanks, and a word that is longer than a line not at all", () => {
    vi.stubEnv("COLUMNS", "40");
    const long = "x".repeat(50);
    expect(wrapped(`some words and ${long} and more`, "  ")).toBe(`some words and\n  ${long}\n  and more`);
    expect(wrapped(long, "  ")).toBe(long);
  });

  test.each([
    [60, /%/, / left/],
    [80, /% *, .*, 3 min 20 s left/, /never/],
    [120, /% *, .*, 3 min 20 s left/, /never/],
    [undefined, /% *, .*, 3 min 20 s left/, /never/],
  ])("of %s columns has a bar, once its library is there", async (columns, shown, hidden) => {
    vi.useFakeTimers();
    const { write } = process.stderr;
    terminal(process.stderr, columns);
    Object.assign(process.stderr, { cursorTo: () => true, clearLine: () => true, moveCursor: () => true, write });
    {
      using progress = new Progress(10, true, 400);
      progress.update(0, 10, { rate: 1, epoch: 1, epochs: 1, loss: 1 });
      expect(heard.err).toBe("");
      await vi.dynamicImportSettled();
      vi.advanceTimersByTime(200_000);
      progress.update(4, 10, { rate: 0.001, epoch: 1, epochs: 3, loss: 0.5 });
    }
    expect(heard.err).toMatch(shown);
    expect(heard.err).not.toMatch(hidden);
    expect(heard.err).toContain("rate 0.001  epoch 1/3  loss 0.5");
  });

  test("has no bar of what has ended before its library was there", async () => {
    terminal(process.stderr, 80);
    new Progress(10, true)[Symbol.dispose]();
    await vi.dynamicImportSettled();
    expect(heard.err).toBe("");
  });

  test.each([
    [undefined, 5, 10, 20, "50 %, 17 s left"],
    [100, 5, 10, 20.001, "20 %, 1 min 20 s left"],
    [10, 5, 10, 20, "100 %, 0 s left"],
    [undefined, 2, 1002, 30, "0 %, 2 h 46 min left"],
  ])("that is a file has a line every ten seconds (budget %s, %i of %i after %d s)", (budget, done, total, seconds, line) => {
    vi.useFakeTimers();
    process.stderr.isTTY = false;
    {
      using progress = new Progress(total, true, budget);
      progress.update(0, total, { rate: 1, epoch: 1, epochs: 1, loss: 1 });
      vi.advanceTimersByTime(seconds * 1000);
      progress.update(done, total, { rate: 0.1, epoch: 2, epochs: 3, loss: 0.25 });
      heard.err = "";
      vi.advanceTimersByTime(10_000);
      expect(heard.err).toBe(`${line}; rate 0.1, epoch 2/3, loss 0.25\n`);
    }
    heard.err = "";
    vi.advanceTimersByTime(60_000);
    expect(heard.err).toBe("");
  });

  test.each([
    [true, 600, "\rreading big.csv: 5 MB (50 %)\u001b[K", "\r\u001b[K"],
    [false, 600, "", ""],
    [false, 11_000, "reading big.csv: 5 MB (50 %)\n", ""],
  ])("(a terminal: %s) says how far reading has come after %i ms", (isTTY, wait, shown, end) => {
    vi.useFakeTimers();
    terminal(process.stderr, 80);
    process.stderr.isTTY = isTTY;
    {
      using reading = new ReadingProgress("big.csv");
      vi.advanceTimersByTime(wait);
      reading.update(5e6, 10e6);
      reading.update(6e6, 10e6);
      expect(heard.err).toBe(shown);
      heard.err = "";
    }
    expect(heard.err).toBe(end);
    using piped = new ReadingProgress("standard input");
    vi.advanceTimersByTime(wait);
    piped.update(5e6, undefined);
    expect(heard.err).not.toContain("%");
  });

  test.each([
    [new FileError("read", "a.csv", "it is gone"), "stepsize: cannot read a.csv: it is gone", 2],
    [new FileError("write", "a.csv", { code: "EROFS" }), "stepsize: cannot write a.csv: the file system is read-only", 2],
    [new FileError("write", "a.csv", new Error("odd")), "stepsize: cannot write a.csv: odd", 2],
    [new RangeError("Array buffer allocation failed"), "stepsize: not enough memory: use fewer or smaller layers, or less data", 2],
    ["thrown", "stepsize: this is a fault of stepsize, please report it\nthrown", 70],
    [Object.assign(new Error("bare"), { stack: undefined }), "stepsize: this is a fault of stepsize, please report it\nbare", 70],
  ])("gets an error over a bar: %o", (error, message, code) => {
    expect(explain(error)).toEqual({ message, code });
    terminal(process.stderr, 80);
    tell(error);
    expect(heard.err).toBe(`\r\u001b[K${message}\n`);
    expect(process.exitCode).toBe(code);
    process.exitCode = undefined;
  });
});

describe("commands", () => {
  const table = write(
    "kinds.csv",
    `day,size,same,code,kind,gap,${"none"}\n${Array.from({ length: 30 }, (_, i) => `2024-01-${String((i % 28) + 1).padStart(2, "0")},${(i * 37) % 11},7,00${i % 9},${"ab"[i % 2]},${i % 5 ? i : ""},`).join("\n")}\n`,
  );

  test.each([
    [[], /30 rows, 7 columns/, /; /],
    [["-t", "kind"], /7 columns; kind is one of some classes/, /a quantity/],
    [["-t", "size"], /7 columns; size is a quantity/, /one of some classes/],
  ])("describe %j says what columns hold", async (flags, shown, hidden) => {
    const text = await said("describe", table, ...flags);
    expect(text).toMatch(shown);
    expect(text.split("column")[1]).not.toMatch(hidden);
    expect(text).toMatch(/day date 28 2024-01-01/);
    expect(text).toMatch(/same number 1 7 /);
    expect(text).toMatch(/size number 11 0 to 10/);
    expect(text).toMatch(/none .* left out: empty/);
    expect(text).toContain("note: ");
  });

  test("describe lists a hundred columns, and counts the others", async () => {
    const wide = Array.from({ length: 130 }, (_, i) => `c${i}`);
    const rows = Array.from({ length: 1200 }, (_, r) => wide.map((_, c) => (c === 0 ? `w${r}` : r % 7)).join(","));
    const text = await said("describe", write("wide.csv", `${wide.join(",")}\n${rows.join("\n")}\n`));
    expect(text).toContain("and 30 more columns (--json has them all)");
    expect(text).toMatch(/c0 text > 1,000/);
  });

  test("doctor says in words what it says in JSON", async () => {
    const text = await said("doctor");
    for (const line of ["backend wasm", "SIMD yes", "they can be used", "isolation not a page", "times as fast", "as it must be"])
      expect(text).toContain(line);
    vi.stubGlobal("crossOriginIsolated", false);
    expect(await said("doctor")).toContain("isolation no: the page lacks COOP and COEP");
    vi.unstubAllGlobals();
  });

  const short = ["-t", "species", "--epochs", "2", "--batch-size", "40"];

  test("train has charts in words, one document of JSON, and nothing when it shall be quiet", async () => {
    const text = await said("train", iris, ...short, "--rate", "0.01", "--patience", "1", "--warmup", "3");
    expect(text).toContain("training loss");
    expect(text).toContain("learning rate");
    expect(text).toMatch(/stopped after epoch \d, the weights are those of epoch \d/);
    heard.out = "";
    await run("train", iris, ...short, "--rate", "0.01", "--json");
    expect(JSON.parse(heard.out)).toMatchObject({ command: "train", saved: null, steps: 6 });
    heard.out = "";
    await run("train", iris, ...short, "--rate", "0.01", "--quiet", "--test", "0");
    expect(heard.out).toBe("");
    expect(await said("train", iris, ...short, "--rate", "0.01", "--test", "0", "--hidden", "")).not.toContain("held out");
  });

  test.each([
    [[], "--rate is missing: give a learning rate, or find one with: stepsize search"],
    [["--rate", "0.1", "--keep", "2"], "--keep needs --save-every, which says when"],
    [["--rate", "0.1", "--save-every", "2"], "--save-every needs --save, which says where"],
  ])("train %j is refused", async (flags, message) => {
    await expect(run("train", iris, ...short, ...flags)).rejects.toThrow(message);
  });

  test("a range test has words, JSON and two numbers", async () => {
    const flags = ["range-test", iris, "-t", "species", "--no-report", "--steps", "60", "--repeats", "2"];
    const text = await said(...flags);
    expect(text).toMatch(/smoothed loss against the rising learning rate, the mean of 2 runs/);
    heard.out = "";
    await run(...flags, "--json");
    const { command, suggestion } = JSON.parse(heard.out);
    expect(command).toBe("range-test");
    heard.out = "";
    await run(...flags, "--quiet");
    expect(heard.out).toMatch(suggestion === null ? /^$/ : /^[\d.e-]+ [\d.e-]+\n$/);
    await run(...flags.filter((flag) => flag !== "--no-report"), "--quiet", "--report", at("range.html"));
    expect(readFileSync(at("range.html"), "utf8")).toContain("Range test on species");
  });

  test("a study has a table, and the line to train with", async () => {
    const flags = ["search", iris, ...short, "--no-report", "--rates", "0.01,0.1", "--repeats", "1", "--vary", "batchSize=20,40"];
    expect(await said(...flags)).toContain("train the best with");
    heard.out = "";
    await run(...flags, "--quiet");
    expect(heard.out).toMatch(/^stepsize train .* --batch-size \d+ --rate 0.\d+\n$/);
    await run(
      ...flags.filter((flag) => flag !== "--no-report"),
      "--quiet",
      "--combinations",
      "1",
      "--sampling",
      "random",
      "--report",
      at("study.html"),
    );
    expect(readFileSync(at("study.html"), "utf8")).toContain("Study on species");
  });

  test.each([
    [["search", iris, "-t", "species", "--keep", "2"], "--keep needs --queue"],
    [["search", iris, "-t", "species", "--store", "a"], "--store needs --queue"],
    [["playground", "--port", "1.5"], "--port must be a whole number from 0 to 65535, got 1.5"],
    [["playground", "--port", "70000"], "--port must be a whole number from 0 to 65535, got 70000"],
    [["verify", "no.jsonl"], "cannot read no.jsonl"],
    [["report", "no.jsonl"], "cannot read no.jsonl"],
    [["export", "no.jsonl", "out", "--format", "xml"], "--format must be one of"],
    [["export", "no.safetensors", "out.onnx"], "cannot read no.safetensors"],
    [["predict", iris, iris], "cannot read"],
  ])("%j is refused", async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });
});

describe("files", () => {
  /** Gives the process another standard input. */
  function input(...pieces: Uint8Array[]): void {
    const own = Object.getOwnPropertyDescriptor(process, "stdin") as PropertyDescriptor;
    restores.push(() => Object.defineProperty(process, "stdin", own));
    Object.defineProperty(process, "stdin", { value: Readable.from(pieces), configurable: true });
  }
  const bytes = new TextEncoder().encode("a,b\n1,2\n3,4\n");
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte));

  test("the standard input comes in pieces of any size, packed or not", async () => {
    input(...single);
    expect(Buffer.from(await readBytes("-"))).toEqual(Buffer.from(bytes));
    for (const pieces of [single, [bytes], Array.from(gzipSync(bytes), (byte) => Uint8Array.of(byte))]) {
      input(...pieces);
      const table = await readTable("-", {});
      expect([table.rows, table.value(1, "b")]).toEqual([2, 4]);
    }
    input(Uint8Array.of(97));
    await expect(readTable("-", {})).rejects.toThrow("the CSV file has a header and no rows");
  });

  test.each<[string, number, (row: number) => string]>([
    ["little", 10, (row) => `${row},2`],
    ["far more than it is long", 900_000, (row) => `${row % 7},2`],
    ["more than a piece of the file", 60_000, (row) => `${Math.sin(row)},${Math.cos(row)}`],
  ])("a packed one that unpacks to %s is read, and refused when it is cut", async (_, rows, line) => {
    const text = `a,b\n${Array.from({ length: rows }, (_, row) => line(row)).join("\n")}\n`;
    const packed = gzipSync(text);
    const table = await readTable(write("packed.csv.gz", packed), {});
    expect([table.rows, table.value(rows - 1, "a")]).toEqual([rows, Number(line(rows - 1).split(",")[0])]);
    // as two files behind each other are
    const half = text.indexOf("\n", text.length / 2);
    const members = Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))]);
    expect((await readTable(write("members.csv.gz", members), {})).rows).toBe(rows);
    await expect(readTable(write("cut.csv.gz", packed.subarray(0, packed.length - 9)), {})).rejects.toThrow("its gzip data is damaged");
  });

  test("one that would not fit into memory is refused after some of it", async () => {
    const line = `${"x".repeat(250)},1\n`;
    const large = write("large.csv", `a,b\n${line.repeat(150_000)}`);
    await expect(readTable(large, { memory: 2_000_000 })).rejects.toThrow(
      /it would take about [\d.]+ GiB of memory, and 0.0019 GiB may be used: use fewer rows or columns/,
    );
    expect((await readTable(large, {})).rows).toBe(150_000);
    // a container may leave less than the machine has
    const { constrainedMemory } = process;
    Object.assign(process, { constrainedMemory: () => 2_000_000 / 0.6 });
    await expect(readTable(large, {})).rejects.toThrow("and 0.0019 GiB may be used");
    Object.assign(process, { constrainedMemory });
  });

  test.each([
    ["no.csv", "there is no such file or directory"],
    [".", "it is a directory"],
  ])("%s cannot be read", async (name, reason) => {
    await expect(readTable(at(name), {})).rejects.toThrow(reason);
    await expect(readBytes(at(name))).rejects.toThrow(reason);
  });
});

describe("rows of a ledger", () => {
  const head = { run: { seed: 1 } };
  const metrics = { loss: 0.5, score: 0.75 };
  const result = {
    history: [{ loss: 0.9 }],
    kept: { validation: metrics },
    balancedAccuracy: 0.7,
    test: metrics,
    startLoss: 1.1,
    divergence: null,
    weights: "ab",
  };
  const none = { ...result, history: [], kept: null, balancedAccuracy: null, test: undefined, startLoss: null, weights: null };
  const trial = (key: string, rate: number, result: object) => ({ key, rate, seed: 1, split: 0, result });
  const contents = {
    head,
    asked: { study: [{ values: { optimizer: "sgd", hidden: [3, 4] }, run: head.run }] },
    trials: [
      trial("d", 0.3, { ...none, lost: 'its worker "a", ended' }),
      trial("c", 0.2, { ...none, divergence: { what: "the loss", step: 3 } }),
      trial("b", 0.2, { ...result, paused: 1 }),
      trial("a", 0.1, result),
      trial("a", 0.1, result),
    ],
  } as unknown as LedgerContents;

  test("are in order, whichever was done first, with what became of each", () => {
    const rows = rowsOf(contents);
    expect(rows.map(({ rate, state }) => [rate, state])).toEqual([
      [0.1, "done"],
      [0.1, "done"],
      [0.2, "diverged"],
      [0.2, "paused"],
      [0.3, "lost"],
    ]);
    expect(rows[0]).toEqual({
      ...{ key: "a", rate: 0.1, seed: 1, split: 0, combination: "optimizer=sgd hidden=[3,4]", state: "done", epochs: 1 },
      ...{ training_loss: 0.9, validation_loss: 0.5, validation_score: 0.75, balanced_accuracy: 0.7, test_loss: 0.5, test_score: 0.75 },
      ...{ start_loss: 1.1, diverged: null, diverged_step: null, lost: null, weights: "ab" },
    });
    expect(rows[2]).toMatchObject({ training_loss: null, validation_loss: null, test_loss: null, diverged: "the loss", diverged_step: 3 });
    expect(rowsOf({ ...contents, asked: {} } as LedgerContents)[0]?.combination).toBeNull();
  });

  test("are cells in quotes where they need them", () => {
    const lines = csvOf(rowsOf(contents) as Row[]).split("\n");
    expect(lines[0]).toBe(Object.keys(COLUMNS).join(","));
    expect(lines.at(-2)).toContain(',"its worker ""a"", ended",');
    expect(lines[1]).toContain("optimizer=sgd hidden=[3");
  });
});
