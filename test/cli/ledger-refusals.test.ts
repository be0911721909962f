// Ledgers that are changed in one way each, and what the commands that read them say.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { program } from "../../src/cli/program.js";
import { readLines, writeLine } from "../../src/search/ledger.js";
import { iris, scratch } from "../support/cli.js";

const cwd = scratch();
const at = (name: string) => join(cwd, name);
const run = async (...args: string[]) => (await program(args[0])).parseAsync(args, { from: "user" });
const search = (ledger: string) => [
  ...["search", iris, "-t", "species", "--epochs", "2", "--rates", "0.01,0.1", "--repeats", "1"],
  ...["--no-report", "--quiet", "--workers", "1", "--ledger", ledger],
];

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
});
afterEach(() => vi.restoreAllMocks());

type Entry = Record<string, unknown> & { key?: string; plan?: unknown; guess?: unknown; words?: string[]; result?: object };
let entries: Entry[] = [];
beforeAll(async () => {
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  await run(...search(at("whole.jsonl")));
  entries = readLines(readFileSync(at("whole.jsonl"))).entries as Entry[];
});

const isTrial = ({ key }: Entry) => key !== undefined;
const changes: Record<string, (all: Entry[]) => Entry[]> = {
  "of another version": ([head, ...rest]) => [{ ...head, core: "0123" }, ...rest],
  "without trials": (all) => all.filter((entry) => !isTrial(entry)),
  "with lost trials only": (all) =>
    all.map((entry) => (isTrial(entry) ? { ...entry, result: { ...entry.result, lost: "its worker ended", weights: null } } : entry)),
  "with paused trials": (all) => all.map((entry) => (isTrial(entry) ? { ...entry, result: { ...entry.result, paused: 1 } } : entry)),
  "with trials of another run": (all) => all.map((entry) => (isTrial(entry) ? { ...entry, of: "0".repeat(16) } : entry)),
  "of the standard input": (all) =>
    all.map((entry) => (entry.words === undefined ? entry : { ...entry, words: entry.words.map((word) => (word === iris ? "-" : word)) })),
  "without guesses": (all) => all.filter(({ guess }) => guess === undefined),
};

test.each<[string, string[], string]>([
  ["of another version", ["verify"], "was written by another version (core 0123): run it with that one"],
  ["of another version", ["search"], "was written by another version, whose bits may be others: name another ledger"],
  ["without trials", ["verify"], "has no trial that has ended yet"],
  ["without trials", ["report"], "has no trial that has ended yet"],
  ["with lost trials only", ["verify"], "has no trial that has ended yet"],
  [
    "with paused trials",
    ["report"],
    "has trials that are paused, the furthest after 1 epoch, and none that has ended yet: the same search goes on",
  ],
  ["with trials of another run", ["verify"], "has trials of a run that is not in it"],
  ["of the standard input", ["verify"], "the search read its data from the standard input: name their file behind the ledger"],
  ["without guesses", ["report"], "the ledger is damaged: it does not say what guessing reaches"],
])("one %s is refused by %j", async (name, [command = ""], message) => {
  const change = changes[name] as (all: Entry[]) => Entry[];
  const path = at(`${name.replaceAll(" ", "-")}.jsonl`);
  writeFileSync(path, change(entries).map(writeLine).join(""));
  const refused =
    command === "search" ? run(...search(path)) : run(command, path, ...(command === "report" ? ["--report", at("page.html")] : []));
  await expect(refused).rejects.toThrow(message);
});

test("one that is a folder cannot be read, and fewer workers than one are none", async () => {
  mkdirSync(at("folder"));
  await expect(run(...search(at("folder")))).rejects.toThrow(/folder: it is a directory/);
  await expect(run("verify", at("whole.jsonl"), "--workers", "0")).rejects.toThrow("--workers must be a positive integer, got 0");
});
