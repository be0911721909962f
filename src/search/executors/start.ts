import { builtin } from "../../engine/builtin.js";
import { checkEngine, type Engine } from "../../engine/engine.js";
import type { NodeWorker, StartedWorker } from "../../engine/workers.js";
import { demand, type Field } from "../../options/options.js";

export const engineField: Field<Engine> = {
  fallback: undefined,
  read(value) {
    checkEngine(value);
    return value;
  },
};

export const startField: Field<() => StartedWorker> = {
  fallback: undefined,
  read(value, path) {
    demand(typeof value === "function", path, value, "a function that starts a worker");
    return value as () => StartedWorker;
  },
};

/** Starts a worker on the program that lies beside this file. */
export function startBeside(): StartedWorker {
  const node = builtin<{ Worker: new (url: URL) => NodeWorker }>("node:worker_threads");
  if (node === undefined) return new Worker(new URL("./trial-worker.js", import.meta.url), { type: "module" });
  // not in one expression, which bundlers would take for a page's
  const here = import.meta.url;
  return new node.Worker(new URL("./trial-worker.js", here));
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

/** Node, Bun, Deno and browsers all say it there. */
export function processors(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  const os = builtin<{ availableParallelism?(): number }>("node:os");
  return os?.availableParallelism?.() ?? navigator?.hardwareConcurrency ?? 1;
}
