import { Command } from "commander";
import type { CSVParts } from "../data/csv.js";
import { searchLearningRate } from "../entries/index.js";
import type { Budget, Plan } from "../search/conduct.js";
import { dataFingerprint } from "../search/ledger.js";
import { headOf } from "../search/ledger-lines.js";
import { rangeTest } from "../search/range-test.js";
import { ratesWorth } from "../search/rates.js";
import { count } from "../search/report/format.js";
import { readPlan, subjectOf } from "../search/search.js";
import { stability } from "../search/stability.js";
import type { StudyResult } from "../search/study.js";
import type { CheckedRun } from "../training/run.js";
import { addOutputs, type Outputs, tellAnswer } from "./answer.js";
import { commandLine, trainLine, wordsAfter } from "./commandline.js";
import { InterruptedError } from "./errors.js";
import { sizeOf } from "./files.js";
import { Interrupt } from "./interrupt.js";
import { LedgerFile } from "./ledger.js";
import { type PoolFlags, startEarly, startPool, startSecond, tellShortfall } from "./pool.js";
import { contextOf, given, introduce, readData, startEngine, unscaledRun } from "./prepare.js";
import { Progress } from "./progress.js";
import { addQueue, type QueueFlags, startQueue } from "./queue.js";
import { addSettings } from "./settings.js";
import { runStudy, type StudyFlags, tellStudy, type VariedRun, variedRuns, winnerFlags } from "./study.js";
import { printable, say } from "./terminal.js";
import { numberOf, ratesOf, secondsOf } from "./values.js";
import { variationOf } from "./vary.js";
import { checkOutputs } from "./write.js";

interface Flags extends StudyFlags, Outputs, QueueFlags, PoolFlags {
  widen?: boolean;
  zoom?: boolean;
  rangeTest?: boolean;
  theory?: boolean;
  time?: number;
  trials?: number;
  prune?: boolean;
  ledger?: string;
}

export function searchCommand(): Command {
  const command = new Command("search")
    .argument("<file>", 'a CSV file with a header, may be gzipped; "-" for the standard input')
    .summary("try learning rates and say which are too low, good, too high, or diverge")
    .description(
      "Trains the same network from the same initial weights with each learning rate, judges each by its score on rows held out for " +
        "validation, and checks the best one on rows that played no part in the choice.",
    );
  addSettings(command)
    .optionsGroup("Search:")
    .option("--rates <from:to:count>", "a log grid, or a list as in 0.001,0.01 (default: 1e-6:1:13)", ratesOf)
    .option(
      "--repeats <count>",
      "the least number of runs for each rate, each with a split, initial weights and an order of its own; on small data rates that cannot be told apart run again, but for --repeats 1 (default: one, and again on small data)",
      numberOf,
    )
    .option("--time <time>", "race rates that cannot be told apart on for this long in all, as in 90s, 10m or 2h", secondsOf)
    .option("--trials <count>", "the same up to this many runs in all", numberOf)
    .option("--prune", "look at runs after a ninth and a third of their epochs, and go on only with those that may be the best")
    .option("--widen", "go on beyond an edge of the grid while the answer lies there")
    .option("--zoom", "in the end try rates between those beside the best")
    .option("--range-test", "begin with a range test, and search only the decades around its lowest loss")
    .option("--theory", "measure the curvature of the loss too, and say up to which rate steps are stable (a run more)")
    .option(
      "--vary <field=values>",
      "search the rates of every combination of fields, as in batchSize=16,32, optimizer=adam,sgd, schedule=constant,cosine or optimizer.weightDecay=1e-4:1e-1:4; may be repeated",
      variationOf,
    )
    .option("--combinations <count>", "with --vary, try so many of them, spread evenly", numberOf)
    .option("--sampling <how>", "which ones: quasirandom or random (default: quasirandom)")
    .option("--workers <count>", "trials side by side; the answer is the same (default: as many as there are processors)", numberOf)
    .option("--ledger <file>", "keep every trial in this file as soon as it is done; the same command goes on from there");
  return addOutputs(addQueue(command)).option("--backend <name>", "wasm or js (default: wasm if available)").action(search);
}

