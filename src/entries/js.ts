// The entry point "stepsize/js": the JavaScript twin and no WebAssembly.
import type { Engine } from "../engine/engine.js";
import { jsEngine } from "../engine/reference/engine.js";
import { type LoadOptions, readLoadOptions } from "../engine/start.js";
import { EngineError } from "../options/errors.js";
import { type SearchLearningRate, searchWith } from "../search/search.js";

export * from "./api.js";

const REASON = "stepsize/js has the JavaScript twin only";
let engine: Engine | undefined;

/**
 * Starts the JavaScript twin: the same bits as the kernels in WebAssembly, slower. Calls share one engine.
 *
 * @throws OptionError for an unknown backend; EngineError for `backend: "wasm"`.
 */
export async function load(options: LoadOptions = {}): Promise<Engine> {
  check(options);
  engine ??= jsEngine(REASON);
  return engine;
}

/** As `load()`, at once, and with an engine of its own. */
export function loadSync(options: LoadOptions = {}): Engine {
  check(options);
  return jsEngine(REASON);
}

function check(options: LoadOptions): void {
  if (readLoadOptions(options).backend === "wasm") throw new EngineError(`${REASON}: import from "stepsize"`);
}

/** Searches on the engine of `load()` unless it is given one: see `SearchLearningRate`. */
export const searchLearningRate: SearchLearningRate = /* @__PURE__ */ searchWith(load);
