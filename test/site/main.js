// Every page in Chromium and Firefox, as a person uses it: npm run site && npm run test:site [-- Chromium] [--pictures FOLDER]
//
// Installs nothing (scripts/install-engines.sh and `npm ci --prefix site` do). Exit code 1 when anything is wrong, and with CI set also when
// a browser is missing. --pictures saves what each page looks like, light and dark, wide and narrow.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadModel, loadSync } from "../../dist/index.js";
import { browsers } from "../support/browsers.js";
import { run } from "../support/processes.js";
import { serve } from "../support/server.js";
import { inTemporaryFolder } from "../support/tarball.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(join(root, "site/package.json"));
const { default: puppeteer } = await import(require.resolve("puppeteer-core"));
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const TIMEOUT = 240_000;
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const PAGES = ["index", "playground", "search", "surfaces", "schedules", "benchmark", "docs"];
/** A run whose rate a hand has set at two steps. */
const LINK =
  "#('data':'spirals','seed':3,'runs':%5B('walker':('kind':'adamw','rate':0.02,'options':('weightDecay':0.1),'around':''),'changes':%5B%5B40,0.005%5D,%5B90,0.001%5D%5D,'hidden':%5B12,8%5D,'activation':'gelu','dropout':0.1,'batchSize':50,'epochs':20)%5D)";
const CLI = join(root, "dist/cli/main.js");

/** Pages of one browser; what they complain about, and what they ask of other places, is kept. */
class Visitor {
  faults = [];

  constructor(browser, url) {
    this.browser = browser;
    this.url = url;
  }

  async open(name, { width = 1200, dark = false } = {}) {
    const page = await this.browser.newPage();
    page.setDefaultTimeout(TIMEOUT);
    const say = (what) => this.faults.push(`${name}: ${what}`);
    page.on("console", (message) => message.type() === "error" && say(`the console says ${message.text()}`));
    page.on("pageerror", (error) => say(error.message));
    page.on("request", (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(this.url)) say(`asks for ${request.url()}`);
    });
    await page.evaluateOnNewDocument(() => {
      globalThis.copied = [];
      globalThis.saved = [];
      const clipboard = { writeText: async (text) => globalThis.copied.push(text) };
      Object.defineProperty(navigator, "clipboard", { value: clipboard, configurable: true });
      const create = URL.createObjectURL.bind(URL);
      URL.createObjectURL = (blob) => {
        blob.text().then((text) => globalThis.saved.push(text));
        return create(blob);
      };
    });
    await page.setViewport({ width, height: 900 });
    if (dark) await emulateDark(page);
    await page.goto(`${this.url}${name.replace(/(#|$)/, ".html$1")}`);
    await page.waitForSelector("main h1");
    return page;
  }
}

/** Firefox has no emulation of colours over WebDriver BiDi. */
async function emulateDark(page) {
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]).catch(() => {});
}

const click = (page, text) =>
  page.evaluate((text) => {
    const button = [...document.querySelectorAll("button")].find((one) => one.textContent.trim() === text);
    if (button === undefined) throw new Error(`there is no button ${text}`);
    button.click();
  }, text);
const until = (page, condition, ...args) => page.waitForFunction(condition, { timeout: TIMEOUT, polling: 100 }, ...args);
const says = (page, text) => until(page, (text) => document.querySelector("main").textContent.includes(text), text);

function equal(what, here, there) {
  if (here !== there) throw new Error(`${what}: ${here} in the page, ${there} in Node`);
}

/** Looks and rules: nothing wider than the page, and no violation that axe knows. */
async function looks(visitor, pictures) {
  for (const name of PAGES) {
    for (const [width, dark] of [
      [1280, false],
      [1280, true],
      [400, false],
      [400, true],
    ]) {
      const page = await visitor.open(name, { width, dark });
      await new Promise((resolve) => setTimeout(resolve, 400));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) throw new Error(`${name} is ${wide} pixels too wide at ${width}`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      if (violations.length > 0) {
        throw new Error(
          `${name} at ${width}: ${violations.map(({ id, nodes }) => `${id} (${nodes.map(({ target }) => target)})`).join(", ")}`,
        );
      }
      if (pictures !== undefined)
        await page.screenshot({ path: join(pictures, `${name}-${width}-${dark ? "dark" : "light"}.png`), fullPage: true });
      await page.close();
    }
  }
}

