import { availableParallelism } from "node:os";
import type { Engine } from "../engine/engine.js";
import { integer } from "../options/options.js";
import type { Plan } from "../search/conduct.js";
import { type WorkersExecutor, type WorkersOptions, workersExecutor } from "../search/executors/workers.js";
import { defaultRates } from "../search/rates.js";
import type { CheckedRun } from "../training/run.js";
import { compileLater } from "./compiler.js";
import { oneLine } from "./errors.js";
import { given, parametersOf } from "./prepare.js";

export interface PoolFlags {
  rates?: number[];
  repeats?: number;
  workers?: number;
  backend?: string;
}

/** What a search will run, as far as that is known. */
interface Runs {
  rates?: readonly number[] | undefined;
  repeats?: number | undefined;
  trials?: number | undefined;
  prune?: boolean | undefined;
  epochs: number;
}

/** Multiplications and additions in the products of a search for which a second worker starts at once: a third of a second of them. */
const WORTH = 1e10;
/** Of each parameter with each row: one of both forward and two back. */
const EACH = 6;
/** A pruned search takes 27 to 37 % of the steps. */
const PRUNED = 1 / 3;
/** Cells of a byte of a file, about: numbers of two or three characters and a comma, and the same compressed. */
const CELLS = { plain: 0.3, packed: 2 };

/** Workers for a search, of which this thread is one, unless one trial at a time is wanted or all there is. As many as were asked for start while the file is read. */
export function startPool({ workers, backend, rates = defaultRates(), repeats }: PoolFlags, engine: Engine): WorkersExecutor | undefined {
  if (workers !== undefined) integer(undefined, { min: 1 }).read(workers, "--workers");
  const trials = rates.length * (repeats ?? 1);
  const count = Math.min(workers ?? availableParallelism(), trials);
  if (count === 1) return undefined;
  const pool = workersExecutor({ workers: count, engine, ...given({ backend }) } as WorkersOptions);
  if (workers !== undefined) pool.prepare(trials);
  return pool;
}

/**
 * Starts a second worker while a file is read that is probably worth one, by its size: other threads start while nothing trains, in half of the time. Of a file that is not what it
 * seems, a thread was started in vain.
 */
export function startEarly(pool: WorkersExecutor, runs: Runs & { hidden: readonly number[] }, path: string, bytes: number): void {
  const cells = bytes * (/\.gz$/i.test(path) ? CELLS.packed : CELLS.plain);
  if (takesLong(runs, cells * (runs.hidden[0] ?? 1))) pool.prepare(2);
}

/**
 * Starts a second worker at once where products will take longer than its start; others start when they are worth it, as the second does where steps are short: most of such a
 * step is JavaScript, which each thread has to compile first.
 */
export function startSecond(pool: WorkersExecutor, { rates, repeats, prune, budget }: Plan, run: CheckedRun, rows: number): void {
  if (!takesLong({ rates, repeats, prune, trials: budget?.trials, epochs: run.epochs }, rows * parametersOf(run))) return;
  // both threads train now: is there a processor left that compiles?
  if (availableParallelism() <= 2) compileLater();
  pool.prepare(2);
}

/** Whether products take longer than the start of a worker; an epoch takes so many rows times parameters. */
function takesLong(
  { rates = defaultRates(), repeats = 1, trials = Number.POSITIVE_INFINITY, prune = false, epochs }: Runs,
  epoch: number,
): boolean {
  return Math.min(rates.length * repeats, trials) * epochs * epoch * EACH * (prune ? PRUNED : 1) >= WORTH;
}

export function tellShortfall(pool: WorkersExecutor | undefined): void {
  const why = pool?.shortfall ?? null;
  if (why !== null) process.stderr.write(`note: no more workers could be started (${oneLine(why)}): fewer trials ran side by side\n`);
}
