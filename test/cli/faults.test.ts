import type * as Sync from "node:fs";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import type * as Files from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { FileError } from "../../src/cli/errors.js";
import { program } from "../../src/cli/program.js";
import { tell } from "../../src/cli/tell.js";
import { iris, scratch } from "../support/cli.js";
import { failing, fault, mended } from "../support/faults.js";
import { hear } from "../support/streams.js";

vi.mock("node:fs/promises", async (original) => (await import("../support/faults.js")).faultyFiles(await original<typeof Files>()));
vi.mock("node:fs", async (original) => (await import("../support/faults.js")).faultySync(await original<typeof Sync>()));

const cwd = scratch();
const at = (name: string) => join(cwd, name);

/** Runs the command line in this process, so that calls of the file system can fail. */
async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const heard = hear();
  process.exitCode = 0;
  try {
    await (await program(args[0])).parseAsync(args, { from: "user" });
  } catch (error) {
    tell(error);
  } finally {
    mended();
    heard.restore();
  }
  const code = Number(process.exitCode);
  process.exitCode = 0;
  const { out, err } = heard;
  return { code, out, err };
}
afterEach(mended);

const data = [iris, "-t", "species", "--epochs", "3"];
const train = ["train", ...data, "-r", "0.01"];
const search = ["search", ...data, "--rates", "0.01,0.03", "--repeats", "1", "--workers", "1"];
const study = [...search, "--vary", "batchSize=16,32"];

beforeAll(async () => {
  expect((await cli(...train, "--save", at("model"))).code).toBe(0);
  expect((await cli(...search, "--no-report", "--ledger", at("ledger"))).code).toBe(0);
  expect((await cli(...study, "--no-report", "--ledger", at("study"))).code).toBe(0);
});

/** What each command writes, by the flag or the argument that names it. */
interface Writer {
  readonly command: string;
  readonly names: string;
  readonly args: readonly string[];
  /** The file or folder, as `args` call it; "@" stands for the folder of the test. */
  readonly output: string;
  /** What is printed, whatever becomes of the file. */
  readonly prints?: RegExp;
  /** Grows while something is computed, which goes on without it. */
  readonly grows?: true;
}

const writers: readonly Writer[] = [
  { command: "train", names: "--save", args: train, output: "@/m.safetensors", prints: /held out {4}accuracy/ },
  { command: "train", names: "--report", args: train, output: "@/r.html", prints: /held out {4}accuracy/ },
  ...["l.csv", "l.jsonl", "tfevents.l"].map(
    (name): Writer => ({ command: "train", names: "--log", args: train, output: `@/${name}`, prints: /held out {4}accuracy/, grows: true }),
  ),
  { command: "search", names: "--report", args: search, output: "@/r.html", prints: /train with it:/ },
  { command: "search", names: "--report", args: study, output: "@/r.html", prints: /train the best with:/ },
  { command: "search", names: "--ledger", args: [...search, "--no-report"], output: "@/l", prints: /train with it:/, grows: true },
  { command: "search", names: "--ledger", args: [...study, "--no-report"], output: "@/l", prints: /train the best with:/, grows: true },
  { command: "range-test", names: "--report", args: ["range-test", ...data.slice(0, 3)], output: "@/r.html", prints: /smoothed loss/ },
  { command: "report", names: "--report", args: ["report", at("ledger")], output: "@/r.html", prints: /train with it:/ },
  { command: "report", names: "--report", args: ["report", at("study")], output: "@/r.html", prints: /train the best with:/ },
  { command: "predict", names: "--output", args: ["predict", at("model"), iris], output: "@/p.csv" },
  ...["e.csv", "e.parquet", "e.log"].map(
    (name): Writer => ({ command: "export", names: "file", args: ["export", at("ledger")], output: `@/${name}` }),
  ),
  { command: "export", names: "file", args: ["export", at("model")], output: "@/e.onnx" },
  { command: "export", names: "file", args: ["export", at("ledger"), "--format", "mlflow"], output: "@/runs" },
];

/** Names of flags and arguments that are read, not written. */
const READ: Readonly<Record<string, readonly string[]>> = {
  search: ["file", "--store"],
  worker: ["--store"],
  "range-test": ["file"],
  train: ["file", "--resume", "--from"],
  predict: ["model", "file"],
  describe: ["file"],
  report: ["ledger"],
  export: ["from"],
  verify: ["ledger", "file"],
  playground: ["file"],
};

/** Every flag and argument of a command that takes a path. */
function pathsOf(command: Command): string[] {
  const flags = command.options.filter(({ flags }) => /<(file|folder|path|place)>/.test(flags)).map(({ long }) => long as string);
  return [...command.registeredArguments.map((argument) => argument.name()), ...flags];
}

test("every path of the command line is read, or written under every fault", async () => {
  const found = (await program()).commands.flatMap((command) => pathsOf(command).map((name) => `${command.name()} ${name}`));
  const read = Object.entries(READ).flatMap(([command, names]) => names.map((name) => `${command} ${name}`));
  const written = [...new Set(writers.map(({ command, names }) => `${command} ${names}`))];
  expect([...read, ...written].sort()).toEqual(found.sort());
});

