// Bundles what Node, Bun and Deno run. Of the entry points into dist/*.js: to find, read and link the hundred modules of src/ takes Node 65 ms of
// processor time, and these 20. Bundlers get the modules themselves: from a bundle they drop less of what a page does not use (a program that
// trains is 90 KB gzipped instead of 47). The entries share chunks, so that a class is the same whichever it came from; what is imported when
// it is wanted stays apart. The command line becomes a bundle of its own, dist/cli/, with the libraries that only it uses and their licences.
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";
import { asScript } from "./as-script.js";
import { builtins } from "./builtins.js";
import { chunkOf, oneChunk } from "./one-chunk.js";
import { plainFields } from "./plain-fields.js";

const { dependencies, peerDependencies, exports } = JSON.parse(readFileSync("package.json", "utf8"));
const options = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  chunkNames: "[name]-[hash]",
  external: Object.keys({ ...dependencies, ...peerDependencies }),
  metafile: true,
};

// the chunks of an older build have other names
for (const name of readdirSync("dist")) if (name.endsWith(".js")) rmSync(`dist/${name}`);
rmSync("dist/cli", { recursive: true, force: true });
mkdirSync("dist/cli");

/** Workers start on a file, which lies beside whatever starts them. */
const WORKER = "dist/search/executors/trial-worker.js";

const entries = Object.values(exports).flatMap(({ node }) => node ?? []);
await build({
  ...options,
  // what a program brings along itself
  external: [...options.external, ...Object.keys(peerDependencies)],
  entryPoints: [...entries.map((file) => file.replace("./dist/", "dist/entries/")), WORKER],
  entryNames: "[name]",
  outdir: "dist",
});

// edge functions import compiled modules under "?module"
const workerd = readFileSync("dist/entries/workerd.js", "utf8");
const edge = workerd.replace("/core.wasm", "/core.wasm?module");
if (edge === workerd) throw new Error("dist/entries/workerd.js imports no core.wasm");
writeFileSync("dist/entries/edge.js", edge);

// a page without a bundler imports one file with all there is, or one beside which stands what is imported when it is wanted
for (const folder of ["dist/browser", "dist/browser/split"]) {
  rmSync(folder, { recursive: true, force: true });
  await build({
    bundle: true,
    splitting: folder.endsWith("split"),
    minify: true,
    format: "esm",
    target: "es2022",
    chunkNames: "[name]-[hash]",
    entryPoints: { stepsize: "dist/entries/index.js" },
    outdir: folder,
  });
}

/** Commander starts commands that are programs of their own, which there are none of: Node's modules for that take 3 ms of a start. */
const withoutPrograms = {
  name: "without programs",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes("/node_modules/commander/") ? { path: "child_process", namespace: "nothing" } : undefined,
    );
    onLoad({ filter: /./, namespace: "nothing" }, () => ({ contents: "" }));
  },
};

// uPlot is in what scripts/page.js writes
const packages = new Set(["node_modules/uplot"]);
// scripts/coverage.js asks for it
const sourcemap = process.env.STEPSIZE_SOURCEMAPS !== undefined;
// the libraries are CommonJS and require what Node has
const REQUIRE = "const require = process.getBuiltinModule;";
const program = {
  ...options,
  sourcemap,
  // less text for Node to read at every start; names stay, for what a trace of an error says
  minifyWhitespace: true,
  minifySyntax: true,
  banner: { js: REQUIRE },
};
const plugins = [withoutPrograms, builtins, ...(sourcemap ? [] : [plainFields])];
// each by itself, so that fewer files are read at a start: what the two would share is cut into chunks by whichever of them needs what
for (const [entry, root = entry] of [["src/cli/main.ts", "src/cli/run.ts"], [WORKER.replace("dist/", "src/").replace(".js", ".ts")]]) {
  const { metafile, outputFiles } = await build({
    ...program,
    entryPoints: [entry],
    entryNames: "[name]",
    outdir: "dist/cli",
    plugins: [oneChunk(resolve(root)), ...plugins],
    write: false,
  });
  const chunk = chunkOf(metafile.outputs, resolve(entry));
  // source maps tell of the text as it was
  for (const { path, text } of outputFiles) writeFileSync(path, sourcemap ? text : inASCII(text));
  // a worker thread would start no sooner
  if (entry === "src/cli/main.ts") await asScript(chunk, REQUIRE, { ...program, plugins });
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = bytesInOutput > 0 ? /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] : undefined;
      if (folder !== undefined) packages.add(folder);
    }
  }
}
chmodSync("dist/cli/main.js", 0o755);
writeFileSync("dist/cli/LICENSES.txt", `dist/cli holds these packages:\n\n${[...packages].sort().map(notice).join("\n")}`);

/** V8 keeps and scans a text with one character beyond Latin-1 in twice the memory: esbuild leaves them in regular expressions and tagged templates. */
function inASCII(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) throw new Error(`${folder} has no licence file to pass on`);
  return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
}
