import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import ts from "typescript";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { unpack } from "../../src/engine/packed.js";
import * as all from "../../src/entries/index.js";
import * as js from "../../src/entries/js.js";
import type { Core } from "../../src/entries/slim.js";
import { core as text } from "../../src/generated/core.js";

const bytes = unpack(text);
const wasm = { "Content-Type": "application/wasm" };

/** The entry points with an engine; the others are the subpaths. */
const WHOLE = ["index", "js", "slim"];
interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly exports: Record<string, { readonly types: string; readonly node?: string }>;
}
const manifest: Manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const entries = Object.values(manifest.exports).flatMap(({ types, node }) =>
  node === undefined ? [] : [(/entries\/(\w+)\.d\.ts$/.exec(types) as RegExpExecArray)[1] as string],
);
const namesOf = async (entry: string) => Object.keys(await import(`../../src/entries/${entry}.ts`));

test("the library depends on the loader alone: packages of the command line are bundled into it", () => {
  expect(Object.keys(manifest.dependencies)).toEqual(["@assemblyscript/loader"]);
});

test("package.json and src/entries/ have the same entry points", () => {
  const files = readdirSync(new URL("../../src/entries", import.meta.url)).map((name) => name.replace(/\.ts$/, ""));
  expect([...entries, "api", "workerd"].sort()).toEqual(files.sort());
});

test.each(WHOLE)("%s has the exports of the whole library", async (entry) => {
  expect(await namesOf(entry)).toEqual(Object.keys(all));
});

test("a name means the same in every entry point", async () => {
  const found = new Map<string, unknown>();
  for (const entry of ["index", ...entries.filter((entry) => !WHOLE.includes(entry))]) {
    for (const [name, value] of Object.entries(await import(`../../src/entries/${entry}.ts`))) {
      if (found.has(name)) expect(value, `${name} of ${entry}`).toBe(found.get(name));
      found.set(name, value);
    }
  }
});

test("every optimizer and wrapper of the registry is exported under its kind, here and there", async () => {
  const optimizers = await import("../../src/entries/optimizers.js");
  const kinds = [...optimizers.rules.keys(), ...optimizers.wrappers.keys()];
  expect(Object.keys(all)).toEqual(expect.arrayContaining(kinds));
  expect(Object.keys(optimizers)).toEqual(expect.arrayContaining(kinds));
});

test("the types ask for no lib beyond ES2022 and the DOM's", { timeout: 120_000 }, () => {
  const options = { lib: ["lib.es2022.d.ts", "lib.dom.d.ts"], types: [], noEmit: true, skipLibCheck: false, strict: true };
  const program = ts.createProgram(
    // the types of the libraries that these are for ask for more
    entries.filter((entry) => !["tfjs", "jax", "bullmq"].includes(entry)).map((entry) => `dist/entries/${entry}.d.ts`),
    options,
  );
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
});

test("runs where there is no Symbol.dispose", async () => {
  const { outputFiles } = await build({
    entryPoints: ["src/entries/js.ts"],
    ...{ bundle: true, write: false, format: "iife", globalName: "library", target: "es2022", outdir: "build" },
    define: { "Symbol.dispose": "undefined" },
  });
  const library = new Function(`${outputFiles[0]?.text}; return library;`)() as typeof js;
  const parameters = new library.Parameters(await library.load(), { x: [4] });
  const optimizer = new library.Optimizer(parameters, library.sgd({ learningRate: 1 }));
  parameters.get("x").gradient.fill(1);
  optimizer.step();
  expect([...parameters.get("x").value]).toEqual([-1, -1, -1, -1]);
  optimizer.dispose();
  parameters.dispose();
});

describe("stepsize/js", () => {
  test("has the twin, at once as well, and no wasm", async () => {
    expect(await js.load()).toBe(await js.load({ backend: "js" }));
    expect(js.loadSync()).toMatchObject({ backend: "js", reason: "stepsize/js has the JavaScript twin only" });
    await expect(js.load({ backend: "wasm" })).rejects.toThrow('stepsize/js has the JavaScript twin only: import from "stepsize"');
  });

  test("does not import the bytes of the kernels", () => {
    const seen = new Set<string>();
    const visit = (url: URL) => {
      if (seen.has(url.pathname)) return;
      seen.add(url.pathname);
      const source = readFileSync(url, "utf8");
      for (const [, path] of source.matchAll(/(?:^(?:import|export)(?! type) [^;]*?from |import\()"(\.[^"]*)\.js"/gm))
        visit(new URL(`${path}.ts`, url));
    };
    visit(new URL("../../src/entries/js.ts", import.meta.url));
    const files = [...seen].join("\n");
    expect(files).toContain("/reference/");
    expect(files).not.toContain("/generated/core");
  });
});

describe("stepsize/slim", () => {
  // a fresh copy, which has not started anything yet
  let slim: typeof import("../../src/entries/slim.js");
  beforeEach(async () => {
    vi.resetModules();
    slim = await import("../../src/entries/slim.js");
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const cores: [string, () => Core | Promise<Core>][] = [
    ["bytes", () => bytes],
    ["an ArrayBuffer", () => bytes.buffer],
    ["a compiled module", () => WebAssembly.compile(bytes)],
    ["a Response", () => new Response(bytes, { headers: wasm })],
    ["a Response of a server that knows no wasm", () => new Response(bytes)],
    ["a promise of a Response", () => Promise.resolve(new Response(bytes))],
  ];
  test.each(cores)("takes %s", async (_, core) => {
    const engine = await slim.load({ core: core() });
    expect(engine.backend).toBe("wasm");
    expect(await slim.load()).toBe(engine);
  });

  test("fetches from a URL; one that failed can be tried again", async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      requests++;
      if (requests === 1) response.writeHead(404).end();
      else response.writeHead(200, wasm).end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    try {
      const core = new URL(`http://localhost:${(server.address() as AddressInfo).port}/core.wasm`);
      await expect(slim.load({ core })).rejects.toThrow(`the core could not be fetched: ${core} answered 404`);
      const [first, second] = [slim.load({ core }), slim.load({ core })];
      expect(first).toBe(second);
      expect((await first).backend).toBe("wasm");
      expect(requests).toBe(2);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test("starts at once from bytes or a module", () => {
    expect(slim.loadSync({ core: bytes }).backend).toBe("wasm");
    expect(slim.loadSync({ core: new WebAssembly.Module(bytes) }).backend).toBe("wasm");
    expect(() => slim.loadSync({ core: new Response() })).toThrow("load.core must be bytes or a WebAssembly.Module, got an object");
  });

  test.each([
    [undefined, "stepsize/slim has no kernels of its own: load({ core }) with the file stepsize/core.wasm"],
    ["core.wasm", 'load.core must be bytes, a module, a Response or a URL, got "core.wasm"'],
    [new URL("nowhere:"), "the core could not be fetched from nowhere:"],
  ])("refuses the core %s", async (core, message) => {
    await expect(slim.load({ core: core as URL })).rejects.toThrow(message);
  });

  test("falls back to JavaScript where the core does not compile", async () => {
    const engine = await slim.load({ core: new Uint8Array([0, 1, 2, 3]) });
    expect(engine.backend).toBe("js");
    expect(engine.reason).toMatch(/^WebAssembly cannot be had here \(CompileError: .*\), the JavaScript twin gives the same bits$/s);
  });

  test("has one thread and says so", async () => {
    const engine = await slim.load({ core: bytes, threads: 2 });
    expect(engine).toMatchObject({
      threads: 1,
      reason: expect.stringContaining('one thread, because only the entry point "stepsize" has more'),
    });
  });
});
