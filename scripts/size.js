// What the package weighs, against its budgets, and how long a cold load() takes.
//
//   npm run build && node scripts/size.js
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const KB = 1000;
/** What a cold load() may take, in milliseconds. */
const LOAD = 10;
/** Of each what it exports, and its budget; `apart` is what stays out of it, if it is to be one file: the imports that are made when they are wanted. */
const bundles = [
  { name: "schedules alone", code: 'export { cosine, rateAt, warmup } from "./dist/entries/schedules.js";', limit: 5 * KB },
  { name: "all of stepsize/inference", code: 'export * from "./dist/entries/inference.js";', limit: 14 * KB },
  { name: "all of stepsize/minimize", code: 'export * from "./dist/entries/minimize.js";', limit: 12 * KB },
  { name: "all of stepsize/onnx, with the network it writes", code: 'export * from "./dist/entries/onnx.js";', limit: 21 * KB },
  { name: "all of stepsize/schedules", code: 'export * from "./dist/entries/schedules.js";', limit: 12 * KB },
  {
    name: "load, Parameters, Optimizer, adamw",
    code: 'export { load, Parameters, Optimizer, adamw } from "./dist/entries/index.js";',
    limit: 30.2 * KB,
  },
  { name: "the same of stepsize/js", code: 'export { load, Parameters, Optimizer, adamw } from "./dist/entries/js.js";', limit: 33 * KB },
  {
    name: "a program that trains",
    code: 'export { load, mlp, adamw, warmup, cosine, Trainer } from "./dist/entries/index.js";',
    limit: 48.1 * KB,
  },
  {
    name: "load, mlp, adam, Trainer as one file",
    code: 'export { load, mlp, adam, Trainer } from "./dist/entries/index.js";',
    limit: 45.7 * KB,
    apart: ["*/reference/engine.js", "*/threads/index.js", "@assemblyscript/loader"],
  },
  { name: "everything of stepsize", code: 'export * from "./dist/entries/index.js";', limit: 136.6 * KB },
];

let failed = false;

/** Prints a size; one above its limit fails the script. */
function report(name, bytes, limit) {
  const over = bytes > limit;
  failed ||= over;
  console.log(`${(bytes / KB).toFixed(1).padStart(7)} KB of ${limit / KB} KB${over ? ": over the budget" : ""}  ${name}`);
}

/** The files that an entry needs at once: not the twin and the threads, which are imported when they are wanted. */
function needed({ outputs }, path, found = new Set()) {
  found.add(path);
  for (const { kind, path: next } of outputs[path].imports)
    if (kind === "import-statement" && !found.has(next)) needed({ outputs }, next, found);
  return found;
}

report("core.wasm", statSync("dist/engine/core.wasm").size, 72 * KB);
for (const { name, code, limit, apart } of bundles) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: "." },
    bundle: true,
    splitting: apart === undefined,
    external: apart,
    minify: true,
    format: "esm",
    outdir: "build",
    metafile: true,
    write: false,
  });
  const files = [...needed(metafile, "build/stdin.js")].map((path) => outputFiles.find((file) => file.path === resolve(path)));
  report(
    `${name}, bundled and gzipped`,
    files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0),
    limit,
  );
}

/** How long the import and `await load()` after it take in a new process, in milliseconds. */
function start() {
  const script = `const start = performance.now();
    const { load } = await import("stepsize");
    const imported = performance.now();
    await load();
    console.log(JSON.stringify([imported - start, performance.now() - imported]));`;
  return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" }));
}

// The least of ten is what the work takes. On a busy machine all may be disturbed: thirty are tried, and with more work than processors it is
// said and not judged.
const times = [];
const best = (index) => Math.min(...times.map((pair) => pair[index]));
do times.push(...Array.from({ length: 10 }, start));
while (best(1) > LOAD && times.length < 30);
const late = best(1) > LOAD;
const busy = loadavg()[0] > availableParallelism();
failed ||= late && !busy;
const milliseconds = (time) => `${time.toFixed(1).padStart(7)} ms`;
const within = `of ${LOAD} ms${late ? `: over the budget${busy ? ", on a busy machine" : ""}` : ""}`;
console.log(`${milliseconds(best(1))} ${within}  load() in a new Node ${process.versions.node}, the best of ${times.length}`);
console.log(`${milliseconds(best(0))}  the import before it`);
process.exitCode = failed ? 1 : 0;
