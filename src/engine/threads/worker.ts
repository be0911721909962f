import { type RunningWorker, startProgram } from "../workers.js";
import { workerSource } from "./protocol.js";

/** The message that starts a worker. */
export interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly states: SharedArrayBuffer;
  readonly parts: SharedArrayBuffer;
  readonly names: readonly string[];
  readonly thread: number;
  /** Pointer to where its products pack. */
  readonly packed: number;
}

export type WorkerHandle = Pick<RunningWorker<Start>, "terminate">;

/** Posts that it runs, and works until a kernel fails. */
const PROGRAM = `${workerSource}
listen((start) => {
  post("ready");
  work(start);
  end();
});`;

/**
 * Starts a worker and waits until it runs. `died` is called when it ends by itself, which it never should; a worker never keeps a process
 * alive.
 */
export function startWorker(start: Start, died: (why: string) => void): Promise<WorkerHandle> {
  return new Promise((resolve, reject) => {
    const worker = startProgram<Start, unknown>(PROGRAM, {
      hear() {
        worker.keep(false);
        resolve(worker);
      },
      died(why) {
        reject(new Error(why));
        died(why);
      },
    });
    worker.keep(true);
    worker.post(start);
  });
}
