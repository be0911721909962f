import { EngineError } from "../errors.js";
import { CONTROL_LENGTH, DONE, FAILED, JOB, SLOT_LENGTH, SPINS } from "./protocol.js";
import { type Start, startWorker, type WorkerHandle } from "./worker.js";

/** Milliseconds after which a worker that has not answered is taken for dead: a kernel takes less than one of a hundred million elements. */
const PATIENCE = 10_000;

/**
 * Workers that run kernels of the same module over the same memory. A job is a kernel and its arguments for each thread; the calling thread
 * takes the last part itself and then waits for the others.
 */
export class Pool {
  readonly #control: Int32Array;
  readonly #slots: Float64Array;
  readonly #names: readonly string[];
  readonly #workers: WorkerHandle[] = [];
  #dead: string | undefined;

  private constructor(names: readonly string[], workers: number) {
    this.#names = names;
    this.#control = new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * 4));
    this.#slots = new Float64Array(new SharedArrayBuffer(workers * SLOT_LENGTH * 8));
  }

  static async start(module: WebAssembly.Module, memory: WebAssembly.Memory, names: readonly string[], workers: number): Promise<Pool> {
    const pool = new Pool(names, workers);
    try {
      for (let index = 0; index < workers; index++) {
        const start: Start = { module, memory, control: pool.#control, slots: pool.#slots.buffer as SharedArrayBuffer, index, names };
        pool.#workers.push(await startWorker(start, (why) => pool.#mourn(index, why)));
      }
    } catch (error) {
      pool.dispose();
      throw error;
    }
    return pool;
  }

  /** The number of workers; the calling thread is one more. */
  get size(): number {
    return this.#workers.length;
  }

  /** Writes the arguments of a worker's part of the next job. */
  prepare(worker: number, kernel: number, args: readonly number[]): void {
    const at = worker * SLOT_LENGTH;
    this.#slots[at] = kernel;
    this.#slots[at + 1] = args.length;
    for (let i = 0; i < args.length; i++) this.#slots[at + 2 + i] = args[i] as number;
  }

  /** Sends the prepared parts off. */
  go(): void {
    if (this.#dead !== undefined) throw new EngineError(this.#dead);
    Atomics.store(this.#control, DONE, 0);
    Atomics.add(this.#control, JOB, 1);
    Atomics.notify(this.#control, JOB);
  }

  /** Waits until every worker has done its part. Throws EngineError when one fails or does not answer. */
  finish(kernel: number): void {
    for (let spins = 0; spins < SPINS && Atomics.load(this.#control, DONE) < this.size; spins++);
    this.#waitFor(kernel);
    const failed = Atomics.load(this.#control, FAILED);
    if (failed !== 0) this.#mourn(failed - 1, `${this.#names[kernel]} failed in it`);
    if (this.#dead !== undefined) throw new EngineError(this.#dead);
  }

  dispose(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#dead ??= "the engine was disposed of";
  }

  #waitFor(kernel: number): void {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const done = Atomics.load(this.#control, DONE);
      if (done >= this.size) return;
      if (performance.now() > deadline) {
        this.#dead = `a thread stopped answering during ${this.#names[kernel]}: the engine cannot be used any more, load another`;
        return;
      }
      sleep(this.#control, DONE, done);
    }
  }

  #mourn(worker: number, why: string): void {
    this.#dead ??= `thread ${worker + 1} of ${this.size} is dead (${why}): the engine cannot be used any more, load another`;
  }
}

/** Sleeps until a number changes, for at most 50 ms; a page's main thread may not, and goes round again. */
function sleep(control: Int32Array, index: number, value: number): void {
  try {
    Atomics.wait(control, index, value, 50);
  } catch {}
}
