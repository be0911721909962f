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

export interface WorkerHandle {
  terminate(): void;
}

/** The little of node:worker_threads that is used; Bun and Deno have it as well. */
interface NodeThreads {
  Worker: new (
    source: string,
    options: object,
  ) => { on(event: string, listener: (value: unknown) => void): void; unref(): void; terminate(): Promise<unknown> };
}

/**
 * Starts a worker and waits until it runs. `died` is called when it ends by itself, which it never should; a worker never keeps a process
 * alive.
 */
export function startWorker(start: Start, died: (why: string) => void): Promise<WorkerHandle> {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const threads = process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
  return threads ? startNodeWorker(threads, start, died) : startWebWorker(start, died);
}

function startNodeWorker({ Worker }: NodeThreads, start: Start, died: (why: string) => void): Promise<WorkerHandle> {
  const source = `${workerSource}
    const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
    parentPort.postMessage("ready");
    work(workerData);`;
  const worker = new Worker(source, { eval: true, workerData: start });
  return new Promise((resolve, reject) => {
    let terminated = false;
    worker.on("message", () => {
      worker.unref();
      resolve({
        terminate: () => {
          terminated = true;
          void worker.terminate();
        },
      });
    });
    worker.on("error", (error) => {
      reject(error);
      died(String(error));
    });
    worker.on("exit", () => {
      if (!terminated) died("it ended");
    });
  });
}

function startWebWorker(start: Start, died: (why: string) => void): Promise<WorkerHandle> {
  const source = `${workerSource}
    onmessage = ({ data }) => {
      postMessage("ready");
      work(data);
    };`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  worker.postMessage(start);
  return new Promise((resolve, reject) => {
    worker.onmessage = () => {
      URL.revokeObjectURL(url);
      resolve({ terminate: () => worker.terminate() });
    };
    worker.onerror = (event) => {
      reject(new Error(event.message || "the worker could not be started (does the page's worker-src allow blob:?)"));
      died(event.message);
    };
  });
}
