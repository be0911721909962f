import { availableParallelism } from "node:os";
import { Command } from "commander";
import { coreHash } from "../generated/hash.js";
import { Random } from "../numerics/random.js";
import { integer } from "../options/options.js";
import type { Job } from "../search/executors/executor.js";
import { workersExecutor } from "../search/executors/workers.js";
import { dataFingerprint, writeJSON } from "../search/ledger.js";
import { runHash } from "../search/ledger-lines.js";
import { count } from "../search/report/format.js";
import type { TrialResult } from "../search/trial.js";
import { runFromJSON } from "../training/from-json.js";
import type { CheckedRun } from "../training/run.js";
import { FailedError, InterruptedError, UsageError } from "./errors.js";
import { Interrupt } from "./interrupt.js";
import { openLedger } from "./ledger.js";
import { readData } from "./prepare.js";
import { searchCommand } from "./search.js";
import type { Settings } from "./settings.js";
import { printable, say } from "./terminal.js";
import { numberOf } from "./values.js";

interface Flags {
  sample?: number;
  seed: number;
  workers?: number;
  quiet?: boolean;
}

export function verifyCommand(): Command {
  return new Command("verify")
    .argument("<ledger>", "the file of a search --ledger")
    .argument("[file]", "its data (default: the file that the search was given)")
    .summary("run trials of a ledger again, and compare their bits")
    .description("Trials have the same bits on every machine: runs those of a ledger again, from its data, and says which of them differ.")
    .option("--sample <count>", "so many of them, drawn by lot (default: all)", numberOf)
    .option("--seed <number>", "decides which", numberOf, 1)
    .option("--workers <count>", "trials side by side (default: as many as there are processors)", numberOf)
    .option("-q, --quiet", "say nothing unless something differs")
    .action(verify);
}

async function verify(path: string, file: string | undefined, { sample, seed, workers, quiet = false }: Flags): Promise<void> {
  if (sample !== undefined) integer(undefined, { min: 1 }).read(sample, "--sample");
  if (workers !== undefined) integer(undefined, { min: 1 }).read(workers, "--workers");
  const name = printable(path);
  const { head, asked, trials: all } = openLedger(path);
  if (head.core !== coreHash) throw new UsageError(`${name} was written by another version (core ${head.core}): run it with that one`);
  const data = await dataOf(asked.words, file);
  if (dataFingerprint(data) !== head.data.hash)
    throw new UsageError(`these are not the data of ${name}: cells, or how they are split, differ`);
  const runs = new Map(
    [head.run, ...(asked.study ?? []).map(({ run }) => run)].map((run) => [runHash(run), runFromJSON(run) as CheckedRun]),
  );
  const done = all.filter(({ result }) => result.lost === undefined);
  const trials = shuffled(done, seed).slice(0, sample ?? done.length);
  if (trials.length === 0) throw new UsageError(`${name} has no trial that has ended yet`);
  const jobs = trials.map(({ rate, seed, split, until, of = runHash(head.run) }): Job => {
    const run = runs.get(of);
    if (run === undefined) throw new UsageError(`${name} has trials of a run that is not in it`);
    return { run, rate, repeat: seed - run.seed, seed, split, ...(until !== undefined && { until }) };
  });
  using interrupt = new Interrupt();
  using pool = workersExecutor({ workers: Math.min(workers ?? availableParallelism(), jobs.length) });
  const results = await pool.run(jobs, { data, signal: interrupt.abort }).catch((error) => {
    if (interrupt.signal === undefined) throw error;
    throw new InterruptedError(interrupt.signal, "interrupted: nothing is said of trials that were not run");
  });
  const wrong = trials.flatMap(({ rate, seed, result }, i) => {
    const again = results[i] as TrialResult;
    if (same(result, again)) return [];
    return [`rate ${rate}, seed ${seed}: ${weightsOf(result)} in the ledger, ${weightsOf(again)} here`];
  });
  if (wrong.length > 0) {
    say(wrong.map(printable));
    throw new FailedError(`${wrong.length} of ${count(trials.length, "trial")} of ${name} differ when they are run again`);
  }
  if (!quiet) say(`${trials.length} of ${count(all.length, "trial")} of ${name}, run again: the same bits`);
}

function same({ checkpoint: _, ...one }: TrialResult, { checkpoint: __, ...other }: TrialResult): boolean {
  return writeJSON(one) === writeJSON(other);
}

function weightsOf({ weights, divergence, paused }: TrialResult): string {
  if (weights !== null) return `weights ${weights}`;
  return divergence === null ? `paused after epoch ${paused}` : `${divergence.what} not finite after step ${divergence.step}`;
}

/** The data of a search, as the words of its command line say. */
async function dataOf(words: readonly string[], file: string | undefined) {
  let asked: { path: string; settings: Settings } | undefined;
  const command = searchCommand()
    .exitOverride()
    .action((path: string, settings: Settings) => {
      asked = { path, settings };
    });
  await command.parseAsync(words, { from: "user" });
  const { path, settings } = asked as NonNullable<typeof asked>;
  if (file === undefined && path === "-")
    throw new UsageError("the search read its data from the standard input: name their file behind the ledger");
  return readData(file ?? path, settings);
}

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = new Random(seed, "verify");
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}
