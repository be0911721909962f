import { type Engine, type Engines, type LoadOptions, loadSingle, readLoadOptions, wasmEngineSync } from "./engine.js";

const engines: Engines = new Map();

/** `load` where the kernels are a compiled module that the entry point imports. */
export function loadImported(core: WebAssembly.Module, options: LoadOptions): Promise<Engine> {
  return loadSingle(engines, readLoadOptions(options), async () => new WebAssembly.Instance(core));
}

export function loadImportedSync(core: WebAssembly.Module, options: LoadOptions): Engine {
  return wasmEngineSync(readLoadOptions(options).backend, () => core);
}
