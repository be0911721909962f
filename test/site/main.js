// Every page in Chromium, Firefox and WebKitGTK, as a person uses it: npm run site && npm run test:site [-- Chromium] [--task search] [--pictures]
//
// Installs nothing (scripts/install-engines.sh and `npm ci --prefix site` do). Exit code 1 when anything is wrong, and with CI set also when
// a browser is missing. --pictures writes docs/pages/: what each page looks like in Chromium, light and dark, wide and narrow.
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { browsers } from "../support/browsers.js";
import { serve } from "../support/server.js";
import { inTemporaryFolder } from "../support/tarball.js";
import { strictTasks, tasks } from "./tasks.js";
import { launch, prelude, Visitor } from "./visitor.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const STRICT = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; frame-src 'self'",
};
/** Pixels that a picture is high at the most. */
const HIGHEST = 2000;
const SIZES = [1280, 400].flatMap((width) => [false, true].map((dark) => ({ width, dark })));

/** What a browser can do besides. */
const abilities = {
  Chromium: { sizes: SIZES, busiest: busiestTask },
  Firefox: { sizes: SIZES.filter(({ dark }) => !dark), busiest: unwatched },
  // its window does not become as narrow as a phone
  WebKitGTK: { sizes: [{ width: 1280 }], busiest: unwatched },
};

/**
 * The longest task of the page's thread while something goes on, in milliseconds of processor time: what other programs take of a busy machine
 * is not counted.
 */
async function busiestTask(page, act) {
  await page.tracing.start({ categories: ["toplevel", "blink.user_timing"] });
  await page.evaluate((mark) => performance.mark(mark), MARK);
  await act();
  const { traceEvents } = JSON.parse(new TextDecoder().decode(await page.tracing.stop()));
  // Chromium draws parts of itself as pages of their own
  const own = threadOf(traceEvents.find(({ name }) => name === MARK));
  const times = traceEvents.filter((event) => threadOf(event) === own && /RunTask$/.test(event.name)).map(({ tdur = 0 }) => tdur / 1000);
  if (times.length === 0) throw new Error("the trace has no tasks");
  return Math.max(...times);
}

const MARK = "stepsize: the page that is watched";
const threadOf = ({ pid, tid }) => `${pid} ${tid}`;

/** Only Chromium tells the processor time of tasks. */
async function unwatched(_page, act) {
  await act();
}

async function visit(engine, folder, chosen, picture) {
  const faults = [];
  const all = [
    [tasks, await serve(join(root, "site/dist"), ISOLATED, prelude)],
    [strictTasks, await serve(join(root, "site/dist"), STRICT, prelude)],
  ];
  const browser = await launch(engine);
  try {
    for (const [own, server] of all) {
      const visitor = new Visitor(browser, server);
      for (const [name, task] of Object.entries(own).filter(([name]) => chosen.length === 0 || chosen.includes(name))) {
        const start = performance.now();
        const place = join(folder, `${engine.name}-${name}`);
        mkdirSync(join(place, "node_modules"), { recursive: true });
        symlinkSync(root, join(place, "node_modules/stepsize"));
        const found = [];
        let said = "";
        try {
          said = (await task(visitor, place, { ...abilities[engine.name], ...(engine.name === "Chromium" && { picture }) })) ?? "";
        } catch (error) {
          found.push(error.message);
        }
        await visitor.leave().catch((error) => found.push(error.message));
        found.push(...visitor.faults.splice(0));
        faults.push(...found.map((fault) => `${engine.name}, ${name}: ${fault}`));
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        console.log(`${found.length === 0 ? "ok" : "FAILED"}  ${engine.name}  ${name}  ${seconds} s  ${said}`);
        for (const fault of found) console.log(`  ${fault}`);
      }
    }
  } finally {
    await browser.close();
    for (const [, server] of all) server.close();
  }
  return faults;
}

const { values, positionals } = parseArgs({
  options: { pictures: { type: "boolean" }, task: { type: "string", multiple: true, default: [] } },
  allowPositionals: true,
});
const wanted = browsers.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const missing = wanted.filter(({ path }) => !path);
for (const { name, install } of missing) console.log(`not found: ${name} (${install})`);
const PICTURES = join(root, "docs/pages");
if (values.pictures) mkdirSync(PICTURES, { recursive: true });
const picture = async (page, name, { width, dark }) => {
  const path = join(PICTURES, `${name}-${width}-${dark ? "dark" : "light"}.webp`);
  const tall = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.screenshot({ path, type: "webp", quality: 45, clip: { x: 0, y: 0, width, height: Math.min(tall, HIGHEST) } });
};
const faults = [];
await inTemporaryFolder(async (folder) => {
  for (const engine of wanted.filter(({ path }) => path))
    faults.push(...(await visit(engine, folder, values.task, values.pictures ? picture : undefined)));
});
for (const fault of faults) console.log(fault);
console.log(faults.length === 0 ? "the pages do what they should" : `${faults.length} faults`);
process.exitCode = faults.length > 0 || (missing.length > 0 && process.env.CI !== undefined) ? 1 : 0;
