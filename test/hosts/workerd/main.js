// Bundles the worker as wrangler does, with its .wasm import left alone, and asks it once.
import { readdirSync } from "node:fs";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

const outdir = "workerd-out";
const loader = { ".wasm": "copy" };
await build({ entryPoints: ["workerd/worker.js"], bundle: true, format: "esm", conditions: ["workerd", "worker"], loader, outdir });
const wasm = readdirSync(outdir).filter((name) => name.endsWith(".wasm"));
const modules = [
  { type: "ESModule", path: `${outdir}/worker.js` },
  ...wasm.map((name) => ({ type: "CompiledWasm", path: `${outdir}/${name}` })),
];
const miniflare = new Miniflare({ modules, modulesRoot: outdir, compatibilityDate: "2026-01-01" });
try {
  console.log(await (await miniflare.dispatchFetch("http://localhost/")).text());
} finally {
  await miniflare.dispose();
}
