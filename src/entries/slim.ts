// The entry point "stepsize/slim": the caller brings the compiled kernels.
import type { Engine } from "../engine/engine.js";
import { instantiate, instantiateSync } from "../engine/instantiate.js";
import { type Engines, type LoadOptions, loadSingle, readLoadOptions, wasmEngineSync } from "../engine/start.js";
import { EngineError, OptionError } from "../options/errors.js";
import { show } from "../options/options.js";
import { type SearchLearningRate, searchWith } from "../search/search.js";

export * from "./api.js";

/** The file `stepsize/core.wasm`: its bytes, compiled, as `fetch` answers, or where it is. */
export type Core = BufferSource | WebAssembly.Module | Response | URL;

export interface SlimOptions extends LoadOptions {
  /** The first call needs it, but for `backend: "js"`; later calls get the engine that there is. */
  core?: Core | Promise<Core> | undefined;
}

const engines: Engines = new Map();

/**
 * Starts the library with the kernels given: compiles them, or falls back to their JavaScript twin and says why in `reason`.
 *
 * Calls share one engine a backend; a call that failed can be tried again.
 *
 * @throws OptionError for an unknown backend or a core of another type; EngineError when the core is missing or cannot be fetched, or when
 *   `backend: "wasm"` was asked for and cannot be had.
 * @example
 * const engine = await load({ core: new URL("/assets/core.wasm", location.origin) });
 */
export function load(options: SlimOptions = {}): Promise<Engine> {
  const { core, ...rest } = options;
  return loadSingle(engines, readLoadOptions(rest), async () => {
    const source = await compilable(await core);
    return instantiate(source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source));
  });
}

/**
 * As `load()`, at once, with an engine of its own, from bytes or a compiled module.
 *
 * @throws EngineError when wasm cannot be had: `await load()` falls back by itself.
 */
export function loadSync(options: SlimOptions = {}): Engine {
  const { core, ...rest } = options;
  return wasmEngineSync(readLoadOptions(rest).backend, () => {
    if (core instanceof WebAssembly.Module) return instantiateSync(core);
    if (isBytes(core)) return instantiateSync(new WebAssembly.Module(core));
    throw new OptionError("load.core", core, `must be bytes or a WebAssembly.Module, got ${show(core)}`);
  });
}

/** Searches on the engine of `load()`, which must have been called, unless it is given one: see `SearchLearningRate`. */
export const searchLearningRate: SearchLearningRate = /* @__PURE__ */ searchWith(load);

/** Fetches what has to be fetched: a core that does not arrive is an error of the host, no reason to fall back. */
async function compilable(core: Core | undefined): Promise<BufferSource | WebAssembly.Module> {
  if (core === undefined) throw new EngineError("stepsize/slim has no kernels of its own: load({ core }) with the file stepsize/core.wasm");
  if (isBytes(core) || core instanceof WebAssembly.Module) return core;
  if (core instanceof URL) return compilable(await fetched(core));
  if (!(core instanceof Response))
    throw new OptionError("load.core", core, `must be bytes, a module, a Response or a URL, got ${show(core)}`);
  if (!core.ok) throw new EngineError(`the core could not be fetched: ${core.url} answered ${core.status}`);
  return core.arrayBuffer();
}

async function fetched(url: URL): Promise<Response> {
  try {
    return await fetch(url);
  } catch (cause) {
    throw new EngineError(`the core could not be fetched from ${url}`, { cause });
  }
}

function isBytes(core: unknown): core is BufferSource {
  return core instanceof ArrayBuffer || ArrayBuffer.isView(core);
}
