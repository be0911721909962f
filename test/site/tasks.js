// What a person does on each page, and what must come of it. A task is given a visitor, a folder, and what it needs of the browser.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { loadModel, loadSync } from "../../dist/index.js";
import { run } from "../support/processes.js";
import { axe, click, drop, enter, says, TIMEOUT, until } from "./visitor.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const CLI = join(root, "dist/cli/main.js");
const IRIS = join(root, "data/iris.csv");
const PAGES = ["index", "playground", "search", "surfaces", "schedules", "benchmark", "docs"];
const KB = 1000;
/** What a first visit that searches may load, gzipped. */
const VISIT = 250 * KB;
/** Milliseconds of processor time that the page may be busy at a time, for input to be answered. */
const BUSY = 50;

/** A run whose rate a hand has set at two steps. */
const LINK =
  "#('data':'spirals','seed':3,'runs':%5B('walker':('kind':'adamw','rate':0.02,'options':('weightDecay':0.1),'around':''),'changes':%5B%5B40,0.005%5D,%5B90,0.001%5D%5D,'hidden':%5B12,8%5D,'activation':'gelu','dropout':0.1,'batchSize':50,'epochs':20)%5D)";
const DIGITS_RUN = "'hidden':%5B64%5D,'activation':'relu','epochs':30)";
const DIGITS = `#('data':'digits','seed':1,'runs':%5B('walker':('kind':'adam','rate':0.003),${DIGITS_RUN},('walker':('kind':'sgd','rate':0.05),${DIGITS_RUN}%5D)`;
const LONG_SEARCH = "#('data':'digits','epochs':400,'count':5,'from':0.001,'to':0.1)";

const node = (args, folder) => run([process.execPath, ...args], { cwd: folder, timeout: TIMEOUT });

function equal(what, here, there) {
  if (here !== there) throw new Error(`${what}: ${here} in the page, ${there} in Node`);
}

/** The SHA-256 of the weights in a file. */
function hashOf(file) {
  const { model } = loadModel(loadSync(), readFileSync(file));
  const hash = createHash("sha256").update(model.parameters.values.view).digest("hex");
  model.dispose();
  return hash;
}

const hashIn = (page) => page.evaluate(() => /SHA-256 of the weights: ([0-9a-f]{64})/.exec(document.body.textContent)?.[1]);

/** Trains what the playground has as fast as it goes, to the end of all runs. */
async function trainToTheEnd(page) {
  await until(page, () => /of \d/.test(document.querySelector(".facts")?.textContent));
  await enter(page, ".controls select", "Infinity");
  await click(page, "Train");
  await until(page, () =>
    [...document.querySelectorAll("section[aria-label] h2 + [role=status]")].every((one) => one.textContent === "finished"),
  );
}

/** What makes a page worth a picture. */
const SHOWN = {
  playground: (page) => trainToTheEnd(page),
  async search(page) {
    await enter(page, ".drop select", "iris");
    await click(page, "Search");
    await until(page, reportIsDrawn);
  },
};

const reportIsDrawn = () => document.querySelector("iframe.report")?.contentDocument?.querySelector("#score canvas") != null;

/** Opens every page: nothing is wider than the page, and axe finds no violation. With `pictures`, shows what it looks like. */
async function looks(visitor, _folder, { sizes, picture }) {
  for (const name of PAGES) {
    for (const size of sizes) {
      const page = await visitor.open(name, size);
      // what a page shows first is there
      await until(page, () => document.querySelector("main").textContent.length > 200);
      await new Promise((resolve) => setTimeout(resolve, 400));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) throw new Error(`${name} is ${wide} pixels too wide at ${size.width}`);
      if (picture !== undefined) await SHOWN[name]?.(page);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      if (violations.length > 0) {
        const found = violations.map(({ id, nodes }) => `${id} (${nodes.map(({ target }) => target)})`);
        throw new Error(`${name} at ${size.width}: ${found.join(", ")}`);
      }
      await picture?.(page, name, size);
      await visitor.leave();
    }
  }
}

