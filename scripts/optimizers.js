// Writes the table of docs/optimizers.md from the registry (state) and the docstrings (words): `node scripts/optimizers.js`; with --check
// it only says, by its exit code, whether the table is up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { load, Optimizer, Parameters } from "../dist/entries/index.js";
import { optimizerFromJSON, rules, wrappers } from "../dist/entries/optimizers.js";
import { docstrings } from "./docstrings.js";
import { withMarked } from "./marked.js";

const SIDE = 64;
const path = fileURLToPath(new URL("../docs/optimizers.md", import.meta.url));
const functions = new Map(docstrings(fileURLToPath(new URL("../src/optimizers", import.meta.url))).map((entry) => [entry.name, entry]));
const engine = await load();

/** Wrappers and the like are shown around this. */
const INSIDE = { kind: "sgd" };

/** The state of an optimizer for a square matrix: its slots with the number of floats each has. */
function slotsOf(kind) {
  const needed = wrappers.has(kind) ? { optimizer: INSIDE } : kind === "partition" ? { parts: [{ match: "*", optimizer: INSIDE }] } : {};
  const parameters = new Parameters(engine, { weight: [SIDE, SIDE] });
  const optimizer = new Optimizer(parameters, optimizerFromJSON({ kind, ...needed }));
  return Object.entries(optimizer.state().slots).map(([name, tensors]) => [name, tensors.weight?.length ?? 0]);
}

const rows = [...rules.keys(), ...wrappers.keys(), "partition"]
  .sort((a, b) => a.localeCompare(b, "en", { sensitivity: "base" }))
  .map((kind) => {
    const entry = functions.get(kind);
    if (entry === undefined) throw new Error(`${kind} has no documented factory of its name in src/optimizers`);
    const [what, , ...rest] = entry.paragraphs;
    const [paper, agreement] = [rest.at(-1), rest.at(-2)];
    if (!/\b(19|20)\d\d\b/.test(paper ?? "") || agreement === undefined)
      throw new Error(`the docstring of ${kind} must end with agreement and paper`);
    const slots = slotsOf(kind);
    const floats = slots.reduce((sum, [, length]) => sum + length, 0) / SIDE ** 2;
    const state = stateOf(slots) || "none";
    return `| \`${kind}\` | ${cell(what)} | ${state} | ${Math.round(12 + 8 * floats)} | ${cell(agreement)} | ${cell(paper)} |`;
  });

const table = [
  "| optimizer | what it is | state slots | bytes | which library it agrees with, what differs elsewhere | paper |",
  "| --- | --- | --- | --- | --- | --- |",
  ...rows,
].join("\n");

/** The slots in words; those that are numbered in one: "valueChange0 ... 99". */
function stateOf(slots) {
  const families = new Map();
  for (const [name, length] of slots) {
    const [, stem, number] = /^(.*?)(\d*)$/.exec(name);
    families.set(stem, [...(families.get(stem) ?? []), { number, note: length < SIDE ** 2 ? " (smaller)" : "" }]);
  }
  return [...families]
    .map(([stem, members]) => `${stem}${members[0].number}${members.length > 1 ? ` ... ${members.at(-1).number}` : ""}${members[0].note}`)
    .join(", ");
}

function cell(text) {
  return text.replaceAll("|", "\\|");
}

const old = readFileSync(path, "utf8");
const page = withMarked(old, "table", `\n${table}\n`);
if (process.argv.includes("--check")) {
  if (page !== old) {
    console.error("docs/optimizers.md is out of date: run `npm run build && node scripts/optimizers.js`");
    process.exitCode = 1;
  }
} else writeFileSync(path, page);
