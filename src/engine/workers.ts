import { EngineError } from "../options/errors.js";

/** A thread that runs a program given as text. */
export interface ProgramWorker {
  post(message: unknown): void;
  /** Whether the process is to wait for it; a page always lives on. */
  keep(busy: boolean): void;
  /** Ends it; nothing is heard of it any more. */
  terminate(): void;
}

export interface ProgramListener {
  hear(message: unknown): void;
  /** Called once, when the worker has ended and nobody asked it to. */
  died(why: string): void;
}

/** The little of node:worker_threads that is used; Bun and Deno have it as well. */
interface NodeThreads {
  Worker: new (
    source: string,
    options: object,
  ) => {
    on(event: string, listener: (value: never) => void): void;
    postMessage(message: unknown): void;
    ref(): void;
    unref(): void;
    terminate(): Promise<unknown>;
  };
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

function nodeThreads(): NodeThreads | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  try {
    return process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
  } catch {
    // edge runtimes have the function and throw
    return undefined;
  }
}

/**
 * Starts a worker on the text of a program: a file of its own would have to be found by every bundler. The worker keeps no process alive until it is
 * told to.
 *
 * @throws EngineError where there are no workers, or a page's Content-Security-Policy forbids those from text.
 */
export function startProgram(program: string, { hear, died }: ProgramListener): ProgramWorker {
  const threads = nodeThreads();
  let over = false;
  const end = (why: string) => {
    if (!over) died(why);
    over = true;
  };
  if (threads !== undefined) {
    const worker = new threads.Worker(NODE + program, { eval: true });
    worker.on("message", hear as (value: never) => void);
    worker.on("error", (error) => end(String(error)));
    worker.on("exit", () => end("it ended"));
    worker.unref();
    const terminate = () => {
      over = true;
      void worker.terminate();
    };
    return { post: (message) => worker.postMessage(message), keep: (busy) => (busy ? worker.ref() : worker.unref()), terminate };
  }
  const worker = startFromBlob(WEB + program);
  worker.onmessage = ({ data }) => hear(data);
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    end(event.message || FORBIDDEN);
  };
  const terminate = () => {
    over = true;
    worker.terminate();
  };
  return { post: (message) => worker.postMessage(message), keep: () => {}, terminate };
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
