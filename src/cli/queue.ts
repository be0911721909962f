import { type Command, Option } from "commander";
import { placeOf } from "../search/executors/bullmq/connection.js";
import type { BullmqExecutor, BullmqOptions } from "../search/executors/bullmq/executor.js";
import type { QueueNotice } from "../search/executors/bullmq/types.js";
import { count } from "../search/report/format.js";
import { UsageError } from "./errors.js";
import { given } from "./prepare.js";
import { printable, say } from "./terminal.js";
import { secondsOf } from "./values.js";

export interface QueueFlags {
  queue?: string;
  store?: string;
  keep?: number;
  workers?: number;
  json?: boolean;
  quiet?: boolean;
}

const STORE = "a folder that all machines share, or the URL of one, where data lie instead of in Redis";

/** The option that says where the queue is; a variable keeps a password out of the list of processes. */
export function queueOption(): Option {
  return new Option("--queue <url>", "Redis, as in redis://user:password@host:port/0, rediss:// for TLS").env("STEPSIZE_QUEUE");
}

export function storeOption(): Option {
  return new Option("--store <place>", STORE);
}

/** The options of a command whose trials may be run elsewhere. */
export function addQueue(command: Command): Command {
  return command
    .addOption(queueOption())
    .addOption(storeOption())
    .option("--keep <time>", "with --queue, how long results stay in Redis for other searches, 0 for not at all (default: 1h)", secondsOf);
}

/** The queue that flags speak of; undefined where there is none. */
export async function startQueue({ queue, store, keep, workers, json, quiet }: QueueFlags): Promise<BullmqExecutor | undefined> {
  if (queue === undefined) {
    if (store !== undefined || keep !== undefined) throw new UsageError(`--${store === undefined ? "keep" : "store"} needs --queue`);
    return undefined;
  }
  if (workers !== undefined) throw new UsageError("--workers are threads of this process, --queue has workers of its own: leave one out");
  const { bullmqExecutor } = await import("../search/executors/bullmq/executor.js");
  const executor = bullmqExecutor({ connection: queue, ...given({ store, keep }), onNotice: tellNotice } as BullmqOptions);
  const { workers: there, slots } = await executor.open();
  if (!json && !quiet) say(`queue ${printable(placeOf(queue))}: ${count(there, "worker")}, ${count(slots, "trial")} side by side`);
  return executor;
}

/** Prints what a person should know while a command waits or goes on. */
export function tellNotice({ kind, text }: QueueNotice): void {
  if (kind === "workers") return;
  // over a progress bar, which is drawn again
  process.stderr.write(`${process.stderr.isTTY ? "\r\u001b[K" : ""}stepsize: ${printable(text)}\n`);
}
