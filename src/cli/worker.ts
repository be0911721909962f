import { Command } from "commander";
import { coreHash, version } from "../generated/hash.js";
import type { BullmqWorkerOptions } from "../search/executors/bullmq/worker.js";
import { count } from "../search/report/format.js";
import { limitInlining } from "./compiler.js";
import { InterruptedError, UsageError } from "./errors.js";
import { Interrupt } from "./interrupt.js";
import { given } from "./prepare.js";
import { queueOption, storeOption, tellNotice } from "./queue.js";
import { printable, say } from "./terminal.js";
import { numberOf, secondsOf } from "./values.js";

interface Flags {
  queue?: string;
  concurrency?: number;
  store?: string;
  takeOver?: number;
  backend?: string;
  quiet?: boolean;
}

export function workerCommand(): Command {
  return new Command("worker")
    .summary("run the trials of searches on other machines, from a queue in Redis")
    .description(
      "Takes trials off a queue that stepsize search --queue fills, and runs them until it is stopped. As many machines may do so as there are; all need the same version of stepsize.",
    )
    .addOption(queueOption())
    .option("--concurrency <count>", "trials side by side (default: as many as there are processors)", numberOf)
    .addOption(storeOption())
    .option("--take-over <time>", "take over the trials of a worker that gives no sign of life for this long (default: 30s)", secondsOf)
    .option("--backend <name>", "wasm or js (default: wasm if available)")
    .option("-q, --quiet", "say nothing unless something is wrong")
    .action(work);
}

async function work({ queue, concurrency, store, takeOver, backend, quiet = false }: Flags): Promise<void> {
  if (queue === undefined) throw new UsageError("--queue is missing: where is Redis? As in --queue redis://host:port/0");
  const { bullmqWorker } = await import("../search/executors/bullmq/worker.js");
  using interrupt = new Interrupt();
  const options = { connection: queue, ...given({ concurrency, store, takeOver, backend }), onNotice: tellNotice };
  await using worker = bullmqWorker(options as BullmqWorkerOptions);
  const place = await worker.open();
  limitInlining();
  if (!quiet)
    say(`worker at ${printable(place)}, ${count(worker.concurrency, "trial")} side by side; stepsize ${version}, core ${coreHash}`);
  const stopped = new Promise<void>((resolve) => interrupt.abort.addEventListener("abort", () => resolve(), { once: true }));
  await Promise.race([worker.ended, stopped]);
  await worker.close();
  if (interrupt.signal !== undefined)
    throw new InterruptedError(
      interrupt.signal,
      `stopped after ${count(worker.trials, "trial")}: what was under way goes to other workers`,
    );
}
