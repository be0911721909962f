// Writes the tables of docs/elsewhere.md from test/golden/peers/: `node scripts/elsewhere.js`; with --check it only says, by its exit code,
// whether they are up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { withMarked } from "./marked.js";

const path = "docs/elsewhere.md";
const read = (name) => JSON.parse(readFileSync(`test/golden/peers/${name}.json`, "utf8"));
const [names, { reasons, ...rows }] = [read("names"), read("rows")];

function cell(row) {
  if (typeof row === "string") return `\`${row}\``;
  if (row.ours !== undefined) return `\`${row.ours}\`: ${row.note}`;
  return `none: ${reasons[row.not]}`;
}

const tables = Object.entries(names).flatMap(([library, { version, ...lists }]) => [
  `## ${library}`,
  "",
  `As of ${version}.`,
  ...Object.entries(lists).flatMap(([what, list]) => [
    "",
    `| its ${what} | here |`,
    "| --- | --- |",
    ...list.map((name) => `| ${name} | ${cell(rows[library]?.[what]?.[name] ?? { not: "missing" }).replaceAll("|", "\\|")} |`),
  ]),
  "",
]);

const old = readFileSync(path, "utf8");
const page = withMarked(old, "names", `\n${tables.join("\n")}`);
if (process.argv.includes("--check")) {
  if (page !== old) {
    console.error(`${path} is out of date: run \`node scripts/elsewhere.js\``);
    process.exitCode = 1;
  }
} else writeFileSync(path, page);
