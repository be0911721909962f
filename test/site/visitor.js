// Pages of the site in a browser, as a person uses them, the same way in all three.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { find } from "../support/processes.js";
import { DrivenBrowser } from "../support/webdriver.js";

const require = createRequire(new URL("../../site/package.json", import.meta.url));
const { default: puppeteer } = await import(require.resolve("puppeteer-core"));

export const TIMEOUT = 240_000;
export const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
export const prelude = readFileSync(fileURLToPath(new URL("watch.js", import.meta.url)), "utf8");

const CHROMIUM = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

export function launch({ name, path, env }) {
  if (name === "WebKitGTK") return DrivenBrowser.launch({ driver: find("WebKitWebDriver"), binary: path, env });
  const chromium = name === "Chromium";
  return puppeteer.launch({
    browser: chromium ? "chrome" : "firefox",
    executablePath: path,
    headless: true,
    protocolTimeout: 2 * TIMEOUT,
    ...(chromium && { args: CHROMIUM }),
  });
}

/** What a person does in one browser; what its pages complain about, and what they ask of other places, is kept. */
export class Visitor {
  faults = [];
  #pages = [];

  constructor(browser, { url, requested }) {
    this.browser = browser;
    this.url = url;
    this.requested = requested;
  }

  async open(name, { width = 1200, dark = false } = {}) {
    const page = await this.browser.newPage();
    const say = (what) => this.faults.push(`${name.replace(/#.*/, "")}: ${what}`);
    // WebDriver tells nothing of this: there, the script that watches has to do
    page.on?.("console", (message) => message.type() === "error" && say(`the console says ${message.text()}`));
    page.on?.("pageerror", (error) => say(error.message));
    page.on?.("request", (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(this.url)) say(`asks for ${request.url()}`);
    });
    await page.setViewport({ width, height: 900 });
    // Firefox has no emulation of colours over WebDriver BiDi
    if (dark) await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]).catch(() => {});
    await page.goto(`${this.url}${name.replace(/([?#]|$)/, ".html$1")}`);
    await until(page, () => document.querySelector("main h1") !== null);
    this.#pages.push([name, page]);
    return page;
  }

  /** Leaves the pages that are open, and keeps what they complained about. */
  async leave() {
    for (const [name, page] of this.#pages.splice(0)) {
      const complaints = await page.evaluate(() => globalThis.complaints ?? ["nobody watched"]);
      for (const complaint of complaints) this.faults.push(`${name.replace(/#.*/, "")}: ${complaint}`);
      await page.close();
    }
  }
}

export const until = (page, condition, ...args) => page.waitForFunction(condition, { timeout: TIMEOUT, polling: 100 }, ...args);
export const says = (page, text) => until(page, (text) => document.querySelector("main").textContent.includes(text), text);

export const click = (page, text) =>
  page.evaluate((text) => {
    const button = [...document.querySelectorAll("main button, main a, main summary")].find((one) => one.textContent.trim() === text);
    if (button === undefined) throw new Error(`there is no button ${text}`);
    if (button.disabled) throw new Error(`the button ${text} is disabled`);
    button.click();
  }, text);

/** Sets what a field has, as by hand. */
export const enter = (page, selector, value) =>
  page.evaluate(
    (selector, value) => {
      const field = document.querySelector(selector);
      if (field === null) throw new Error(`there is no ${selector}`);
      field.value = value;
      for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
    },
    selector,
    value,
  );

/** Drags a file over the page and lets it fall. */
export const drop = (page, name, text) =>
  page.evaluate(
    (name, text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], name, { type: "text/csv" }));
      const place = document.querySelector(".drop");
      for (const type of ["dragenter", "dragover", "drop"])
        place.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    },
    name,
    text,
  );
