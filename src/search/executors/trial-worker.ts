// The program of a worker: runs the trials that it is sent. A file of its own, since it needs the library, "stepsize/trial-worker" for bundlers.
import { builtin } from "../../engine/builtin.js";
import { type Engine, load } from "../../engine/load.js";
import { plainError } from "../../options/plain-error.js";
import { runFromJSON } from "../../training/from-json.js";
import type { EpochRecord } from "../../training/records.js";
import { rowsOf } from "../resplit.js";
import { runTrial, type SearchData } from "../trial.js";
import type { FromWorker, ToWorker } from "./protocol.js";

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
  let engine: Promise<Engine>;
  let data: SearchData;
  let under: AbortController | undefined;

  async function work(job: Extract<ToWorker, { kind: "job" }>): Promise<void> {
    const { id, run, rate, seed, split, until, checkpoint, listened } = job;
    under = new AbortController();
    try {
      const result = await runTrial({
        engine: await engine,
        run: runFromJSON(run),
        data: rowsOf(data, split),
        rate,
        seed,
        ...(until !== undefined && { until }),
        ...(checkpoint && { from: checkpoint }),
        signal: under.signal,
        ...(listened && { onEpoch: (epoch: EpochRecord) => post({ kind: "epoch", id, epoch }) }),
      });
      post({ kind: "result", id, result });
    } catch (error) {
      post({ kind: "error", id, error: plainError(error) });
    }
  }

  listen((message) => {
    if (message.kind === "data") data = message.data;
    else if (message.kind === "job") void work(message);
    else if (message.kind === "abort") under?.abort();
    else {
      engine = load(message.backend === undefined ? {} : { backend: message.backend });
      // a job reports that it cannot be had
      engine.catch(() => {});
      void hold(message.lock).then(() => post({ kind: "ready" }));
    }
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
