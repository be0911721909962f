// Writes src/generated/page.ts: what report.html is made of besides its document, so that nothing is read from node_modules when it is written.
import { mkdirSync, readFileSync } from "node:fs";
import { build } from "esbuild";
import { writeIfChanged } from "./write.js";

const read = (name) => readFileSync(`node_modules/uplot/${name}`, "utf8");
const { version } = JSON.parse(read("package.json"));
// as it is published, but for the address in its first line: the page shall not name what it could load from
const code = read("dist/uPlot.iife.min.js").replace(/^\/\*![^*]*\*\//, `/*! uPlot ${version}, MIT licence, (c) Leon Sorokin */`);
const { outputFiles } = await build({
  entryPoints: ["src/search/report/plots.ts"],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
});
const plots = outputFiles[0].text;

mkdirSync("src/generated", { recursive: true });
writeIfChanged(
  "src/generated/page.ts",
  `// Made by scripts/page.js.

/** uPlot (MIT, Leon Sorokin). */
export const uplot: { readonly code: string; readonly css: string } = ${JSON.stringify({ code, css: read("dist/uPlot.min.css") })};
/** Of this package. */
export const version: string = ${JSON.stringify(JSON.parse(readFileSync("package.json", "utf8")).version)};
/** src/search/report/plots.ts, bundled. */
export const plots: string = ${JSON.stringify(plots)};
`,
);
