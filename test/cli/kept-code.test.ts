// The code that V8 makes of the command line is kept for its next start, in a copy of the package of its own.
import type * as Sync from "node:fs";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runScript } from "../../src/cli/kept-code.js";
import { iris, main, permission, runNode, scratch } from "../support/cli.js";
import { failing, mended } from "../support/faults.js";

vi.mock("node:fs", async (original) => (await import("../support/faults.js")).faultySync(await original<typeof Sync>()));

const cwd = scratch();
const folder = join(cwd, "dist/cli");
symlinkSync(join(dirname(main), "../../node_modules"), join(cwd, "node_modules"));
writeFileSync(join(cwd, "package.json"), '{ "type": "module" }');

const isKept = (path: string) => /\.cjs\.v/.test(path);

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(dirname(main), folder, { recursive: true, filter: (path) => !isKept(path) });
});
afterEach(() => {
  mended();
  vi.unstubAllEnvs();
});

const SEARCH = ["search", iris, "-t", "species", "--rates", "0.01,0.1", "--repeats", "1", "--epochs", "3", "--no-report", "--json"];
const start = (words: readonly string[], env: Record<string, string> = {}) =>
  runNode(join(folder, "main.js"), words, cwd, { NODE_DISABLE_COMPILE_CACHE: "", ...env });
const kept = () => readdirSync(folder).filter(isKept);
const path = () => {
  expect(kept()).toEqual([expect.stringMatching(`\\.cjs\\.${process.version}-${process.platform}-${process.arch}$`)]);
  return join(folder, kept()[0] as string);
};
/** When it was written. */
const written = () => statSync(path(), { bigint: true }).mtimeNs;
const script = () => join(folder, readdirSync(folder).find((name) => name.endsWith(".cjs")) as string);

test.each([[["--help"]], [["optimizers"]], [SEARCH], [["search", "nowhere.csv"]], [["train", iris, "-t", "species", "--epochs", "1"]]])(
  "the code that %j leaves is taken by every later start",
  async (first) => {
    const before = await start(first);
    const once = written();
    // a search sets options of V8, under which code that was made without them is not taken
    for (const words of [first, SEARCH, ["--help"]]) expect((await start(words)).err).toBe(words === first ? before.err : "");
    expect((await start(first)).code).toBe(before.code);
    expect(written()).toBe(once);
  },
);

test("an answer is the same with the code, without it, and where none is to be kept", async () => {
  const answers = [await start(SEARCH, { NODE_DISABLE_COMPILE_CACHE: "1" })];
  expect(kept()).toEqual([]);
  answers.push(await start(SEARCH), await start(SEARCH));
  path();
  const [plain, ...others] = answers.map(({ code, out, err }) => ({ code, err, rates: JSON.parse(out).rates }));
  expect(plain).toMatchObject({ code: 0, err: "" });
  for (const other of others) expect(other).toEqual(plain);
});

test.each([
  ["nothing", () => Buffer.alloc(0)],
  ["the checksum of nothing, as a number", () => Buffer.alloc(4)],
  ["the checksum of nothing, in digits", () => Buffer.from("00000000")],
  ["three bytes", (code: Buffer) => code.subarray(0, 3)],
  ["half", (code: Buffer) => code.subarray(0, code.length / 2)],
  ["zeros", (code: Buffer) => Buffer.alloc(code.length)],
  ...[0, 0.01, 0.3, 0.6, 0.99].map((place) => [
    `another byte at ${place}`,
    (code: Buffer) => {
      const at = Math.floor(place * code.length);
      const other = Buffer.from(code);
      other.writeUInt8((code[at] as number) ^ 0x5a, at);
      return other;
    },
  ]),
] as [string, (code: Buffer) => Buffer][])("code that was damaged (%s) is made anew", async (_, damage) => {
  const { out } = await start(["--help"]);
  writeFileSync(path(), damage(readFileSync(path())));
  const damaged = written();
  expect(await start(["--help"])).toEqual({ code: 0, out, err: "" });
  const anew = written();
  expect(anew).not.toBe(damaged);
  expect(await start(["--help"])).toEqual({ code: 0, out, err: "" });
  expect(written()).toBe(anew);
});

