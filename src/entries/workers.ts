// The entry point "stepsize/workers": searches in workers. Apart from the others, so that a bundle without it holds no worker.
/// <reference lib="esnext.disposable" preserve="true" />

export type { NodeWorker, StartedWorker, WebWorker } from "../engine/workers.js";
export type { Executor, Job, Work } from "../search/executors/executor.js";
export { type WorkersExecutor, type WorkersOptions, workersExecutor } from "../search/executors/workers.js";
