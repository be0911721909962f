import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startDisplay } from "./display.js";
import { find, libraryFolders, run, start, within } from "./processes.js";

const version = (path) => [path, "--version"];

/** How long a browser may take until it asks for its page, and how often it is started where it does not. */
const START = 60_000;
const STARTS = 3;

/** The browsers, each opened by its command line: the page itself posts its results. `display` says that one must have a screen. */
export const browsers = [
  {
    name: "Chromium",
    path: find("chromium"),
    install: "apt-get install chromium",
    version,
    command: (path, profile, url) => [
      path,
      // a page may open another, which hides it
      ...[
        "--disable-popup-blocking",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        // WebGL without a graphics card
        "--enable-unsafe-swiftshader",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
      ],
      ...["--disable-component-update", "--disable-sync", `--user-data-dir=${profile}`, url],
    ],
  },
  {
    name: "Firefox",
    path: find("firefox-esr"),
    install: "apt-get install firefox-esr",
    version,
    command: (path, profile, url) => [path, "--headless", "--no-remote", "--profile", profile, url],
  },
  {
    name: "WebKitGTK",
    path: find("Xvfb") && find("MiniBrowser", [...libraryFolders("webkit2gtk-4.1"), ...libraryFolders("webkit2gtk-4.0")]),
    install: "apt-get install webkit2gtk-driver xvfb",
    version,
    display: true,
    command: (path, _profile, url) => [path, "--private", url],
    // WebKitGTK, unlike Safari, has no SharedArrayBuffer even when a page is isolated, unless it is asked for
    env: { JSC_useSharedArrayBuffer: "1" },
  },
];

/** Calls `action` with the environment that a browser, or another engine, is started in. */
async function inEnvironment(engine, action) {
  const display = engine.display ? await startDisplay() : undefined;
  try {
    return await action({ ...process.env, ...display?.env, ...engine.env });
  } finally {
    await display?.stop();
  }
}

/** What an engine prints of its version. */
export function versionOf(engine, timeout) {
  return inEnvironment(engine, (env) => run(engine.version(engine.path), { env, timeout }));
}

/**
 * Opens a page of a server and waits for the result that it posts. `asked` comes when the server is first asked for something, and
 * `requested` holds what for, where it serves the page itself.
 */
export async function browse(browser, { url, result, asked, requested }, { folder, timeout }) {
  const profile = join(folder, `profile-${browser.name}`);
  mkdirSync(profile, { recursive: true });
  writeFileSync(join(profile, "user.js"), 'user_pref("dom.disable_open_during_load", false);\n');
  return inEnvironment(browser, async (env) => {
    const program = await open(browser, browser.command(browser.path, profile, url), { ...env, HOME: profile }, asked);
    try {
      return await within(timeout, Promise.race([result, program.failed]));
    } catch (error) {
      throw new Error(`${error.message}; it asked for ${[...(requested ?? [])].join(", ") || "nothing of this server"}`);
    } finally {
      program.stop();
    }
  });
}

/** Starts a browser, and again, up to `STARTS` times in all, where it does not come to ask for its page. */
async function open(browser, command, env, asked) {
  for (let attempt = 1; ; attempt++) {
    const program = start(command, { env });
    const failed = program.ended.then(({ code, stderr }) => {
      throw new Error(`${browser.name} ended with ${code} before there was a result:\n${stderr}`);
    });
    failed.catch(() => {});
    try {
      await within(START, Promise.race([asked, failed]));
      return { ...program, failed };
    } catch (error) {
      program.stop();
      if (attempt === STARTS) throw error;
      console.log(`${browser.name} has asked for no page (${error.message}), and is started again`);
    }
  }
}
