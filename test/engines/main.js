// The golden runs on every engine there is, from the packed tarball: npm run test:engines [-- name ...]
//
// Installs nothing (scripts/install-engines.sh does). Exit code 1 when a hash differs, and with CI set also when an engine is missing.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import Table from "cli-table3";
import { build } from "esbuild";
import { browse, browsers } from "../support/browsers.js";
import { run } from "../support/processes.js";
import { runtimes } from "../support/runtimes.js";
import { serve } from "../support/server.js";
import { installTarball, inTemporaryFolder } from "../support/tarball.js";

const TIMEOUT = 300_000;
/** Without these headers pages have no threads. */
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const root = fileURLToPath(new URL("../..", import.meta.url));
const golden = JSON.parse(readFileSync(join(root, "test/golden/runs.json"), "utf8"));

/** Bundles copies of the harness and the golden runs with the installed tarball; returns the folder of the bundles and `summary`. */
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
  const { summary } = await import(join(outdir, "runs.js"));
  return { bundles: outdir, summary };
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

/** The names of the runs whose hash is not the golden one. */
function differing(hashes) {
  return Object.keys(hashes).filter((name) => hashes[name] !== golden[name]);
}

async function main(chosen) {
  const engines = [...runtimes, ...browsers].filter(({ name }) => chosen.length === 0 || chosen.includes(name));
  const missing = engines.filter(({ path }) => !path);
  for (const { name, install } of missing) console.log(`not found: ${name} (${install}, or scripts/install-engines.sh for all)`);
  const table = new Table({ head: ["engine", "where", "kernels", "runs", "hash", "time"], style: { head: [], border: [], compact: true } });
  const faults = [];
  await inTemporaryFolder(async (folder) => {
    const { bundles, summary } = await bundle(folder);
    for (const engine of engines.filter(({ path }) => path)) {
      try {
        const version = /[\d.]+\d/.exec(await run(engine.version(engine.path), { timeout: TIMEOUT }))[0];
        for (const [place, results] of Object.entries(await collect(engine, bundles, folder))) {
          for (const { way, hashes, milliseconds } of results) {
            const wrong = differing(hashes);
            faults.push(...wrong.map((name) => `${engine.name}, ${place}, ${way}: ${name} differs`));
            const runs = `${Object.keys(hashes).length - wrong.length} of ${Object.keys(hashes).length}`;
            table.push([
              `${engine.name} (${version})`,
              place,
              way,
              runs,
              summary(hashes).slice(0, 16),
              `${(milliseconds / 1000).toFixed(1)} s`,
            ]);
          }
        }
      } catch (error) {
        faults.push(`${engine.name}: ${error.message}`);
      }
    }
  });
  console.log(table.toString());
  for (const fault of faults) console.log(fault);
  const complete = missing.length === 0 || process.env.CI === undefined;
  console.log(
    `${engines.length - missing.length} engines, ${faults.length === 0 ? "the same bits on all of them" : `${faults.length} faults`}`,
  );
  return faults.length === 0 && complete ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