async function search(file: string, flags: Flags, command: Command): Promise<void> {
  const { repeats, time, trials, prune, widen, zoom, ledger: ledgerPath, report, json = false, quiet = false } = flags;
  const outputs = [
    ...(report === false ? [] : [{ flag: "--report", path: report }]),
    ...(ledgerPath === undefined ? [] : [{ flag: "--ledger", path: ledgerPath }]),
  ];
  const [engine, size = 0] = await Promise.all([startEngine(flags.backend), sizeOf(file), checkOutputs(outputs, [file])]);
  using pool = flags.queue === undefined ? startPool(flags, engine) : undefined;
  if (pool !== undefined) startEarly(pool, flags, file, size);
  const parts = await readData(file, flags);
  const study = flags.vary && variedRuns(flags.vary, flags, parts);
  const run = runWithout(study, flags, parts);
  const context = contextOf(file, parts, run, engine);
  const { rates = flags.rangeTest ? ratesWorth(await rangeTest(engine, run, parts)) : undefined } = flags;
  const plan = readPlan({ ...given({ rates, repeats, prune, widen, zoom }), resplit: true, ...budgetOf(time, trials) } as Partial<Plan>);
  if (pool !== undefined) startSecond(pool, plan, run, parts.training.rows);
  const words = wordsAfter(command);
  const keepIn = (path: string) => {
    const subject = subjectOf(run, parts);
    return new LedgerFile(path, headOf(context, subject.facts, dataFingerprint(parts)), subject, { plan, words, ...(study && { study }) });
  };
  using ledger = ledgerPath === undefined ? undefined : keepIn(ledgerPath);
  if (!json && !quiet) say([...introduce(context, run), ...(ledger ? [ledgerLine(ledgerPath as string, ledger.before)] : []), ""]);

  await using queue = await startQueue(flags);
  const executor = queue ?? pool;
  using interrupt = new Interrupt();
  const stopped = (error: unknown): never => {
    if (interrupt.signal === undefined) throw error;
    throw new InterruptedError(interrupt.signal, whatIsKept(ledgerPath, ledger));
  };
  const options = { ...plan, ...(executor && { executor }), ...(ledger && { ledger }), signal: interrupt.abort };
  const started = performance.now();
  const took = () => ` in ${((performance.now() - started) / 1000).toFixed(1)} s`;
  if (study !== undefined) {
    const result = await runStudy(study, flags, { parts, engine }, options).catch(stopped);
    pool?.dispose();
    tellShortfall(pool);
    await tellStudy(result, context, studyLineFor(words, result, command), took(), flags);
    return;
  }
  const result = await (async () => {
    using progress = new Progress(1, !quiet, time);
    return await searchLearningRate(run, parts, {
      ...options,
      engine,
      onEpoch: ({ rate, epoch, done, total }) =>
        progress.update(done, total, { rate, epoch: epoch.epoch, epochs: run.epochs, loss: epoch.loss }),
    }).catch(stopped);
  })();
  // threads end while the answer is written
  pool?.dispose();
  const seconds = took();
  const line = result.best && trainLineFor(words, result.best.rate, command);
  const theory =
    flags.theory && result.best !== null
      ? await stability(engine, run, parts, result.best.rate, { signal: interrupt.abort }).catch(stopped)
      : undefined;
  tellShortfall(pool);
  await tellAnswer(result, context, line, seconds, flags, theory);
}

/** The run of a search, or that around what a study varies; where it is none without, as an optimizer that goes around another, the first of the study. */
function runWithout(study: readonly VariedRun[] | undefined, flags: Flags, parts: CSVParts): CheckedRun {
  try {
    return unscaledRun(flags, parts);
  } catch (error) {
    const first = study?.[0];
    if (first === undefined) throw error;
    return first.run;
  }
}

function budgetOf(seconds: number | undefined, trials: number | undefined): { budget?: Budget } {
  const budget = { ...(seconds !== undefined && { seconds }), ...(trials !== undefined && { trials }) };
  return Object.keys(budget).length > 0 ? { budget } : {};
}

function ledgerLine(path: string, before: number): string {
  return `ledger ${printable(path)}${before > 0 ? `: goes on after ${count(before, "trial")}` : ""}`;
}

function whatIsKept(path: string | undefined, ledger: LedgerFile | undefined): string {
  if (path === undefined || ledger === undefined)
    return "interrupted: the search wrote nothing (--ledger FILE keeps every trial that is done)";
  const name = printable(path);
  return `interrupted: ${name} has ${ledger.paused ?? `${count(ledger.size, "trial")}; the same command goes on, stepsize report ${name} shows them`}`;
}

/** Flags of a search that `train` does not have, that name the page of the search, or that change no number. */
const SEARCH_ONLY: ReadonlySet<string> = new Set([
  ...["--rates", "--repeats", "--time", "--trials", "--prune", "--workers", "--ledger"],
  ...["--widen", "--zoom", "--range-test", "--theory", "--vary", "--combinations", "--sampling"],
  ...["--report", "--no-report", "--json", "--quiet", "--backend"],
]);

/** The command line that trains with a rate, for the words of a search. */
export function trainLineFor(words: readonly string[], rate: number, command = searchCommand()): string {
  return trainLine(command, words, rate, SEARCH_ONLY);
}

/** The command line that trains the best combination of a study, for the words of its search. */
export function studyLineFor(words: readonly string[], result: StudyResult, command = searchCommand()): string | null {
  const flags = winnerFlags(result);
  if (flags === undefined) return null;
  const own = new Set([...SEARCH_ONLY, ...flags.filter((flag) => flag.startsWith("--") && flag !== "--set")]);
  return commandLine("train", command, words, own, flags);
}
