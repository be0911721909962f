import type { Kernels } from "../generated/kernels.js";
import { OptionError } from "../options/errors.js";
import { show } from "../options/options.js";
import { Arena, type Memory, Vector } from "./memory.js";

export type { Kernels };
export type Backend = "wasm" | "js";

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
  /** The kernels; pointers are byte offsets into the memory. Those of an optimizer or a layer join when the first of its kind is bound (src/engine/parts.ts). */
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

/** Throws OptionError where something else stands in place of an engine. */
export function checkEngine(engine: unknown): asserts engine is Engine {
  if (!(engine instanceof Engine)) throw new OptionError("engine", engine, `must come from await load(), got ${show(engine)}`);
}
