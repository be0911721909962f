import { EngineError } from "../options/errors.js";
import { builtin } from "./builtin.js";

/** A worker that is heard. */
export interface RunningWorker<In> {
  post(message: In): void;
  /** Whether the process is to wait for it; a page always lives on. */
  keep(busy: boolean): void;
  /** Ends it; nothing is heard of it any more. */
  terminate(): void;
}

export interface WorkerListener<Out> {
  hear(message: Out): void;
  /** Called once, when the worker has ended and nobody asked it to. */
  died(why: string): void;
}

/** A worker that was started: of `node:worker_threads`, or of a browser. */
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

/** What a program finds: `post(message)`, `listen((message) => ...)`, to be called once, and `end()`. */
const NODE = `const { parentPort } = process.getBuiltinModule("node:worker_threads");
const post = (message) => parentPort.postMessage(message);
const listen = (hear) => parentPort.on("message", hear);
const end = () => parentPort.close();
`;
const WEB = `const post = (message) => self.postMessage(message);
const listen = (hear) => { self.onmessage = ({ data }) => hear(data); };
const end = () => self.close();
`;

/**
 * Starts a worker on the text of a program: a file of its own would have to be found by every bundler. The worker keeps no process alive until it is
 * told to.
 *
 * @throws EngineError where there are no workers, or a page's Content-Security-Policy forbids those from text.
 */
export function startProgram<In, Out>(program: string, listener: WorkerListener<Out>): RunningWorker<In> {
  const threads = builtin<{ Worker: new (source: string, options: object) => NodeWorker }>("node:worker_threads");
  if (threads !== undefined) {
    const worker = new threads.Worker(NODE + program, { eval: true });
    const running = listenTo<In, Out>(worker, listener);
    running.keep(false);
    return running;
  }
  const worker = startFromBlob(WEB + program);
  worker.addEventListener("error", (event) => event.preventDefault());
  return listenTo(worker, listener, FORBIDDEN);
}

/** Hears a worker; `silent` is said of one in a page that fails without a word. */
export function listenTo<In, Out>(
  worker: StartedWorker,
  { hear, died }: WorkerListener<Out>,
  silent = "its program could not be loaded",
): RunningWorker<In> {
  let ended = false;
  const end = (why: string) => {
    if (!ended) died(why);
    ended = true;
  };
  const terminate = () => {
    ended = true;
    void worker.terminate();
  };
  const post = (message: In) => worker.postMessage(message);
  if ("on" in worker) {
    worker.on("message", (message) => hear(message as Out));
    worker.on("error", (error) => end(String(error)));
    worker.on("exit", () => end("it ended"));
    return { post, keep: (busy) => (busy ? worker.ref() : worker.unref()), terminate };
  }
  worker.addEventListener("message", (event) => hear((event as MessageEvent<Out>).data));
  worker.addEventListener("error", (event) => {
    worker.terminate();
    end((event as ErrorEvent).message || silent);
  });
  return { post, keep: () => {}, terminate };
}

const FORBIDDEN = "it could not be started: the page's Content-Security-Policy must allow blob: for worker-src";

function startFromBlob(source: string): Worker {
  if (typeof Worker === "undefined") throw new EngineError("there are no workers here");
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return new Worker(url, { type: "module" });
  } catch (cause) {
    throw new EngineError(`a worker cannot be had: ${FORBIDDEN}`, { cause });
  } finally {
    // the worker has begun to fetch it
    setTimeout(() => URL.revokeObjectURL(url), REVOKE);
  }
}

/** Milliseconds after which the text of a worker is let go of. */
const REVOKE = 10_000;
