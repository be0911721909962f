import { instantiate, instantiateSync } from "@assemblyscript/loader";
import { decode } from "./base64.js";
import { EngineError, OptionError } from "./errors.js";
import { core } from "./generated/core.js";
import type { Kernels } from "./generated/kernels.js";
import { Arena, type Memory, Vector } from "./memory.js";
import { integer, oneOf, optional, readOptions } from "./options.js";

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
    this.arena = new Arena(memory, MAXIMUM);
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

const shared = new Map<Backend | undefined, Promise<Engine>>();

/**
 * Starts the library: compiles the kernels, or falls back to their JavaScript twin and says why in `reason`.
 *
 * Calls share one engine a backend (but for engines with threads, which are each their own, to be disposed of), since a memory reserves some 10 GB of address space; a call that failed can be tried again.
 *
 * @throws OptionError for an unknown backend; EngineError when `backend: "wasm"` was asked for and cannot be had.
 * @example
 * const engine = await load();
 * console.log(engine.backend, engine.reason);
 */
export function load(options: LoadOptions = {}): Promise<Engine> {
  const { backend, threads } = readLoadOptions(options);
  if (threads > 1) {
    if (backend === "js") throw new OptionError("load.threads", threads, `must be 1 for the backend "js", got ${threads}`);
    return startThreaded(threads);
  }
  let engine = shared.get(backend);
  if (engine === undefined) {
    engine = start(backend);
    engine.catch(() => shared.delete(backend));
    shared.set(backend, engine);
  }
  return engine;
}

async function start(backend: Backend | undefined): Promise<Engine> {
  if (backend === "js") return startReference("JavaScript was asked for");
  if (backend === undefined) {
    try {
      return await load({ backend: "wasm" });
    } catch (error) {
      const { cause } = error as EngineError;
      return startReference(`WebAssembly cannot be had here (${explain(cause)}), the JavaScript twin gives the same bits`);
    }
  }
  return startWasm();
}

async function startWasm(note = ""): Promise<Engine> {
  try {
    const { instance } = await instantiate<Record<string, unknown>>(decode(core));
    return fromInstance(instance, note);
  } catch (cause) {
    throw unavailable(cause);
  }
}

async function startThreaded(threads: number): Promise<Engine> {
  const { obstacle, startThreads } = await import("./threads/index.js");
  let why = obstacle();
  if (why === undefined) {
    try {
      const { kernels, memory, dispose } = await startThreads(threads);
      return new Engine("wasm", `WebAssembly with SIMD compiled, ${threads} threads`, kernels, memory, threads, dispose);
    } catch (cause) {
      why = explain(cause);
    }
  }
  return startWasm(`; one thread, because more cannot be had here (${why})`);
}

async function startReference(reason: string): Promise<Engine> {
  const [{ reference }, { PlainMemory }] = await Promise.all([import("./reference/index.js"), import("./reference/memory.js")]);
  const memory = new PlainMemory();
  return new Engine("js", reason, reference(memory), memory);
}

/**
 * As `load()`, at once, and with an engine of its own. Only the wasm backend can be had this way; main threads of browsers older than 2023
 * may refuse to compile synchronously.
 *
 * @throws EngineError when wasm cannot be had: `await load()` falls back by itself.
 */
export function loadSync(options: LoadOptions = {}): Engine {
  const { backend } = readLoadOptions(options);
  if (backend === "js") throw new EngineError('loadSync starts wasm only: use `await load({ backend: "js" })`');
  try {
    return fromInstance(instantiateSync<Record<string, unknown>>(decode(core)).instance);
  } catch (cause) {
    throw unavailable(cause);
  }
}

function readLoadOptions(options: LoadOptions): { backend?: Backend | undefined; threads: number } {
  return readOptions("load", options, { backend: optional(oneOf(undefined, ["wasm", "js"])), threads: integer(1, { min: 1, max: 256 }) });
}

function fromInstance(instance: WebAssembly.Instance, note = ""): Engine {
  const kernels = instance.exports as unknown as Kernels & { memory: WebAssembly.Memory };
  return new Engine("wasm", `WebAssembly with SIMD compiled${note}`, kernels, kernels.memory);
}

function unavailable(cause: unknown): EngineError {
  return new EngineError(`WebAssembly cannot be had here (${explain(cause)}): use backend "js" or leave it out`, { cause });
}

function explain(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
