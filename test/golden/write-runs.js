// Writes test/golden/runs.json from dist/, once both backends agree: npm run golden:runs
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { build } from "esbuild";
import { train } from "../hosts/job.js";

await build({ entryPoints: ["test/golden/runs.ts"], bundle: true, format: "esm", target: "es2022", outfile: "build/runs.js" });
const { goldenRuns } = await import("../../build/runs.js");
const entries = ["index", "optimizers", "schedules", "data", "numerics"];
const library = Object.assign({}, ...(await Promise.all(entries.map((name) => import(`../../dist/entries/${name}.js`)))));
const digits = gunzipSync(readFileSync("data/digits.csv.gz")).toString();

const runs = {};
for (const backend of ["wasm", "js"]) {
  runs[backend] = await goldenRuns(library, await library.load({ backend }), digits, "full");
  runs[backend]["ten steps"] = (await train(library, { backend })).hash;
}
for (const name of Object.keys(runs.wasm)) {
  if (runs.wasm[name] !== runs.js[name]) throw new Error(`${name}: wasm and JavaScript differ; runs.json stays as it is`);
}
writeFileSync("test/golden/runs.json", `${JSON.stringify(runs.wasm, null, 1)}\n`);
console.log(`${Object.keys(runs.wasm).length} runs written`);