test("files are written in three places only, which are tried here and in kept-code.test.ts", () => {
  const sources = fileURLToPath(new URL("../../src/cli", import.meta.url));
  const writes =
    /\b(writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|writeSync|openSync|open|copyFile|cp|rename|renameSync)\b[^;]*from "node:fs/;
  // without a mode, and under its own name, a file is opened to be read
  const opened = (source: string) => (/\bopen\([^)]*,|\bopen as\b/.test(source) ? source : source.replace(/\bopen\b/g, ""));
  const found = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && writes.test(opened(readFileSync(join(sources, name), "utf8"))),
  );
  expect(found.sort()).toEqual(["appended.ts", "kept-code.ts", "write.ts"]);
});

const CODES = ["EIO", "ENOSPC", "EDQUOT", "EROFS", "EACCES"];
/** Whether a file is there before, and the number of calls that succeed before one fails; with every code of an error in turn. */
const cases = [false, true].flatMap((isThere) => [0, 1, 2, 5].map((after) => ({ isThere, after })));

/** Everything in a folder by its path, with what files hold. */
function contentsOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    names.map((name) => [name, statSync(join(folder, name)).isDirectory() ? "" : readFileSync(join(folder, name), "latin1")]),
  );
}

describe.each(writers)("$command $names: $output of $args", ({ names, args, output, prints, grows }) => {
  /** Runs it with a fault in a folder of its own, after a run that left a file or not. */
  async function tried(call: string, code: string, after: number, isThere: boolean) {
    const folder = at("tried");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const path = output.replace("@", folder);
    const words = [...args, ...(names.startsWith("--") ? [names, path] : [path])];
    // the export of another name, so that it is another file
    if (isThere) await cli(...words);
    const before = contentsOf(folder);
    failing(call, code, /tried\/./, after);
    const { code: exit, out, err } = await cli(...words);
    return { exit, out, err, before, now: contentsOf(folder), isReached: fault.after < 0, path };
  }

  const calls = ["open", "write", "fsync", "close", "rename", "mkdir"];
  test.each(calls)("when %s fails, it is one line, the old file stays and nothing is left over", async (call) => {
    for (const [i, { isThere, after }] of cases.entries()) {
      const code = CODES[(i + calls.indexOf(call)) % CODES.length] as string;
      const { exit, out, err, before, now, isReached, path } = await tried(call, code, after, isThere);
      if (!isReached) {
        expect(exit).toBe(0);
        expect(err).not.toContain("stepsize");
        continue;
      }
      expect(err).toMatch(/^stepsize: cannot write [^\n]*tried[^\n]*: [^\n]+\n$/);
      expect(exit).toBe(2);
      if (!grows) expect(now).toEqual(before);
      else {
        expect(Object.keys(now).map((name) => join(at("tried"), name))).toEqual(existsSync(path) ? [path] : []);
        // no piece of it is torn
        if (existsSync(path) && !path.includes("tfevents")) expect(readFileSync(path, "utf8")).toMatch(/^$|\n$/);
      }
      // what fails before anything is computed ends it
      if (prints !== undefined && (grows ? call !== "open" && !isHead(err) : after > 1)) expect(out).toMatch(prints);
    }
  });
});

/** Whether a ledger could not even be begun. */
function isHead(err: string): boolean {
  return !err.includes("goes on without it") && err.includes("tried/l:");
}

describe("a run goes on", () => {
  const folder = at("runs");
  const path = join(folder, "m.safetensors");
  const saves = ["--save", path, "--save-every", "1", "--keep", "2", "--epochs", "6"];
  test.each(["open", "write", "fsync", "rename"])("when %s fails while it saves, and says so once for a file", async (call) => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    failing(call, "ENOSPC", /runs\/./, 6);
    const { code, out, err } = await cli(...train, ...saves);
    // a line for each file, and one in the end, when the last save fails too
    const lines = err.trimEnd().split("\n");
    for (const line of lines) expect(line).toMatch(/^stepsize: cannot write .*: no space is left on the disk$/);
    expect(new Set(lines.slice(0, -1)).size).toBe(lines.length - 1);
    expect(lines.at(-1)).toBe(`stepsize: cannot write ${path}: no space is left on the disk`);
    expect(code).toBe(2);
    expect(out).toMatch(/held out {4}accuracy/);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("to its best epoch when it diverges, and says what became of that", async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const falls = '{"kind":"piecewiseConstant","boundaries":[40],"rates":[0.1,1e30]}';
    failing("write", "ENOSPC", /runs\/./);
    const { code, err } = await cli(
      ...train.slice(0, 4),
      "-o",
      "sgd",
      "--epochs",
      "60",
      "--hidden",
      "8",
      "--schedule",
      falls,
      "--save",
      path,
    );
    expect(code).toBe(1);
    expect(err).toMatch(
      /not finite.*its best epoch, \d+ with a loss of [\d.]+, is not saved: cannot write .*: no space is left on the disk\n$/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

test("the first of two errors of a file is told", async () => {
  const both = Object.assign(new Error("an error was suppressed"), { error: { code: "EIO" }, suppressed: { code: "ENOSPC" } });
  expect(new FileError("write", "m", both).message).toBe("cannot write m: no space is left on the disk");
});
