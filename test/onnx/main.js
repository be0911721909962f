// Runs the files of stepsize/onnx in onnxruntime and compares what comes out with what the networks predict: npm run test:onnx [-- --write]
//
// Installs the pinned onnxruntime-node into a temporary folder. --write pins the files in test/golden/onnx.json, once all agree. Exit code 1 when a number is further off than
// FURTHEST, relative to the largest of its case, to 1 or to the scale of its targets, or a file is not the one that is pinned.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { inTemporaryFolder } from "../support/tarball.js";

const FURTHEST = 1e-5;
const PINS = "test/golden/onnx.json";
const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const here = fileURLToPath(new URL(".", import.meta.url));

await build({ entryPoints: ["test/onnx/cases.ts"], bundle: true, format: "esm", target: "es2022", outfile: "build/onnx-cases.js" });
const { digestOf, onnxCases } = await import("../../build/onnx-cases.js");
const library = Object.assign({}, ...(await Promise.all(["index", "data", "onnx"].map((name) => import(`../../dist/entries/${name}.js`)))));
const { cases: layers } = JSON.parse(readFileSync("test/golden/layers.json", "utf8"));
const { ACTIVATIONS } = await import("../../dist/models/activations.js");
const engine = await library.load();

/** What the first output of a file holds for a case. */
async function run({ InferenceSession, Tensor }, { file, feeds }) {
  const session = await InferenceSession.create(file);
  const tensors = Object.entries(feeds).map(([name, { type, dims, data }]) => [name, new Tensor(type, data, dims)]);
  const outputs = await session.run(Object.fromEntries(tensors));
  await session.release();
  return outputs[session.outputNames[0]].data;
}

await inTemporaryFolder(async (folder) => {
  for (const name of ["package.json", "package-lock.json"]) cpSync(join(here, name), join(folder, name));
  // its script fetches what graphics cards need
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"], { cwd: folder, stdio: "inherit" });
  const require = createRequire(join(folder, "package.json"));
  const onnxruntime = require("onnxruntime-node");
  const { version } = require("onnxruntime-node/package.json");
  const files = {};
  let [furthest, wrong] = [{ difference: -1 }, 0];
  for (const one of onnxCases(library, engine, layers, ACTIVATIONS)) {
    const { name, file, expected, unit } = one;
    const found = await run(onnxruntime, one);
    // quantities may lie far from 0: their unit counts
    const size = unit ?? Math.max(1, ...expected.map(Math.abs));
    const difference =
      found.length === expected.length ? Math.max(...expected.map((value, i) => Math.abs(value - found[i]))) / size : Number.NaN;
    files[name] = digestOf(file);
    if (!(difference <= FURTHEST)) {
      wrong++;
      console.error(`${name}: off by ${difference}`);
    }
    if (difference > furthest.difference) furthest = { name, difference };
  }
  const count = Object.keys(files).length;
  console.log(
    `onnxruntime-node ${version}: ${count} files, the furthest off by ${furthest.difference.toExponential(1)} (${furthest.name})`,
  );
  const text = `${JSON.stringify({ library: `onnxruntime-node ${version}`, files }, null, 1)}\n`;
  if (values.write && wrong === 0) writeFileSync(PINS, text);
  const isPinned = text === readFileSync(PINS, "utf8");
  if (!isPinned) console.error(`the files are not those of ${PINS}`);
  process.exitCode = wrong === 0 && isPinned ? 0 : 1;
});