test("code that was made under other options of V8 is made anew", async () => {
  await start(SEARCH, { NODE_OPTIONS: "--stack-trace-limit=20" });
  const others = written();
  const { out } = await start(["--help"]);
  const anew = written();
  expect(anew).not.toBe(others);
  expect((await start(["--help"])).out).toBe(out);
  expect(written()).toBe(anew);
});

test("a script that somebody has changed is not run by the code of what it was", async () => {
  const { out } = await start(["--version"]);
  const text = readFileSync(script(), "latin1");
  const changed = text.replaceAll(`"${out.trim()}"`, `"${out.trim().replaceAll(/\d/g, "7")}"`);
  expect(changed).toHaveLength(text.length);
  writeFileSync(script(), changed);
  expect((await start(["--version"])).out).toBe(out.replaceAll(/\d/g, "7"));
});

test("where nothing may be written, nothing is kept or said", async () => {
  const words = ["--no-warnings", "--allow-fs-read=*", join(folder, "main.js"), "--help"];
  const started = await runNode(permission, words, cwd, { NODE_DISABLE_COMPILE_CACHE: "" });
  expect(started).toEqual({ ...(await start(["--help"], { NODE_DISABLE_COMPILE_CACHE: "1" })), err: "" });
  expect(kept()).toEqual([]);
});

test("where something else has the place of the file, it stays", async () => {
  await start(["--help"]);
  const place = path();
  rmSync(place);
  mkdirSync(place);
  for (const words of [["--help"], SEARCH]) expect(await start(words)).toMatchObject({ code: 0, err: "" });
  expect(kept()).toHaveLength(1);
  expect(readdirSync(place)).toEqual([]);
});

test("processes that start at the same time keep one", async () => {
  const { out } = await start(["--help"], { NODE_DISABLE_COMPILE_CACHE: "1" });
  const all = await Promise.all(Array.from({ length: 6 }, () => start(["--help"])));
  for (const each of all) expect(each).toEqual({ code: 0, out, err: "" });
  // what two of them wrote into each other is made anew
  await start(["--help"]);
  const once = written();
  expect(await start(["--help"])).toEqual({ code: 0, out, err: "" });
  expect(written()).toBe(once);
});

test.each([0, 1])("a disk that is full after %i writes changes nothing but that no code is kept", (after) => {
  const place = join(folder, "tiny.cjs");
  writeFileSync(place, '(function (Import) { "use strict"; return { load: Import, meta: Import.meta, sum: () => 2 + 3 }; })');
  const { href } = pathToFileURL(place);
  vi.stubEnv("NODE_DISABLE_COMPILE_CACHE", "");
  const load = vi.fn(async (path: string) => path);
  const run = () => runScript(href, load) as { load: typeof load; meta: ImportMeta; sum(): number };
  failing("write", "ENOSPC", /tiny\.cjs\.v/, after);
  const { meta, sum } = run();
  expect(meta.url).toBe(href);
  expect(sum()).toBe(5);
  meta.keepCode?.();
  mended();
  const half = readFileSync(path()).length;
  const next = run();
  expect(next.load).toBe(load);
  next.meta.keepCode?.();
  const all = readFileSync(path());
  expect(all.length).toBeGreaterThan(half);
  const last = run();
  last.meta.keepCode?.();
  expect(last.sum()).toBe(5);
  expect(readFileSync(path())).toEqual(all);
});

test("an error says where it was thrown, in the script", async () => {
  await start(["--help"]);
  const text = readFileSync(script(), "latin1");
  writeFileSync(script(), text.replace("async function run(){", 'async function run(){throw new Error("here");'));
  for (const _ of "ab") expect((await start(["--help"])).err).toMatch(/Error: here\n\s+at run \(file:\/\/.*\.cjs:\d+:\d+\)/);
});
