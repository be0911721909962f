// Bundles the entry points for Node, Bun and Deno into dist/*.js: to find, read and link the hundred modules of src/ takes Node 65 ms of
// processor time, and these 20. Bundlers get the modules themselves: from a bundle they drop less of what a page does not use (a program that
// trains is 55 KB gzipped instead of 39). The entries share chunks, so that a class is the same whichever it came from; what is imported when
// it is wanted stays apart.
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

// the chunks of an older build have other names
for (const name of readdirSync("dist")) if (name.endsWith(".js")) rmSync(`dist/${name}`);
await build({
  entryPoints: ["entries/index", "entries/js", "entries/slim", "data/csv"].map((name) => `dist/${name}.js`),
  entryNames: "[name]",
  chunkNames: "[name]-[hash]",
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  packages: "external",
  logOverride: { "ignored-bare-import": "silent" },
});
