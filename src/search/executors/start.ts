import type { FromWorker, ToWorker } from "./protocol.js";

/** A worker that was started on the file `stepsize/trial-worker`: of `node:worker_threads`, or of a browser. */
export type StartedWorker = NodeWorker | WebWorker;

/** The little that is used of a worker of `node:worker_threads`, which Bun and Deno have as well. */
export interface NodeWorker {
  postMessage(message: unknown): void;
  on(event: string, listener: (value: unknown) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): unknown;
}

/** The same of a browser's worker. */
export interface WebWorker {
  postMessage(message: unknown): void;
  addEventListener(event: string, listener: (event: Event) => void): void;
  terminate(): void;
}

export interface TrialWorker {
  post(message: ToWorker): void;
  /** Whether the process is to wait for it. */
  keep(busy: boolean): void;
  terminate(): void;
}

export interface Listener {
  hear(message: FromWorker): void;
  /** Called once, when the worker has ended and nobody asked it to. */
  died(why: string): void;
}

/** Starts a worker on the program that lies beside this file. */
export function startBeside(): StartedWorker {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const node = process?.getBuiltinModule?.("node:worker_threads") as { Worker: new (url: URL) => NodeWorker } | undefined;
  if (node === undefined) return new Worker(new URL("./trial-worker.js", import.meta.url), { type: "module" });
  // not in one expression, which bundlers would take for a page's
  const here = import.meta.url;
  return new node.Worker(new URL("./trial-worker.js", here));
}

export function listenTo(worker: StartedWorker, { hear, died }: Listener): TrialWorker {
  let ended = false;
  const end = (why: string) => {
    if (!ended) died(why);
    ended = true;
  };
  const terminate = () => {
    ended = true;
    void worker.terminate();
  };
  if ("on" in worker) {
    worker.on("message", (message) => hear(message as FromWorker));
    worker.on("error", (error) => end(String(error)));
    worker.on("exit", () => end("it ended"));
    return { post: (message) => worker.postMessage(message), keep: (busy) => (busy ? worker.ref() : worker.unref()), terminate };
  }
  worker.addEventListener("message", (event) => hear((event as MessageEvent<FromWorker>).data));
  worker.addEventListener("error", (event) => {
    worker.terminate();
    end((event as ErrorEvent).message || "its program could not be loaded");
  });
  return { post: (message) => worker.postMessage(message), keep: () => {}, terminate };
}

/** A browser does not say when a worker has ended: a lock that it holds does. Undefined where an event says so, and where there are no locks. */
export function lockFor(worker: StartedWorker): string | undefined {
  const { navigator } = globalThis as { navigator?: { locks?: unknown } };
  return "on" in worker || navigator?.locks === undefined ? undefined : `stepsize trial worker ${crypto.randomUUID()}`;
}

/** Waits until a lock that another thread holds is free. */
export async function released(lock: string): Promise<void> {
  await navigator.locks.request(lock, () => {});
}
