import { DisposedError, OutOfMemoryError, ShapeError } from "../options/errors.js";

/** The memory that a backend computes in: a `WebAssembly.Memory`, or a buffer of the JavaScript twin. `grow` takes pages of 64 KiB. */
export interface Memory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

const PAGE = 65536;
const ALIGNMENT = 16;
/** Below lie the constants of the kernels (scripts/constants.js); pointer 0 stays unused, so that it can mean "none". */
const CONSTANTS = 1024;
/** Bytes in which a thread's matrix products pack (assembly/linalg/product.ts): 256 deep, four rows of 16 bytes a number and 128 columns. */
const PACKED = 256 * (4 * 16 + 128 * 4);

/** Where a thread packs, the calling one, number 0, or a worker. */
export function packedOf(thread: number): number {
  return CONSTANTS + thread * PACKED;
}

interface Block {
  start: number;
  end: number;
}

/**
 * Hands out 16-byte aligned, zeroed pieces of a memory and takes them back. Everything is allocated when it is built, never in a step:
 * growing detaches every view there is (`Vector.view` renews itself).
 */
export class Arena {
  readonly memory: Memory;
  /** Free blocks by rising address, never touching each other; the last one is open towards the limit. */
  #free: Block[];
  /** Memory from here on was never handed out and is still zero. */
  #used: number;

  /** `limit` is the largest size in bytes to which the memory may grow; what so many threads pack lies below what is handed out. */
  constructor(memory: Memory, limit: number, threads = 1) {
    this.memory = memory;
    this.#used = packedOf(threads);
    this.#free = [{ start: this.#used, end: limit }];
  }

  /** The number of bytes that the largest single request may have. */
  get available(): number {
    return this.#free.reduce((largest, { start, end }) => Math.max(largest, end - start), 0);
  }

  /** A zeroed piece for `count` numbers of four bytes, padded to whole vectors. Throws OutOfMemoryError and changes nothing. */
  allocate(count: number): number {
    if (!(count >= 0) || count % 1 > 0) throw new ShapeError(`a length must be a whole number from 0, got ${count}`);
    const bytes = padded(count) * 4;
    const index = this.#free.findIndex(({ start, end }) => end - start >= bytes);
    const block = this.#free[index];
    if (block === undefined) throw new OutOfMemoryError(bytes, this.available);
    const pointer = block.start;
    const end = pointer + bytes;
    this.#reserve(end, bytes);
    block.start = end;
    if (block.start === block.end) this.#free.splice(index, 1);
    new Float32Array(this.memory.buffer, pointer, Math.max(0, Math.min(end, this.#used) - pointer) / 4).fill(0);
    this.#used = Math.max(this.#used, end);
    return pointer;
  }

  free(pointer: number, count: number): void {
    const block = { start: pointer, end: pointer + padded(count) * 4 };
    if (block.start === block.end) return;
    let index = this.#free.findIndex(({ start }) => start >= block.end);
    if (index < 0) index = this.#free.length;
    const [before, after] = [this.#free[index - 1], this.#free[index]];
    if (after?.start === block.end) {
      block.end = after.end;
      this.#free.splice(index, 1);
    }
    if (before?.end === block.start) before.end = block.end;
    else this.#free.splice(index, 0, block);
  }

  /**
   * Grows the memory ahead, so that so many bytes can be handed out without growing it again, which would detach every view. Memory that is
   * not written to costs nothing; where the system refuses, nothing is reserved.
   */
  reserve(bytes: number): void {
    const { start, end } = this.#free.at(-1) ?? { start: 0, end: 0 };
    try {
      this.#reserve(Math.min(start + bytes, end), bytes);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
    }
  }

  #reserve(end: number, bytes: number): void {
    const { byteLength } = this.memory.buffer;
    if (end <= byteLength) return;
    try {
      this.memory.grow(Math.ceil((end - byteLength) / PAGE));
    } catch (cause) {
      // the system refuses: what is there already can be used
      const available = this.#free.reduce((largest, { start, end }) => Math.max(largest, Math.min(end, byteLength) - start), 0);
      throw Object.assign(new OutOfMemoryError(bytes, available), { cause });
    }
  }
}

/** The number of floats that `count` floats take up with their padding. */
export function padded(count: number): number {
  return Math.ceil((count * 4) / ALIGNMENT) * 4;
}

/** A zero-padded piece of an arena: `pointer` for kernels, `view` for JavaScript. */
export class Vector implements Disposable {
  readonly pointer: number;
  readonly length: number;
  readonly #arena: Arena;
  #view: Float32Array | undefined;
  #disposed = false;

  constructor(arena: Arena, length: number) {
    this.pointer = arena.allocate(length);
    this.length = length;
    this.#arena = arena;
  }

  /** The floats themselves, not a copy. Ask again after something was allocated: growing memory detaches old views. */
  get view(): Float32Array {
    if (this.#disposed) throw new DisposedError("vector");
    const { buffer } = this.#arena.memory;
    if (this.#view?.buffer !== buffer) this.#view = new Float32Array(buffer, this.pointer, this.length);
    return this.#view;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#arena.free(this.pointer, this.length);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
