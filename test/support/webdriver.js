// A page of WebKitGTK, by plain WebDriver calls, with the few methods of puppeteer's pages that the tests of the site use.

import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { startDisplay } from "./display.js";
import { start } from "./processes.js";

/** A browser of which a driver is started, on a display of its own. */
export class DrivenBrowser {
  #url;
  #session;
  #display;
  #driver;

  /** @param binary the browser that the driver starts. */
  static async launch({ driver, binary, env }) {
    const browser = new DrivenBrowser();
    const port = await freePort();
    browser.#display = await startDisplay();
    browser.#driver = start([driver, `--port=${port}`], {
      env: { ...process.env, LANG: "en_US.UTF-8", LANGUAGE: "en_US", ...browser.#display.env, ...env },
    });
    browser.#url = `http://127.0.0.1:${port}`;
    try {
      await browser.#open(binary);
    } catch (error) {
      await browser.close();
      throw error;
    }
    return browser;
  }

  async #open(binary) {
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": { binary, args: ["--automation"] } } };
    for (let attempt = 0; ; attempt++) {
      try {
        this.#session = (await this.#call("POST", "/session", { capabilities })).sessionId;
        break;
      } catch (error) {
        if (attempt === 100) throw error;
        await pause(200);
      }
    }
    await this.call("POST", "/timeouts", { script: 600_000, pageLoad: 600_000 });
  }

  async call(method, path, body) {
    return this.#call(method, `/session/${this.#session}${path}`, body);
  }

  async #call(method, path, body) {
    const response = await fetch(`${this.#url}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value?.error}: ${value?.message}`);
    return value;
  }

  /** The one page; what was there before is left. */
  async newPage() {
    return new DrivenPage(this);
  }

  async close() {
    await this.call("DELETE", "").catch(() => {});
    this.#driver.stop();
    await this.#display.stop();
  }
}

class DrivenPage {
  #browser;

  constructor(browser) {
    this.#browser = browser;
  }

  async goto(url) {
    // an address that differs behind the # alone would load nothing
    await this.#browser.call("POST", "/url", { url: "about:blank" });
    await this.#browser.call("POST", "/url", { url });
  }

  async setViewport({ width, height }) {
    await this.#browser.call("POST", "/window/rect", { width, height });
  }

  /** As puppeteer's: a function is sent as its text, and what it gives or throws comes back. */
  async evaluate(code, ...args) {
    if (typeof code === "string") return this.#browser.call("POST", "/execute/sync", { script: code, args: [] });
    const script = `const done = arguments[arguments.length - 1];
      (async () => (${code})(...arguments[0]))().then((value) => done({ value }), (error) => done({ error: String(error?.message ?? error) }));`;
    const { value, error } = await this.#browser.call("POST", "/execute/async", { script, args: [args] });
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async waitForFunction(condition, { timeout, polling }, ...args) {
    const end = performance.now() + timeout;
    while (!(await this.evaluate(condition, ...args).catch(() => false))) {
      if (performance.now() > end) throw new Error(`waited ${timeout} ms for ${condition}`);
      await pause(polling);
    }
  }

  async close() {
    await this.#browser.call("POST", "/url", { url: "about:blank" });
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
