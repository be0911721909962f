import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { guides } from "./guides.js";
import { recipes } from "./recipes.js";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const pages = readdirSync(path(".")).filter((name) => name.endsWith(".html"));

// Pages and workers are made of the same chunks, so that a browser loads the library once; hence the worker is an entry like the pages, and
// nothing is preloaded by code that a worker cannot run.
/** What pages may do: compute, and load what lies beside them. Nothing that they read can be sent on. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'none'",
  "frame-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");

const head = {
  name: "head",
  transformIndexHtml: (_html, { path }) => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
      injectTo: "head-prepend",
    },
    ...(path === "/frame.html"
      ? []
      : [{ tag: "link", attrs: { rel: "icon", href: "./icon.svg", type: "image/svg+xml" }, injectTo: "head" }]),
  ],
};

/** The worker of trials is an entry too: left to itself, the build would make a second bundle of the whole library for it. */
const trials = {
  name: "trials",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith("executors/start.ts")) return undefined;
    const own = code.replace(
      'new URL("./trial-worker.js", import.meta.url), { type: "module" }',
      // in a page, and in a worker that lies beside it
      'new URL("trial-worker.js", globalThis.document?.baseURI ?? location.href), { type: "module" }',
    );
    if (own === code) throw new Error(`${id} starts its worker otherwise than vite.config.js thinks`);
    return own;
  },
};

export default defineConfig({
  plugins: [trials, head, recipes, guides],
  root: path("."),
  base: "./",
  resolve: {
    alias: [
      { find: /^stepsize\/data\/(\w+)$/, replacement: path("../src/data/samples/$1.ts") },
      { find: /^stepsize\/(\w+)$/, replacement: path("../src/entries/$1.ts") },
      { find: /^stepsize$/, replacement: path("../src/entries/index.ts") },
    ],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        ...Object.fromEntries(pages.map((name) => [name.replace(/\.html$/, ""), path(name)])),
        worker: path("src/worker.ts"),
        "trial-worker": path("../src/search/executors/trial-worker.ts"),
      },
      output: { entryFileNames: ({ name }) => (name.endsWith("worker") ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
});
