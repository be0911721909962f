// Ten training steps on every host that people embed the package in, from the packed tarball: npm run test:hosts [-- name ...]
//
// Installs the pinned hosts of package.json into a temporary folder; engines and browsers must be there (scripts/install-engines.sh).
// Exit code 1 when a host fails or gives another hash, and with CI set also when an engine or browser is missing.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { browse, browsers } from "../support/browsers.js";
import { printed, run, start } from "../support/processes.js";
import { bun, deno, node24 } from "../support/runtimes.js";
import { serve } from "../support/server.js";
import { installTarball, inTemporaryFolder } from "../support/tarball.js";

const TIMEOUT = 240_000;
const here = fileURLToPath(new URL(".", import.meta.url));
const golden = JSON.parse(readFileSync(join(here, "../golden/runs.json"), "utf8"))["ten steps"];
const chromium = browsers.find(({ name }) => name === "Chromium");
const versions = JSON.parse(readFileSync(join(here, "package.json"), "utf8")).dependencies;
// without colours, which Vite gives to the port of its address, too, where CI is set
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production", NO_COLOR: "1" };

const node = process.execPath;
const STRICT = { "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'" };
const FORBIDDEN = /Content-Security-Policy must allow blob: for worker-src/;
const WITH_WASM = { "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'" };

/**
 * Each host: `run` gives what train() of job.js returned. `fallback` is what the reason must say where only JavaScript can be had; `needs` an
 * engine or a browser; `worker` what is said where no worker can be had; `clock` is false where it stands still between requests, so that no run
 * seems to be long.
 */
const hosts = [
  { name: `Node ${process.versions.node}, import`, run: inProcess([node, "node/main.js"]) },
  { name: `Node ${process.versions.node}, require`, run: inProcess([node, "node/require.cjs"]) },
  { name: "stepsize/slim", run: inProcess([node, "node/slim.js"]) },
  { name: "stepsize/js", fallback: /JavaScript twin only/, run: inProcess([node, "node/js.js"]) },
  { name: "no WebAssembly (node --jitless)", fallback: /WebAssembly is not defined/, run: inProcess([node, "--jitless", "node/main.js"]) },
  {
    name: "4 GB of addresses (ulimit -v)",
    fallback: /memory/i,
    run: inProcess(["bash", "-c", `ulimit -v 4000000 && exec ${node} node/main.js alone`]),
  },
  { name: "Bun", needs: bun, run: inProcess([bun.path, "node/main.js"]) },
  { name: "Deno", needs: deno, run: inProcess([deno.path, "run", "--allow-read", "--allow-env", "node/main.js"]) },
  {
    name: `workerd (miniflare ${versions.miniflare})`,
    needs: node24,
    clock: false,
    worker: /^EngineError: there are no workers here/,
    run: inProcess([node24.path, "workerd/main.js"]),
  },
  { name: `Vite ${versions.vite}, dev`, needs: chromium, run: viteDev("page") },
  { name: `Vite ${versions.vite}, build`, needs: chromium, run: bundled("vite build page --outDir ../vite --logLevel error", "vite") },
  {
    name: `webpack ${versions.webpack}`,
    needs: chromium,
    run: bundled("webpack --entry ./page/main.js --output-path webpack --mode production", "webpack"),
  },
  {
    name: `Rollup ${versions.rollup}`,
    needs: chromium,
    run: bundled("rollup page/main.js --dir rollup --plugin node-resolve={browser:true} --plugin commonjs --silent", "rollup"),
  },
  { name: `esbuild ${versions.esbuild}`, needs: chromium, run: bundled(esbuild("esbuild"), "esbuild") },
  {
    name: `tfjs ${versions["@tensorflow/tfjs-core"]}, webgl`,
    needs: chromium,
    run: bundled(esbuild("tfjs", "tfjs"), "tfjs", chromium, {}, "tfjs.html"),
  },
  { name: `workers, Vite ${versions.vite}, dev`, needs: chromium, run: viteDev("vite-workers") },
  {
    name: `workers, Vite ${versions.vite}, build`,
    needs: chromium,
    run: bundled("vite build vite-workers --outDir ../vite-workers-built --logLevel error", "vite-workers-built"),
  },
  {
    name: `workers, webpack ${versions.webpack}`,
    needs: chromium,
    run: bundled("webpack --entry ./page/workers.js --output-path webpack-workers --mode production", "webpack-workers"),
  },
  ...browsers.map((browser) => ({
    name: `workers, ${browser.name}`,
    needs: browser,
    run: bundled(
      "esbuild main=page/workers.js trial-worker=stepsize/trial-worker --bundle --splitting --format=esm --outdir=workers --log-level=error",
      "workers",
      browser,
    ),
  })),
  ...browsers.flatMap((browser) => [
    {
      name: `${browser.name}, strict CSP`,
      needs: browser,
      fallback: /CompileError|EvalError|unsafe-eval/,
      worker: FORBIDDEN,
      run: bundled(esbuild("strict"), "strict", browser, STRICT),
    },
    {
      name: `${browser.name}, CSP 'wasm-unsafe-eval'`,
      needs: browser,
      worker: FORBIDDEN,
      run: bundled(esbuild("with-wasm"), "with-wasm", browser, WITH_WASM),
    },
    { name: `${browser.name}, a page without a bundler`, needs: browser, run: plain("browser", browser) },
    { name: `${browser.name}, the same in parts`, needs: browser, run: plain("browser/split", browser) },
    // the driver of WebKitGTK hides no page
    ...(browser.name === "WebKitGTK"
      ? []
      : [
          {
            name: `${browser.name}, in a worker and hidden`,
            needs: browser,
            run: bundled(esbuild("hidden", "hidden"), "hidden", browser, {}, "hidden.html"),
          },
        ]),
  ]),
  { name: `Next.js ${versions.next}, Node`, run: next("node") },
  { name: `Next.js ${versions.next}, edge`, worker: /no workers here/, run: next("edge") },
];

