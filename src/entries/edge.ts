// The entry point "stepsize" of edge functions (Vercel, Next.js), which import compiled modules under "?module".

import core from "../engine/core.wasm?module";
import type { Engine, LoadOptions } from "../engine/engine.js";
import { loadImported, loadImportedSync } from "../engine/imported.js";
import { type SearchLearningRate, searchWith } from "../search/search.js";

export * from "./api.js";

/** Starts the library: see `load` of "stepsize". */
export function load(options: LoadOptions = {}): Promise<Engine> {
  return loadImported(core, options);
}

/** As `load()`, at once, and with an engine of its own. */
export function loadSync(options: LoadOptions = {}): Engine {
  return loadImportedSync(core, options);
}

/** Searches on the engine of `load()` unless it is given one: see `SearchLearningRate`. */
export const searchLearningRate: SearchLearningRate = /* @__PURE__ */ searchWith(load);
