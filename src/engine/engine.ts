import type { Kernels } from "../generated/kernels.js";
import { EngineError, OptionError, StepsizeError } from "../options/errors.js";
import { type Fields, integer, oneOf, optional, readOptions, show } from "../options/options.js";
import { Arena, type Memory, Vector } from "./memory.js";

export type { Kernels };
export type Backend = "wasm" | "js";

export interface LoadOptions {
  /** `"wasm"` or `"js"`; left out, wasm where it can be had, otherwise JavaScript with the same bits. */
  backend?: Backend | undefined;
  /**
   * How many threads large kernels are split over, the calling one included, from 1. Default 1. More need a SharedArrayBuffer, which pages
   * have only when they are cross-origin isolated; without it one thread does the work, and `reason` says so. The bits are the same.
   */
  threads?: number;
}

/** The most that a 32-bit memory can address, less one page so that no end of a piece wraps to 0. */
const MAXIMUM = 0x1_0000_0000 - 0x1_0000;

/**
 * A kernel table and the memory it computes in. Parameters, optimizers and trainers take one and free what they took when they are disposed
 * of; the engine itself holds nothing else.
 */
export class Engine implements Disposable {
  /** Which implementation of the kernels this is. */
  readonly backend: Backend;
  /** Why this backend was taken, in words. */
  readonly reason: string;
  /** The kernels; pointers are byte offsets into the memory. */
  readonly kernels: Kernels;
  /** How many threads work, the calling one included. */
  readonly threads: number;
  readonly arena: Arena;
  readonly #end: () => void;

  constructor(backend: Backend, reason: string, kernels: Kernels, memory: Memory, threads = 1, end: () => void = () => {}) {
    this.backend = backend;
    this.reason = reason;
    this.kernels = kernels;
    this.threads = threads;
    this.arena = new Arena(memory, MAXIMUM, threads);
    this.#end = end;
  }

  /** A zeroed vector of `length` floats in the engine's memory. Throws OutOfMemoryError. */
  vector(length: number): Vector {
    return new Vector(this.arena, length);
  }

  /** Ends the engine's workers, if it has any. Without them an engine is garbage like any other. */
  dispose(): void {
    this.#end();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Engines that were started or are starting; under `undefined` the one of a `load()` that left the choice open. */
export type Engines = Map<Backend | undefined, Promise<Engine>>;

/** Makes the wasm instance. A StepsizeError it throws is final; anything else means that WebAssembly cannot be had. */
export type Instantiate = () => Promise<WebAssembly.Instance>;

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
export function wasmEngineSync(backend: Backend | undefined, module: () => WebAssembly.Module): Engine {
  if (backend === "js") throw new EngineError('loadSync starts wasm only: `await load({ backend: "js" })`, or import from "stepsize/js"');
  try {
    return wasmEngine(new WebAssembly.Instance(module()));
  } catch (cause) {
    throw cause instanceof StepsizeError ? cause : new Unavailable(cause);
  }
}

function wasmEngine(instance: WebAssembly.Instance, note = ""): Engine {
  const kernels = instance.exports as unknown as Kernels & { memory: WebAssembly.Memory };
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

/** Throws OptionError where something else stands in place of an engine. */
export function checkEngine(engine: unknown): asserts engine is Engine {
  if (!(engine instanceof Engine)) throw new OptionError("engine", engine, `must come from await load(), got ${show(engine)}`);
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