function esbuild(folder, page = "main") {
  return `esbuild page/${page}.js --bundle --splitting --format=esm --outdir=${folder} --log-level=error`;
}

/** A program that prints the result. */
function inProcess(command) {
  return async (folder) => JSON.parse(await run(command, { cwd: folder, env, timeout: TIMEOUT }));
}

/** Runs a tool of node_modules, given as a command line. */
function tool(line, folder) {
  const [name, ...args] = line.split(" ");
  return run([join(folder, "node_modules/.bin", name), ...args], { cwd: folder, env, timeout: TIMEOUT });
}

/** A page whose script a tool has bundled into a folder. */
function bundled(line, name, browser = chromium, headers = {}, html = "index.html") {
  return async (folder) => {
    mkdirSync(join(folder, name), { recursive: true });
    if (!line.startsWith("vite")) cpSync(join(folder, "page", html), join(folder, name, "index.html"));
    await tool(line, folder);
    const server = await serve(join(folder, name), headers);
    try {
      return await browse(browser, { ...server, url: `${server.url}?result=/result` }, { folder, timeout: TIMEOUT });
    } finally {
      server.close();
    }
  };
}

/** A page that imports a file of the package as it is. */
function plain(built, browser) {
  return async (folder) => {
    const site = join(folder, "plain", built);
    cpSync(join(folder, "node_modules/stepsize/dist", built), join(site, "stepsize"), { recursive: true });
    for (const file of ["index.html", "main.js"]) cpSync(join(folder, "page", file), join(site, "page", file));
    cpSync(join(folder, "job.js"), join(site, "job.js"));
    const main = readFileSync(join(site, "page/main.js"), "utf8");
    writeFileSync(join(site, "page/main.js"), main.replace('"stepsize"', '"../stepsize/stepsize.js"'));
    const server = await serve(site);
    try {
      return await browse(browser, { ...server, url: `${server.url}page/index.html?result=/result` }, { folder, timeout: TIMEOUT });
    } finally {
      server.close();
    }
  };
}

function viteDev(root) {
  return async (folder) => {
    const vite = start([join(folder, "node_modules/.bin/vite"), root, "--host", "localhost"], { cwd: folder, env });
    const server = await serve(folder);
    try {
      const [url] = await printed(vite, /http:\/\/localhost:\d+\//, TIMEOUT);
      return await browse(chromium, { result: server.result, url: `${url}?result=${server.url}` }, { folder, timeout: TIMEOUT });
    } finally {
      vite.stop();
      server.close();
    }
  };
}

/** Next.js is built once for both routes. */
let built;
function next(route) {
  return async (folder) => {
    built ??= tool("next build next", folder);
    await built;
    const server = start([join(folder, "node_modules/.bin/next"), "start", "next", "--port", "0"], { cwd: folder, env });
    try {
      const [url] = await printed(server, /http:\/\/localhost:\d+/, TIMEOUT);
      const response = await fetch(`${url}/api/${route}`, { signal: AbortSignal.timeout(TIMEOUT) });
      if (!response.ok) throw new Error(`${response.status}: ${server.output.stderr}`);
      return await response.json();
    } finally {
      server.stop();
    }
  };
}

/** What is wrong with a result, if anything is. */
function fault({ fallback, worker: refusal, clock = true }, { error, steps, backend, reason, hash, worker, turned }) {
  if (error !== undefined) return error;
  if (backend !== (fallback ? "js" : "wasm")) return `ran on ${backend}: ${reason}`;
  if (fallback && !fallback.test(reason)) return "gives another reason";
  if (steps !== 10) return `made ${steps} steps`;
  if (hash !== golden) return "gives another hash";
  if (turned !== clock) return turned ? "has a clock after all" : "does not let the event loop turn";
  if (refusal !== undefined) return refusal.test(worker) ? undefined : `says of a worker: ${worker}`;
  return worker === undefined || worker === golden ? undefined : `in a worker: ${worker}`;
}

async function main(chosen) {
  const picked = hosts.filter(({ name }) => chosen.length === 0 || chosen.some((word) => name.startsWith(word)));
  const missing = picked.filter(({ needs }) => needs && !needs.path);
  for (const { name, needs } of missing) console.log(`cannot be tried: ${name} (${needs.install}, or scripts/install-engines.sh)`);
  const head = ["host", "backend", "hash", "time", "reason, or what is wrong"];
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colWidths: [null, null, null, null, 90],
    wordWrap: true,
  });
  let failed = 0;
  await inTemporaryFolder(async (folder) => {
    cpSync(here, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
    installTarball(folder);
    for (const host of picked.filter(({ needs }) => !needs || needs.path)) {
      const begin = performance.now();
      const result = await host.run(folder).catch((error) => ({ error: error.message }));
      const wrong = fault(host, result);
      if (wrong !== undefined) failed++;
      const time = `${((performance.now() - begin) / 1000).toFixed(1)} s`;
      table.push([host.name, result.backend ?? "", result.hash?.slice(0, 16) ?? "", time, wrong ? `WRONG: ${wrong}` : result.reason]);
    }
  });
  console.log(table.toString());
  console.log(`${picked.length - missing.length - failed} hosts give the hash ${golden.slice(0, 16)}, ${failed} do not`);
  return failed === 0 && (missing.length === 0 || process.env.CI === undefined) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
