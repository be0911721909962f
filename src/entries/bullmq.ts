// The entry point "stepsize/bullmq": searches on many machines. Apart from the others, since it needs Node and two packages beside it.
/// <reference lib="esnext.disposable" preserve="true" />

export type { NodeWorker, StartedWorker, WebWorker } from "../engine/workers.js";
export { QueueError } from "../search/executors/bullmq/errors.js";
export { type BullmqExecutor, type BullmqOptions, bullmqExecutor } from "../search/executors/bullmq/executor.js";
export type { QueueConnection, QueueNotice, Roster } from "../search/executors/bullmq/types.js";
export { type BullmqWorker, type BullmqWorkerOptions, bullmqWorker } from "../search/executors/bullmq/worker.js";
export type { Executor, Job, Work } from "../search/executors/executor.js";
