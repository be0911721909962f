// Puts the built pages, where there are some, beside the bundles of the package, for `stepsize playground`; checks what they weigh. The API
// reference (site/dist/api) is for those who publish the pages: the package does without.
//
//   npm run site
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

const KB = 1000;
/** What the pages may add to the package, and what a first visit to a page may load without the data, gzipped. */
const BUDGET = { package: 500 * KB, page: 250 * KB };
const BUILT = "site/dist";
const API = join(BUILT, "api");

if (!existsSync(BUILT)) console.log(`${BUILT} is not there: the package gets no pages (npm ci --prefix site && npm run site)`);
else {
  const sizes = new Map(
    readdirSync(BUILT, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => !path.startsWith(`${API}/`))
      .map((path) => [path, gzipSync(readFileSync(path), { level: 9 }).length]),
  );
  const sum = (paths) => [...paths].reduce((total, path) => total + sizes.get(path), 0);
  report("all pages", sum(sizes.keys()), BUDGET.package);
  for (const page of [...sizes.keys()].filter((path) => path.endsWith(".html"))) report(page, sum(needed(page)), BUDGET.page);
  if (!process.exitCode) {
    rmSync("dist/site", { recursive: true, force: true });
    cpSync(BUILT, "dist/site", { recursive: true, filter: (path) => path !== API });
    cpSync("site/public/api.js", "dist/site/api.js");
    if (existsSync(API)) writeFileSync(`${API}.js`, "export default true;\n");
  }
}

/** The files that a page loads at once. */
function needed(path, found = new Set()) {
  found.add(path);
  const text = readFileSync(path, "utf8");
  const links = path.endsWith(".html")
    ? [...text.matchAll(/(?:src|href)="(\.\/assets\/[^"]+)"/g)]
    : path.endsWith(".js")
      ? [...text.matchAll(/(?:^|[;}])import(?:[^"'();]*?from)?["'](\.[^"']+)["']/g)]
      : [];
  for (const [, link] of links) {
    const next = join(dirname(path), link);
    if (!found.has(next)) needed(next, found);
  }
  return found;
}

function report(name, bytes, limit) {
  const over = bytes > limit;
  console.log(`${(bytes / KB).toFixed(1).padStart(7)} KB of ${limit / KB} KB${over ? ": over the budget" : ""}  ${name}, gzipped`);
  if (over) process.exitCode = 1;
}
