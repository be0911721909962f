// The program of a worker: runs the trials that it is sent. A file of its own, since it needs the library, "stepsize/trial-worker" for bundlers.
import { builtin } from "../../engine/builtin.js";
import { load } from "../../engine/load.js";
import { runFromJSON } from "../../training/from-json.js";
import type { FromWorker, ToWorker } from "./protocol.js";
import { TrialServer } from "./serve.js";

/** The little that is used of a worker's port, in Node and in browsers. */
interface Port {
  post(message: FromWorker): void;
  listen(hear: (message: ToWorker) => void): void;
}

function openPort(): Port {
  const port = builtin<typeof import("node:worker_threads")>("node:worker_threads")?.parentPort;
  if (port) return { post: (message) => port.postMessage(message), listen: (hear) => port.on("message", hear) };
  const self = globalThis as unknown as { postMessage(message: unknown): void; onmessage: (event: { data: ToWorker }) => void };
  return {
    post: (message) => self.postMessage(message),
    listen: (hear) => {
      self.onmessage = ({ data }) => hear(data);
    },
  };
}

function serve({ post, listen }: Port): void {
  let server: TrialServer | undefined;
  listen((message) => {
    if (message.kind !== "start") {
      server?.hear(message);
      return;
    }
    const engine = load(message.backend === undefined ? {} : { backend: message.backend });
    // a job reports that it cannot be had
    engine.catch(() => {});
    server = new TrialServer(engine, runFromJSON, post);
    void hold(message.lock).then(() => post({ kind: "ready" }));
  });
}

/** Takes a lock for as long as this worker lives. */
function hold(lock: string | undefined): Promise<void> {
  if (lock === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    void navigator.locks.request(lock, () => {
      resolve();
      return new Promise(() => {});
    });
  });
}

serve(openPort());
