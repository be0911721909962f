// The entry point "stepsize" of Cloudflare Workers, which compile only what they import. scripts/bundle.js writes the one of edge functions
// from it, which import compiled modules under "?module".

import core from "../engine/core.wasm";
import type { Engine } from "../engine/engine.js";
import { instantiate, instantiateSync } from "../engine/instantiate.js";
import { type Engines, type LoadOptions, loadSingle, readLoadOptions, wasmEngineSync } from "../engine/start.js";
import { type SearchLearningRate, searchWith } from "../search/search.js";

export * from "./api.js";

const engines: Engines = new Map();

/** Starts the library: see `load` of "stepsize". */
export function load(options: LoadOptions = {}): Promise<Engine> {
  return loadSingle(engines, readLoadOptions(options), () => instantiate(core));
}

/** As `load()`, at once, and with an engine of its own. */
export function loadSync(options: LoadOptions = {}): Engine {
  return wasmEngineSync(readLoadOptions(options).backend, () => instantiateSync(core));
}

/** Searches on the engine of `load()` unless it is given one: see `SearchLearningRate`. */
export const searchLearningRate: SearchLearningRate = /* @__PURE__ */ searchWith(load);
