// Writes the table of accuracies without a rate into docs/optimizers.md, by the protocols of the tests and from more seeds:
// node scripts/accuracies.js (some minutes).
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { load } from "../dist/entries/index.js";
import { withMarked } from "./marked.js";

// as deep as test/support/, from where data sets are found
const outfile = fileURLToPath(new URL("../build/scripts/accuracies.js", import.meta.url));
const contents = 'export * from "./test/support/crossValidation.js"; export { untuned } from "./test/optimizers/table.js";';
await build({
  stdin: { contents, resolveDir: fileURLToPath(new URL("..", import.meta.url)) },
  bundle: true,
  format: "esm",
  platform: "node",
  packages: "external",
  target: "es2022",
  outfile,
});
const { accuracy, PROTOCOLS, untuned } = await import(outfile);
const { iris, digits } = PROTOCOLS;
const columns = [iris, { ...iris, batchSize: 16, epochs: 500 }, digits, { ...digits, batchSize: 32 }];
const SEEDS = [1, 2, 3, 4, 5];
const engine = await load();

const optimizers = [...untuned, { kind: "adam" }, { kind: "adam", learningRate: 1e-2 }];
const rows = [];
for (const optimizer of optimizers) {
  const cells = [];
  for (const protocol of columns) {
    const scores = [];
    for (const seed of SEEDS) scores.push(100 * (await accuracy(engine, optimizer, protocol, seed)));
    const mean = scores.reduce((sum, score) => sum + score, 0) / SEEDS.length;
    const lowest = Math.min(...scores);
    cells.push(lowest === 0 ? "diverges" : `${mean.toFixed(1)} (${lowest.toFixed(1)})`);
  }
  rows.push(`| \`${call(optimizer)}\` | ${cells.join(" | ")} |`);
  console.log(rows.at(-1));
}

function call({ kind, ...options }) {
  const written = Object.entries(options).map(([name, value]) => `${name}: ${typeof value === "object" ? call(value) : value}`);
  return `${kind}(${written.length > 0 ? `{ ${written.join(", ")} }` : ""})`;
}

const table = [
  "| | iris, whole batches | iris, batches of 16 | digits, batches of 128 | digits, batches of 32 |",
  "| --- | --- | --- | --- | --- |",
  ...rows,
].join("\n");
const path = fileURLToPath(new URL("../docs/optimizers.md", import.meta.url));
writeFileSync(path, withMarked(readFileSync(path, "utf8"), "accuracies", `\n${table}\n`));
