// How much more memory, at its peak, a process needs for reading something: node peak.js WHAT [FILE]. Prints { peak, outcome } in bytes. A process of its
// own, since the peak of one that did something before says nothing.
import { readFileSync } from "node:fs";
import { CsvReader, datasetsFromCSV } from "../../dist/data.js";
import { load } from "../../dist/index.js";
import { loadModel, readSafetensors } from "../../dist/training.js";

const [what, file, size] = process.argv.slice(2);
const engine = await load();
const peak = () => process.resourceUsage().maxRSS * 1024;

/** Reads a table that never stands in memory as text. */
function readTable(rows, columns) {
  const lines = Array.from({ length: 100 }, (_, i) =>
    Array.from({ length: columns }, (_, j) => ((i * 37 + j * 101) % 1000) / 10).join(","),
  );
  const piece = `${lines.join("\n")}\n`;
  const reader = new CsvReader();
  reader.push(`${Array.from({ length: columns }, (_, j) => `c${j}`).join(",")}\n`);
  for (let row = 0; row < rows; row += lines.length) reader.push(piece);
  return datasetsFromCSV(reader.end(), { target: "c0", task: "regression" }).training;
}

const readers = {
  nothing: () => {},
  tensors: (bytes) => readSafetensors(bytes),
  model: (bytes) => loadModel(engine, bytes),
  table: () => readTable(Number(size), 20),
};
// what is compiled and allocated once
readTable(2000, 20);
const bytes = file === "-" ? undefined : readFileSync(file);
globalThis.gc?.();
const before = peak();
let outcome = "read";
try {
  globalThis.kept = readers[what](bytes);
} catch (error) {
  outcome = error.name;
}
console.log(JSON.stringify({ peak: peak() - before, outcome }));
