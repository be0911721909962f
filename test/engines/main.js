// The golden runs on every engine there is, from the packed tarball: npm run test:engines [-- name ...] [--write]
//
// --write puts the table into docs/determinism.md.
// Installs nothing (scripts/install-engines.sh does). Exit code 1 when a hash differs, and with CI set also when an engine is missing.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import Table from "cli-table3";
import { build } from "esbuild";
import { withMarked } from "../../scripts/marked.js";
import { browse, browsers, versionOf } from "../support/browsers.js";
import { run } from "../support/processes.js";
import { deno, runtimes } from "../support/runtimes.js";
import { serve } from "../support/server.js";
import { installTarball, inTemporaryFolder } from "../support/tarball.js";

const TIMEOUT = 300_000;
const HEAD = ["engine", "where", "kernels", "equal runs", "hash", "time"];
/** The golden run that only test/hosts makes. */
const HOSTS = "ten steps";
/** Without these headers pages have no threads. */
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const root = fileURLToPath(new URL("../..", import.meta.url));
const golden = JSON.parse(readFileSync(join(root, "test/golden/runs.json"), "utf8"));

/** Bundles copies of the harness and the golden runs with the installed tarball; returns the folder of the bundles, and the exports of runs.ts. */
async function bundle(folder) {
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  installTarball(folder);
  for (const name of ["engines/harness.js", "engines/cli.js", "engines/page.js", "engines/worker.js", "golden/runs.ts"]) {
    cpSync(join(root, "test", name), join(folder, name));
  }
  writeFileSync(join(folder, "digits.csv"), gunzipSync(readFileSync(join(root, "data/digits.csv.gz"))));
  const outdir = join(folder, "bundle");
  const options = {
    outdir,
    entryNames: "[name]",
    bundle: true,
    format: "esm",
    target: "es2022",
    loader: { ".csv": "text" },
    // what the harness itself needs; the library must come from the folder
    nodePaths: [join(root, "node_modules")],
  };
  const entries = (...names) => names.map((name) => join(folder, name));
  await build({ ...options, platform: "node", entryPoints: entries("engines/cli.js", "golden/runs.ts") });
  await build({ ...options, platform: "browser", entryPoints: entries("engines/page.js", "engines/worker.js") });
  writeFileSync(join(outdir, "index.html"), '<!doctype html><script type="module" src="page.js"></script>');
  writeFileSync(join(outdir, "package.json"), '{ "type": "module" }');
  return { bundles: outdir, ...(await import(join(outdir, "runs.js"))) };
}

/** What an engine gave: by place, a list of { way, hashes, milliseconds }. */
async function collect(engine, bundles, folder) {
  if (!browsers.includes(engine)) {
    const command = [...engine.command(engine.path, join(bundles, "cli.js")), engine.emulated ? "short" : "full"];
    return { process: JSON.parse(await run(command, { timeout: TIMEOUT })) };
  }
  const server = await serve(bundles, ISOLATED);
  try {
    const { error, ...places } = await browse(engine, server, { folder, timeout: TIMEOUT });
    if (error !== undefined) throw new Error(error);
    return places;
  } finally {
    server.close();
  }
}

/** What the command line answers, by a search that starts workers and tells the engine how to compile; it has nothing to complain of. */
async function answerOf(engine, folder) {
  const file = join(folder, "node_modules/stepsize/dist/cli/main.js");
  const command = engine === deno ? [engine.path, "run", "--allow-all", file] : engine.command(engine.path, file);
  const search = ["search", join(folder, "digits.csv"), "--target", "digit", "--json", "--no-report", "--workers", "2"];
  const { rates, best } = JSON.parse(await run([...command, ...search], { timeout: TIMEOUT, silent: true }));
  return JSON.stringify({ rates, best });
}

/** Runs every engine; returns a row for each place and way, and what is wrong. */
async function runAll(engines) {
  const rows = [];
  const faults = [];
  const answers = new Map();
  await inTemporaryFolder(async (folder) => {
    const { bundles, summary, isShort } = await bundle(folder);
    for (const engine of engines) {
      const expected = Object.keys(golden).filter((name) => name !== HOSTS && (!engine.emulated || isShort(name)));
      try {
        const version = /[\d.]+\d/.exec(await versionOf(engine, TIMEOUT))[0];
        for (const [place, results] of Object.entries(await collect(engine, bundles, folder))) {
          for (const { way, hashes, milliseconds } of results) {
            const wrong = expected.filter((name) => hashes[name] !== golden[name]);
            faults.push(...wrong.map((name) => `${engine.name}, ${place}, ${way}: ${name} differs`));
            const equal = `${expected.length - wrong.length} of ${expected.length}`;
            const time = `${(milliseconds / 1000).toFixed(1)} s`;
            rows.push([`${engine.name} (${version})`, place, way, equal, summary(hashes).slice(0, 16), time]);
          }
        }
        if (!browsers.includes(engine) && !engine.emulated) answers.set(engine.name, await answerOf(engine, folder));
      } catch (error) {
        faults.push(`${engine.name}: ${error.message}`);
      }
    }
  });
  const [first] = answers;
  for (const [name, answer] of answers) if (answer !== first[1]) faults.push(`${name}: a search answers otherwise than on ${first[0]}`);
  return { rows, faults };
}

/** Puts a table into docs/determinism.md. */
function writeTable(rows) {
  const path = join(root, "docs/determinism.md");
  const lines = [HEAD, HEAD.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const day = new Date().toISOString().slice(0, 10);
  const text = `\n\nOn ${day}:\n\n${lines.join("\n")}\n\n`;
  writeFileSync(path, withMarked(readFileSync(path, "utf8"), "engines", text));
}

const { values, positionals } = parseArgs({ options: { write: { type: "boolean" } }, allowPositionals: true });
const engines = [...runtimes, ...browsers].filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const missing = engines.filter(({ path }) => !path);
for (const { name, install } of missing) console.log(`not found: ${name} (${install}, or scripts/install-engines.sh for all)`);
const { rows, faults } = await runAll(engines.filter(({ path }) => path));

const table = new Table({ head: HEAD, style: { head: [], border: [], compact: true } });
table.push(...rows);
console.log(table.toString());
for (const fault of faults) console.log(fault);
const found = engines.length - missing.length;
console.log(`${found} engines, ${faults.length === 0 ? "the same bits on all of them" : `${faults.length} faults`}`);
if (values.write && faults.length === 0) writeTable(rows);
const complete = missing.length === 0 || process.env.CI === undefined;
process.exitCode = faults.length === 0 && complete ? 0 : 1;
