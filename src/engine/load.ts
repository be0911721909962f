import { core } from "../generated/core.js";
import { Engine } from "./engine.js";
import { instantiate, instantiateSync } from "./instantiate.js";
import { HEAD, unpack } from "./packed.js";
import { growing } from "./parts.js";
import { type Engines, explain, type LoadOptions, readLoadOptions, shared, start, startWasm, wasmEngineSync } from "./start.js";

export { type Backend, Engine, type Kernels } from "./engine.js";
export type { LoadOptions } from "./start.js";

const engines: Engines = new Map();

/**
 * Starts the library: compiles the kernels, or falls back to their JavaScript twin and says why in `reason`.
 *
 * Calls share one engine a backend, since a memory reserves some 10 GB of address space, but for engines with threads, which are each their
 * own, to be disposed of. A call that failed can be tried again.
 *
 * @throws OptionError for an unknown backend; EngineError when `backend: "wasm"` was asked for and cannot be had.
 * @example
 * const engine = await load();
 * console.log(engine.backend, engine.reason);
 */
export function load(options: LoadOptions = {}): Promise<Engine> {
  const { backend, threads } = readLoadOptions(options);
  return threads > 1 ? start(backend, () => startThreaded(threads)) : shared(engines, backend, instantiateCore);
}

async function instantiateCore(): Promise<WebAssembly.Exports> {
  return growing(await instantiate(WebAssembly.compile(unpack(core))), compilePart);
}

/** Which bytes are frequent is said at the head of the core, for the parts too. */
function compilePart(part: string): WebAssembly.Module {
  return new WebAssembly.Module(unpack(core.slice(0, HEAD) + part));
}

async function startThreaded(threads: number): Promise<Engine> {
  let why: string | undefined;
  try {
    const { obstacle, startThreads } = await import("./threads/index.js");
    why = obstacle();
    if (why === undefined) {
      const { kernels, memory, dispose } = await startThreads(threads);
      return new Engine("wasm", `WebAssembly with SIMD compiled, ${threads} threads`, kernels, memory, threads, dispose);
    }
  } catch (cause) {
    why = explain(cause);
  }
  return startWasm(instantiateCore, `; one thread, because more cannot be had here (${why})`);
}

/**
 * As `load()`, at once, and with an engine of its own. Only the wasm backend starts this way; main threads of browsers older than 2023
 * may refuse to compile synchronously.
 *
 * @throws EngineError when wasm cannot be had: `await load()` falls back by itself.
 */
export function loadSync(options: LoadOptions = {}): Engine {
  return wasmEngineSync(readLoadOptions(options).backend, () =>
    growing(instantiateSync(new WebAssembly.Module(unpack(core))), compilePart),
  );
}