const tasks = {
  async surfaces(visitor) {
    const page = await visitor.open("surfaces");
    await until(page, () => document.querySelectorAll("tbody tr").length === 5);
    await click(page, "Find each one's best rate");
    await says(page, "Found for 5 of 5");
    await click(page, "Use these rates above");
    await until(page, () => document.querySelector(".walker input:not([type=range])").value === "0.001585");
  },

  async schedules(visitor) {
    const page = await visitor.open("schedules");
    await says(page, "warmup_cosine_decay_schedule(0.001, 0.1, 30, 200, 0, 1)");
    await click(page, "oneCycle");
    await says(page, "OneCycleLR(optimizer, 0.1, 200, pct_start=0.3)");
    await says(page, "oneCycle({ rate: 0.1, steps: 200 })");
    await click(page, "Make it knots to drag");
    await says(page, "interpolateRates({ boundaries: [0, 25,");
  },

  /** A link, its code and its command give the same bits. */
  async playground(visitor, folder) {
    const page = await visitor.open(`playground${LINK}`);
    await page.select(".controls select", "Infinity");
    await click(page, "Train");
    await says(page, "finished");
    const hash = await page.evaluate(() => /SHA-256 of the weights: ([0-9a-f]{64})/.exec(document.body.textContent)[1]);
    await click(page, "Copy as code");
    await click(page, "Copy as command");
    await click(page, "Save the data as spirals.csv");
    await until(page, () => globalThis.saved.length === 1);
    const { copied, saved } = await page.evaluate(() => ({ copied: globalThis.copied, saved: globalThis.saved }));
    writeFileSync(join(folder, "spirals.csv"), saved[0]);
    writeFileSync(join(folder, "run.mjs"), copied[0]);
    const printed = await run([process.execPath, "run.mjs"], { cwd: folder, timeout: TIMEOUT });
    equal("the weights of the code", hash, /weights (\w+)/.exec(printed)[1]);
    const command = copied[1].replace(/^stepsize/, `"${process.execPath}" "${CLI}"`);
    await run(["sh", "-c", `${command} --quiet --save model.safetensors`], { cwd: folder, timeout: TIMEOUT });
    const { model } = loadModel(loadSync(), readFileSync(join(folder, "model.safetensors")));
    equal("the weights of the command", hash, createHash("sha256").update(model.parameters.values.view).digest("hex"));
    model.dispose();
  },

  /** The slider steers a run, and what it did is in the address. */
  async steering(visitor) {
    const page = await visitor.open("playground");
    await until(page, () => document.querySelector(".facts").textContent.includes("of 1100"));
    await click(page, "Train");
    await until(page, () => Number(/step\s*(\d+)/.exec(document.querySelector(".facts").textContent)?.[1]) > 20);
    await page.evaluate(() => {
      const slider = document.querySelector("input[type=range]");
      slider.value = "-3";
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await until(page, () => /'changes':%5B%5B\d+,0\.00\d+%5D%5D/.test(location.hash));
    await click(page, "Pause");
    await says(page, "SHA-256 of the weights: ");
  },

  /** A file ends in the answer that the command line gives for it. */
  async search(visitor, folder) {
    const page = await visitor.open("search");
    const input = await page.$("input[type=file]");
    await input.uploadFile(join(root, "data/iris.csv"));
    await says(page, "What to predict");
    await click(page, "Search");
    await page.waitForSelector("iframe.report");
    await until(page, () => document.querySelector("iframe.report").contentDocument?.getElementById("document"));
    const here = JSON.parse(
      await page.evaluate(() => document.querySelector("iframe.report").contentDocument.getElementById("document").textContent),
    );
    const command = [
      process.execPath,
      CLI,
      "search",
      join(root, "data/iris.csv"),
      "--target",
      "species",
      "--json",
      "--quiet",
      "--no-report",
    ];
    const there = JSON.parse(await run(command, { cwd: folder, timeout: TIMEOUT }));
    equal("the best rate", here.best.rate, there.best.rate);
    equal("what the rates came to", JSON.stringify(here.rates), JSON.stringify(there.rates));
  },

  async benchmark(visitor) {
    const page = await visitor.open("benchmark");
    await click(page, "Run");
    await says(page, "All 10 cases gave equal bits");
    await click(page, "Copy as Markdown");
    await until(page, () => globalThis.copied.length === 1 && globalThis.copied[0].includes("| equal |"));
  },

  async docs(visitor) {
    const page = await visitor.open("docs");
    await page.type("input[type=search]", "playbook");
    await says(page, "Where this comes from");
    await page.evaluate(() =>
      [...document.querySelectorAll("nav[aria-label=Guides] a")].find((one) => one.textContent === "Schedules").click(),
    );
    await until(page, () => document.querySelector("article h1")?.textContent === "Schedules");
  },
};

async function visit(engine, url, folder, pictures) {
  const firefox = engine.name === "Firefox";
  const browser = await puppeteer.launch({
    browser: firefox ? "firefox" : "chrome",
    executablePath: engine.path,
    headless: true,
    ...(!firefox && {
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    }),
  });
  const faults = [];
  try {
    const visitor = new Visitor(browser, url);
    const all = { looks: () => looks(visitor, firefox ? undefined : pictures), ...tasks };
    for (const [name, task] of Object.entries(all)) {
      const start = performance.now();
      const own = join(folder, `${engine.name}-${name}`);
      mkdirSync(join(own, "node_modules"), { recursive: true });
      symlinkSync(root, join(own, "node_modules/stepsize"));
      visitor.faults = [];
      const failure = await Promise.resolve(task(visitor, own)).then(
        () => undefined,
        (error) => error.message,
      );
      const found = [...(failure === undefined ? [] : [failure]), ...visitor.faults].map((fault) => `${engine.name}, ${name}: ${fault}`);
      faults.push(...found);
      console.log(`${found.length === 0 ? "ok" : "FAILED"}  ${engine.name}  ${name}  ${((performance.now() - start) / 1000).toFixed(1)} s`);
    }
  } finally {
    await browser.close();
  }
  return faults;
}

const { values, positionals } = parseArgs({ options: { pictures: { type: "string" } }, allowPositionals: true });
const wanted = browsers.filter(({ name }) => name !== "WebKitGTK" && (positionals.length === 0 || positionals.includes(name)));
const missing = wanted.filter(({ path }) => !path);
for (const { name, install } of missing) console.log(`not found: ${name} (${install})`);
if (values.pictures !== undefined) mkdirSync(values.pictures, { recursive: true });
const faults = [];
await inTemporaryFolder(async (folder) => {
  const server = await serve(join(root, "site/dist"), ISOLATED);
  try {
    for (const engine of wanted.filter(({ path }) => path)) faults.push(...(await visit(engine, server.url, folder, values.pictures)));
  } finally {
    server.close();
  }
});
for (const fault of faults) console.log(fault);
console.log(faults.length === 0 ? "the pages do what they should" : `${faults.length} faults`);
process.exitCode = faults.length > 0 || (missing.length > 0 && process.env.CI !== undefined) ? 1 : 0;