async function surfaces(visitor) {
  const page = await visitor.open("surfaces");
  await until(page, () => document.querySelectorAll("tbody tr").length === 5);
  await click(page, "Find each one's best rate");
  await says(page, "Found for 5 of 5");
  await click(page, "Use these rates above");
  await until(page, () => document.querySelector(".walker input:not([type=range])").value === "0.001585");
}

async function schedules(visitor) {
  const page = await visitor.open("schedules");
  await says(page, "warmup_cosine_decay_schedule(0.001, 0.1, 30, 200, 0, 1)");
  await click(page, "oneCycle");
  await says(page, "OneCycleLR(optimizer, 0.1, 200, pct_start=0.3)");
  await says(page, "oneCycle({ rate: 0.1, steps: 200 })");
  await click(page, "Make it knots to drag");
  await says(page, "interpolateRates({ boundaries: [0, 25,");
}

/** A link, its code and its command give the same bits. */
async function link(visitor, folder) {
  const page = await visitor.open(`playground${LINK}`);
  await trainToTheEnd(page);
  const hash = await hashIn(page);
  await click(page, "Copy as code");
  await click(page, "Copy as command");
  await click(page, "Save the data as spirals.csv");
  await until(page, () => globalThis.saved.length === 1);
  const { copied, saved } = await page.evaluate(() => ({ copied: globalThis.copied, saved: globalThis.saved }));
  writeFileSync(join(folder, "spirals.csv"), saved[0]);
  writeFileSync(join(folder, "run.mjs"), copied[0]);
  equal("the weights of the code", hash, /weights (\w+)/.exec(await node(["run.mjs"], folder))[1]);
  const command = copied[1].replace(/^stepsize/, `"${process.execPath}" "${CLI}"`);
  await run(["sh", "-c", `${command} --quiet --save model.safetensors`], { cwd: folder, timeout: TIMEOUT });
  equal("the weights of the command", hash, hashOf(join(folder, "model.safetensors")));
}

/** A run begins however early the button is pressed; the slider steers it, and what it did is in the address. */
async function steering(visitor) {
  const page = await visitor.open("playground?press=Train");
  await until(page, () => Number(/step\s*(\d+)/.exec(document.querySelector(".facts")?.textContent)?.[1]) > 20);
  await enter(page, "input[type=range]", "-3");
  await until(page, () => /'changes':%5B%5B\d+,0\.00\d+%5D%5D/.test(location.hash));
  await click(page, "Pause");
  await says(page, "SHA-256 of the weights: ");
}

/** Two workers train digits to 95 %, and the page stays free. */
async function digits(visitor, _folder, { busiest }) {
  const page = await visitor.open(`playground${DIGITS}`);
  await until(page, () => /of \d/.test(document.querySelector(".facts")?.textContent));
  const longest = await busiest(page, () => trainToTheEnd(page));
  const reached = await page.evaluate(() =>
    Number(/accuracy on validation rows(\d+\.\d) %/.exec(document.querySelector("main").textContent)[1]),
  );
  if (!(reached >= 95)) throw new Error(`digits reach ${reached} %`);
  if (longest !== undefined && longest > BUSY) throw new Error(`the page is busy for ${longest} ms of processor time while it trains`);
  return `${reached} %${longest === undefined ? "" : `, longest task ${longest.toFixed(0)} ms of processor time`}`;
}

