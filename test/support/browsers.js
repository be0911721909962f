import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { find, libraryFolders, start, within } from "./processes.js";

const version = (path) => [path, "--version"];

/** The browsers, each opened by its command line: the page itself posts its results. */
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
    path: find("xvfb-run") && find("MiniBrowser", [...libraryFolders("webkit2gtk-4.1"), ...libraryFolders("webkit2gtk-4.0")]),
    install: "apt-get install webkit2gtk-driver xvfb xauth",
    version: (path) => ["xvfb-run", "--auto-servernum", path, "--version"],
    command: (path, _profile, url) => ["xvfb-run", "--auto-servernum", path, "--private", url],
    // WebKitGTK, unlike Safari, has no SharedArrayBuffer even when a page is isolated, unless it is asked for
    env: { JSC_useSharedArrayBuffer: "1" },
  },
];

/** Opens a page of a server and waits for the result that it posts. */
export async function browse(browser, { url, result }, { folder, timeout }) {
  const profile = join(folder, `profile-${browser.name}`);
  mkdirSync(profile, { recursive: true });
  writeFileSync(join(profile, "user.js"), 'user_pref("dom.disable_open_during_load", false);\n');
  const program = start(browser.command(browser.path, profile, url), { env: { ...process.env, HOME: profile, ...browser.env } });
  const ended = program.ended.then(({ code, stderr }) => {
    throw new Error(`${browser.name} ended with ${code} before there was a result:\n${stderr}`);
  });
  try {
    return await within(timeout, Promise.race([result, ended]));
  } finally {
    program.stop();
    ended.catch(() => {});
  }
}
