import { EngineError } from "../../options/errors.js";
import { packedOf } from "../memory.js";
import { ASLEEP, FAILED, IDLE, PART_LENGTH, READY, SPINS, STATE_LENGTH, TAKEN, WATCHED } from "./protocol.js";
import { startWorker, type WorkerHandle } from "./worker.js";

/** Any kernel: arguments too many are ignored. */
export type Kernel = (...args: (number | undefined)[]) => number | undefined;
export type Kernels = readonly (readonly [name: string, kernel: Kernel])[];

/** How the work of a call divides: into parts of the result, elements, rows or columns, never into summands. */
export interface Division {
  /** Which argument counts the pieces. */
  readonly counter: number;
  /** So many pieces stay together: a cache line, which two threads had better not write to, or the height of a tile. */
  readonly grain: number;
  /** By how much the first arguments, all of them pointers or whole numbers, rise from piece to piece. */
  readonly strides: readonly number[];
}

/** For how many milliseconds the calling thread sleeps at a time while it waits for a worker. */
const WAIT = 50;
/**
 * After how many of them it gives the worker up, and how often as long as its own part took, which is no smaller: cores differ in speed, and a
 * busy machine may let a thread wait.
 */
const WAITS = 200;
const PATIENCE = 20;

/**
 * Workers that run kernels of the same module over the same memory. Of every job each thread is given a part; the calling one, number 0, does
 * its own and then those that no worker has begun: a worker that sleeps, or is dead, delays nothing.
 */
export class Pool {
  readonly #kernels: Kernels;
  readonly #states: Int32Array;
  readonly #parts: Float64Array;
  readonly #part: readonly Float64Array[];
  readonly #workers: WorkerHandle[] = [];
  #dead: string | undefined;

  private constructor(kernels: Kernels, threads: number) {
    this.#kernels = kernels;
    this.#states = new Int32Array(new SharedArrayBuffer(threads * STATE_LENGTH * 4));
    this.#parts = new Float64Array(new SharedArrayBuffer(threads * PART_LENGTH * 8));
    this.#part = Array.from({ length: threads }, (_, thread) => this.#parts.subarray(thread * PART_LENGTH, (thread + 1) * PART_LENGTH));
  }

  static async start(module: WebAssembly.Module, memory: WebAssembly.Memory, kernels: Kernels, threads: number): Promise<Pool> {
    const pool = new Pool(kernels, threads);
    const names = kernels.map(([name]) => name);
    const [states, parts] = [pool.#states.buffer as SharedArrayBuffer, pool.#parts.buffer as SharedArrayBuffer];
    try {
      for (let thread = 1; thread < threads; thread++) {
        const start = { module, memory, states, parts, names, thread, packed: packedOf(thread) };
        pool.#workers.push(await startWorker(start, (why) => pool.#reportDeath(thread, why)));
      }
    } catch (error) {
      pool.dispose();
      throw error;
    }
    return pool;
  }

  /** The number of threads, the calling one included. */
  get threads(): number {
    return this.#part.length;
  }

  /** Runs a kernel on so many threads at most. Throws EngineError when a worker is dead, fails, or does not answer. */
  run(index: number, args: readonly number[], threads: number, division: Division): void {
    const [name, kernel] = this.#kernels[index] as Kernels[number];
    this.#check(name);
    const began = performance.now();
    const pieces = args[division.counter] as number;
    const share = Math.ceil(pieces / threads / division.grain) * division.grain;
    const count = Math.ceil(pieces / share);
    for (let thread = count - 1; thread >= 0; thread--) {
      this.#write(thread, index, args, division, thread * share, Math.min(pieces, (thread + 1) * share));
      if (thread > 0) this.#start(thread);
    }
    try {
      this.#call(kernel, 0);
      for (let thread = 1; thread < count; thread++) if (this.#takeBack(thread)) this.#call(kernel, thread);
    } finally {
      for (let thread = 1; thread < count; thread++) if (!this.#takeBack(thread)) this.#finish(thread, began);
      this.#check(name);
    }
  }

  dispose(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#dead ??= "the engine was disposed of";
  }

  #check(name: string): void {
    if (this.#dead !== undefined) throw new EngineError(`${name}: ${this.#dead}`);
  }

  #write(thread: number, index: number, args: readonly number[], { counter, strides }: Division, from: number, to: number): void {
    const part = this.#part[thread] as Float64Array;
    part[0] = index;
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as number;
      part[i + 1] = i < strides.length ? arg + from * (strides[i] as number) : arg;
    }
    part[counter + 1] = to - from;
  }

  #call(kernel: Kernel, thread: number): void {
    const p = this.#part[thread] as Float64Array;
    // biome-ignore format: as many as ARGUMENTS
    kernel(
      p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], p[12],
      p[13], p[14], p[15], p[16], p[17], p[18], p[19], p[20], p[21], p[22], p[23], p[24],
    );
  }

  #start(thread: number): void {
    const at = thread * STATE_LENGTH;
    if (Atomics.exchange(this.#states, at, READY) === ASLEEP) Atomics.notify(this.#states, at);
  }

  /** Whether the worker had not begun its part, and now will not. */
  #takeBack(thread: number): boolean {
    return Atomics.compareExchange(this.#states, thread * STATE_LENGTH, READY, IDLE) === READY;
  }

  /** Waits until the worker has done its part. */
  #finish(thread: number, began: number): void {
    const at = thread * STATE_LENGTH;
    for (let spins = 0; spins < SPINS && Atomics.load(this.#states, at) === TAKEN; spins++);
    // counted, not timed: a machine that was asleep in between is no dead worker
    let waits = WAITS + (PATIENCE * (performance.now() - began)) / WAIT;
    while (waits-- > 0 && this.#watch(at)) sleep(this.#states, at, WATCHED);
    if (this.#watch(at)) this.#reportDeath(thread, "it stopped answering");
    if (Atomics.load(this.#states, at) === FAILED) this.#reportDeath(thread, "the kernel failed in it");
  }

  /** Whether the worker is still at it; from now on it says when it is done. */
  #watch(at: number): boolean {
    const before = Atomics.compareExchange(this.#states, at, TAKEN, WATCHED);
    return before === TAKEN || before === WATCHED;
  }

  #reportDeath(thread: number, why: string): void {
    this.#dead ??= `thread ${thread + 1} of ${this.threads} is dead (${why}): the engine cannot be used any more, load another`;
  }
}

/** Sleeps while a number has this value, for some milliseconds at most; a page's main thread may not sleep, and spins. */
function sleep(states: Int32Array, index: number, value: number): void {
  try {
    Atomics.wait(states, index, value, WAIT);
  } catch {
    const until = performance.now() + WAIT;
    while (Atomics.load(states, index) === value && performance.now() < until);
  }
}
