// Writes the pictures of pages in docs/: npm run build && node scripts/pictures.js. Needs Chromium; with --out FOLDER they go elsewhere, to be looked at.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "../dist/numerics.js";
import { browsers } from "../test/support/browsers.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({ options: { out: { type: "string", default: join(root, "docs") } } });
const chromium = browsers.find(({ name }) => name === "Chromium")?.path;
if (chromium === undefined) throw new Error("there is no Chromium here: apt-get install chromium");
/** Pictures are read over a network. */
const MOST = 60_000;

const folder = mkdtempSync(join(tmpdir(), "stepsize-pictures-"));

/** Rows whose label depends on nothing. */
function noise() {
  const random = new Random(5);
  const row = () => [...Array.from({ length: 5 }, () => random.uniform().toFixed(3)), random.uniform() < 0.5 ? "yes" : "no"].join(",");
  const file = join(folder, "noise.csv");
  writeFileSync(file, `a,b,c,d,e,label\n${Array.from({ length: 200 }, row).join("\n")}\n`);
  return file;
}

const vary = ["--vary", "optimizer=adam,sgd,lion", "--vary", "batchSize=16,32", "--epochs", "10"];
const PICTURES = [
  { name: "search", args: ["data/digits.csv.gz", "--target", "digit"], width: 1000, height: 910 },
  { name: "search-narrow", args: ["data/digits.csv.gz", "--target", "digit"], width: 400, height: 1150, dark: true },
  { name: "search-noise", args: [noise(), "--target", "label"], width: 1000, height: 850 },
  { name: "study", args: ["data/iris.csv", "--target", "species", ...vary], width: 1000, height: 900 },
];

try {
  for (const { name, args, width, height, dark = false } of PICTURES) {
    const page = join(folder, `${name}.html`);
    execFileSync(process.execPath, ["dist/cli/main.js", "search", ...args, "--quiet", "--report", page], { cwd: root, stdio: "ignore" });
    const picture = join(resolve(values.out), `${name}.webp`);
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", `--user-data-dir=${join(folder, "profile")}`];
    const look = [`--window-size=${width},${height}`, `--blink-settings=preferredColorScheme=${dark ? 0 : 1}`, `--screenshot=${picture}`];
    execFileSync(chromium, [...flags, ...look, pathToFileURL(page).href], { stdio: "ignore" });
    const { size } = statSync(picture);
    if (size > MOST) throw new Error(`${picture} has ${size} bytes: at most ${MOST} are wanted`);
    console.log(`${picture}: ${size} bytes`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
