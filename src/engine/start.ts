import type { Kernels } from "../generated/kernels.js";
import { EngineError, OptionError, StepsizeError } from "../options/errors.js";
import { type Fields, integer, oneOf, optional, readOptions } from "../options/options.js";
import { type Backend, Engine } from "./engine.js";

export interface LoadOptions {
  /** `"wasm"` or `"js"`; left out, wasm if available, otherwise JavaScript with the same bits. */
  backend?: Backend | undefined;
  /**
   * How many threads large kernels are split over, the calling one included, from 1. Default 1. More need a SharedArrayBuffer, which pages
   * have only when they are cross-origin isolated; without it one thread does the work, and `reason` says so. The bits are the same.
   */
  threads?: number;
}

export interface CheckedOptions {
  readonly backend?: Backend;
  readonly threads: number;
}

const fields: Fields<CheckedOptions> = {
  backend: optional(oneOf<Backend>(undefined, ["wasm", "js"])),
  threads: integer(1, { min: 1, max: 256 }),
};

export function readLoadOptions(options: LoadOptions): CheckedOptions {
  const checked = readOptions<CheckedOptions>("load", options, fields);
  const { backend, threads } = checked;
  if (backend === "js" && threads > 1) throw new OptionError("load.threads", threads, `must be 1 for the backend "js", got ${threads}`);
  return checked;
}

/** Engines that were started or are starting; under `undefined` the one of a `load()` that left the choice open. */
export type Engines = Map<Backend | undefined, Promise<Engine>>;

/** Makes the wasm instance and gives its exports. A StepsizeError it throws is final; anything else means that WebAssembly cannot be had. */
export type Instantiate = () => Promise<WebAssembly.Exports>;

/** The shared engine of a backend, started by the first call; a start that failed can be tried again. */
export function shared(engines: Engines, backend: Backend | undefined, instantiate: Instantiate): Promise<Engine> {
  const wasm = () => once(engines, "wasm", () => startWasm(instantiate));
  return backend === "wasm" ? wasm() : once(engines, backend, () => start(backend, wasm));
}

function once(engines: Engines, key: Backend | undefined, start: () => Promise<Engine>): Promise<Engine> {
  let engine = engines.get(key);
  if (engine === undefined) {
    engine = start();
    engine.catch(() => engines.delete(key));
    engines.set(key, engine);
  }
  return engine;
}

/** The engine of a backend; when the choice is open, wasm or else the twin, with the reason. */
export async function start(backend: Backend | undefined, wasm: () => Promise<Engine>): Promise<Engine> {
  if (backend === "js") return twin("JavaScript was asked for");
  if (backend === "wasm") return wasm();
  try {
    return await wasm();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return twin(`WebAssembly cannot be had here (${error.why}), the JavaScript twin gives the same bits`);
  }
}

/** `load` of an entry point that has no threads. */
export function loadSingle(engines: Engines, { backend, threads }: CheckedOptions, instantiate: Instantiate): Promise<Engine> {
  if (threads === 1) return shared(engines, backend, instantiate);
  return start(backend, () => startWasm(instantiate, '; one thread, because only the entry point "stepsize" has more'));
}

/** A wasm engine of its own; `note` follows its reason. */
export async function startWasm(instantiate: Instantiate, note = ""): Promise<Engine> {
  try {
    return wasmEngine(await instantiate(), note);
  } catch (cause) {
    throw cause instanceof StepsizeError ? cause : new Unavailable(cause);
  }
}

/** The twin is fetched only when it is needed. */
async function twin(reason: string): Promise<Engine> {
  const { jsEngine } = await import("./reference/engine.js");
  return jsEngine(reason);
}

/** A wasm engine of its own, at once. */
export function wasmEngineSync(backend: Backend | undefined, instantiate: () => WebAssembly.Exports): Engine {
  if (backend === "js") throw new EngineError('loadSync starts wasm only: `await load({ backend: "js" })`, or import from "stepsize/js"');
  try {
    return wasmEngine(instantiate());
  } catch (cause) {
    throw cause instanceof StepsizeError ? cause : new Unavailable(cause);
  }
}

function wasmEngine(exports: WebAssembly.Exports, note = ""): Engine {
  const kernels = exports as unknown as Kernels & { memory: WebAssembly.Memory };
  return new Engine("wasm", `WebAssembly with SIMD compiled${note}`, kernels, kernels.memory);
}

/** That this host has no WebAssembly, or not enough of it. */
class Unavailable extends EngineError {
  readonly why: string;

  constructor(cause: unknown) {
    const why = explain(cause);
    super(`WebAssembly cannot be had here (${why}): use backend "js" or leave it out`, { cause });
    this.why = why;
  }
}

export function explain(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
