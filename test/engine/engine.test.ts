import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { load, loadSync } from "../../src/engine/load.js";
import { HEAD, unpack } from "../../src/engine/packed.js";
import { addKernels } from "../../src/engine/parts.js";
import { core } from "../../src/generated/core.js";
import type { Kernels } from "../../src/generated/kernels.js";
import { sgdKernels } from "../../src/generated/parts/sgd.js";
import { EngineError, OptionError } from "../../src/options/errors.js";
import { table } from "../kernels/table.js";
import { parts, whole } from "../support/parts.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** A fresh copy of the engine module, which has not started anything yet. */
async function fresh(): Promise<typeof import("../../src/engine/load.js")> {
  vi.resetModules();
  return import("../../src/engine/load.js");
}

/** A host that has WebAssembly but forbids compiling, as a content security policy does: `validate` still says yes. */
const forbidding = {
  ...Object.fromEntries(
    Object.getOwnPropertyNames(WebAssembly).map((name) => [name, (WebAssembly as unknown as Record<string, unknown>)[name]]),
  ),
  instantiate: () => Promise.reject(new WebAssembly.CompileError("blocked by the policy")),
  compile: () => Promise.reject(new WebAssembly.CompileError("blocked by the policy")),
  Module: class {
    constructor() {
      throw new WebAssembly.CompileError("blocked by the policy");
    }
  },
};

describe("load", () => {
  test("shares one promise and one engine a backend", async () => {
    expect(load()).toBe(load());
    expect(load({ backend: "js" })).toBe(load({ backend: "js" }));
    expect(await load()).toBe(await load({ backend: "wasm" }));
    expect(await load()).not.toBe(await load({ backend: "js" }));
  });

  test("says which backend it took and why", async () => {
    expect(await load()).toMatchObject({ backend: "wasm", reason: "WebAssembly with SIMD compiled" });
    expect(await load({ backend: "js" })).toMatchObject({ backend: "js", reason: "JavaScript was asked for" });
  });

  test.each(["wasm", "js"] as const)("has every kernel in %s", async (backend) => {
    const { kernels } = whole(await load({ backend }));
    for (const name of Object.keys(table) as (keyof Kernels)[]) expect(kernels[name]).toBeTypeOf("function");
  });

  test("adds the kernels of an optimizer when it is bound, once", () => {
    const { kernels } = loadSync();
    expect(kernels.sgd).toBeUndefined();
    addKernels(kernels, sgdKernels);
    const { sgd } = kernels;
    expect(sgd).toBeTypeOf("function");
    addKernels(kernels, sgdKernels);
    expect(kernels.sgd).toBe(sgd);
    expect(kernels.adan).toBeUndefined();
  });

  test.each([
    ["is missing", undefined, /^WebAssembly cannot be had here \(\w+: .+\), the JavaScript twin gives the same bits$/],
    [
      "may not compile",
      forbidding,
      "WebAssembly cannot be had here (CompileError: blocked by the policy), the JavaScript twin gives the same bits",
    ],
  ])("falls back to JavaScript with a reason where WebAssembly %s", async (_, stub, reason) => {
    const engine = await fresh();
    vi.stubGlobal("WebAssembly", stub);
    const loaded = await engine.load();
    expect(loaded.backend).toBe("js");
    expect(loaded.reason).toMatch(reason);
    using vector = loaded.vector(3);
    loaded.kernels.fill(vector.pointer, 3, 0.5);
    expect([...vector.view]).toEqual([0.5, 0.5, 0.5]);
  });

  test("refuses, and can be tried again, when wasm was asked for and cannot be had", async () => {
    const engine = await fresh();
    vi.stubGlobal("WebAssembly", forbidding);
    const failed = engine.load({ backend: "wasm" });
    await expect(failed).rejects.toThrow(
      'WebAssembly cannot be had here (CompileError: blocked by the policy): use backend "js" or leave it out',
    );
    await expect(failed).rejects.toMatchObject({ name: "EngineError", cause: expect.any(WebAssembly.CompileError) });
    vi.unstubAllGlobals();
    expect((await engine.load({ backend: "wasm" })).backend).toBe("wasm");
  });

  test.each([
    [{ backend: "webgpu" }, 'load.backend must be one of wasm, js, got "webgpu"'],
    [{ backend: "wsam" }, 'load.backend must be one of wasm, js, got "wsam" (did you mean wasm?)'],
    [{ backends: "js" }, "load.backends is not an option (did you mean backend?)"],
    ["js", 'load must be an object of options, got "js"'],
  ])("refuses %j", (options, message) => {
    expect(() => load(options as object)).toThrow(OptionError);
    expect(() => load(options as object)).toThrow(message);
  });
});

describe("loadSync", () => {
  test("gives an engine of its own, at once", () => {
    const engine = loadSync();
    expect(engine.backend).toBe("wasm");
    expect(loadSync()).not.toBe(engine);
    using vector = engine.vector(1);
    engine.kernels.fill(vector.pointer, 1, 3);
    expect(vector.view[0]).toBe(3);
  });

  test("has no JavaScript backend", () => {
    expect(() => loadSync({ backend: "js" })).toThrow(
      new EngineError('loadSync starts wasm only: `await load({ backend: "js" })`, or import from "stepsize/js"'),
    );
  });

  test("throws where wasm cannot be had", () => {
    vi.stubGlobal("WebAssembly", forbidding);
    expect(() => loadSync()).toThrow(EngineError);
  });
});

test("core.wasm imports nothing, and exports the kernels, its memory, the pointer to its scratch and what its parts call alone", async () => {
  const module = await WebAssembly.compile(readFileSync(new URL("../../build/core.wasm", import.meta.url)));
  expect(WebAssembly.Module.imports(module)).toEqual([]);
  const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
  expect(exported.sort()).toEqual([...Object.keys(table), "memory", "product", "scratch"].sort());
});

test("the core and its parts export each kernel once, and parts import from the core alone", () => {
  const modules = [core, ...parts.map(({ text }) => core.slice(0, HEAD) + text)].map((text) => new WebAssembly.Module(unpack(text)));
  const exported = modules.map((module) => WebAssembly.Module.exports(module).map(({ name }) => name));
  expect(exported.flat().sort()).toEqual([...Object.keys(table), "memory", "product", "scratch"].sort());
  const [first, ...others] = modules.map((module) => WebAssembly.Module.imports(module).map(({ module: from, name }) => `${from}.${name}`));
  expect(first).toEqual([]);
  const ofCore = exported[0]?.map((name) => `env.${name}`);
  for (const imports of others) {
    expect(imports).toContain("env.memory");
    expect(ofCore).toEqual(expect.arrayContaining(imports));
  }
});