/** A file that is dropped ends in the rate and the weights that the command line gives for it, and its trials in a ledger that this reads. */
async function search(visitor, folder, { busiest }) {
  visitor.requested.clear();
  const page = await visitor.open("search");
  await drop(page, "iris.csv", readFileSync(IRIS, "utf8"));
  await says(page, "What to predict");
  await click(page, "Search");
  const longest = await busiest(page, () => until(page, reportIsDrawn));
  if (longest !== undefined && longest > BUSY) throw new Error(`the page is busy for ${longest} ms of processor time while it searches`);
  const weight = [...visitor.requested].reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(root, "site/dist", file)), { level: 9 }).length,
    0,
  );
  if (weight > VISIT) throw new Error(`the first visit takes ${weight / KB} KB of ${VISIT / KB} KB`);

  const here = JSON.parse(
    await page.evaluate(() => document.querySelector("iframe.report").contentDocument.getElementById("document").textContent),
  );
  const there = JSON.parse(await node([CLI, "search", IRIS, "--target", "species", "--json", "--quiet", "--no-report"], folder));
  equal("the best rate", here.best.rate, there.best.rate);
  equal("what the rates came to", JSON.stringify(here.rates), JSON.stringify(there.rates));

  await click(page, "Save the trials");
  await until(page, () => globalThis.saved.length === 1);
  writeFileSync(join(folder, "trials.ledger"), (await page.evaluate(() => globalThis.saved))[0]);
  const told = JSON.parse(await node([CLI, "report", "trials.ledger", "--json", "--quiet", "--no-report"], folder));
  equal("the answer in the ledger", JSON.stringify(here.rates), JSON.stringify(told.rates));
  const more = await node([CLI, "search", IRIS, "--target", "species", "--ledger", "trials.ledger", "--no-report"], folder);
  if (!/goes on after \d+ trials/.test(more)) throw new Error("the command line does not go on from the ledger");

  await click(page, "Train with it in the playground");
  await until(page, () => location.pathname.endsWith("playground.html") && document.querySelector("main h1") !== null);
  await says(page, "rows to train on, 23 to validate, 23 held out; 4 numbers each");
  await trainToTheEnd(page);
  await node(
    [CLI, ...["train", IRIS, "--target", "species", "--rate", String(there.best.rate), "--quiet", "--save", "iris.safetensors"]],
    folder,
  );
  equal("the weights", await hashIn(page), hashOf(join(folder, "iris.safetensors")));
  return `${(weight / KB).toFixed(0)} KB loaded${longest === undefined ? "" : `, longest task ${longest.toFixed(0)} ms of processor time`}`;
}

/** A search that is stopped keeps the rates that had finished. */
async function stopping(visitor) {
  const page = await visitor.open(`search${LONG_SEARCH}`);
  await click(page, "Search");
  await until(page, () => [...document.querySelectorAll(".rates li")].some((one) => one.textContent.includes("score")));
  await click(page, "Stop");
  await says(page, "Stopped: the answer of the rates that had finished.");
  await until(page, () => document.querySelector("iframe.report")?.contentDocument?.querySelector("h1") != null);
}

async function benchmark(visitor) {
  const page = await visitor.open("benchmark");
  await click(page, "Run");
  await says(page, "All 10 cases gave equal bits");
  await click(page, "Copy as Markdown");
  await until(page, () => globalThis.copied.length === 1 && globalThis.copied[0].includes("| equal |"));
}

async function docs(visitor) {
  const page = await visitor.open("docs");
  await enter(page, "input[type=search]", "playbook");
  await says(page, "Where this comes from");
  await page.evaluate(() =>
    [...document.querySelectorAll("nav[aria-label=Guides] a")].find((one) => one.textContent === "Schedules").click(),
  );
  await until(page, () => document.querySelector("article h1")?.textContent === "Schedules");
  const dead = await page.evaluate(
    () => [...document.querySelectorAll("article a")].filter((link) => link.getAttribute("href") === "#").length,
  );
  if (dead > 0) throw new Error(`${dead} links lead nowhere`);
  await click(page, "API reference");
  await until(page, () => location.pathname.endsWith("api/index.html") && document.title.includes("stepsize"));
}

export const tasks = { looks, surfaces, schedules, link, steering, digits, search, stopping, benchmark, docs };

/** Without WebAssembly, isolation, and scripts in pages: the same weights, and it is said what is slower and why. */
export const strictTasks = {
  async strictly(visitor, folder) {
    await link(visitor, folder);
    await visitor.leave();
    const page = await visitor.open("search#('data':'iris','count':3,'from':0.001,'to':0.1,'epochs':5,'repeats':1)");
    await click(page, "Search");
    await says(page, "some ten times slower: JavaScript computes them here, since WebAssembly cannot be had");
    await until(page, reportIsDrawn);
    await visitor.leave();
    const bench = await visitor.open("benchmark");
    await click(bench, "Run");
    await says(bench, "without the headers COOP and COEP there are no threads");
  },
};
