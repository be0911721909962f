import { Command } from "commander";
import { searchLearningRate } from "../entries/index.js";
import type { SearchResult } from "../search/conclude.js";
import { rangeTest } from "../search/range-test.js";
import { ratesWorth } from "../search/rates.js";
import { searchDocument } from "../search/report/document.js";
import { count, metricsText, percent } from "../search/report/format.js";
import { searchReport } from "../search/report/search.js";
import { stability, stabilityText } from "../search/stability.js";
import { noteText } from "../search/words.js";
import { rateChart } from "./chart.js";
import { trainLine, wordsAfter } from "./commandline.js";
import { FailedError, InterruptedError } from "./errors.js";
import { Interrupt } from "./interrupt.js";
import { unscaledOptimizer } from "./optimizer.js";
import { contextOf, describeRun, introduce, readData, startEngine } from "./prepare.js";
import { Progress } from "./progress.js";
import { addSettings, sized } from "./settings.js";
import { runStudy, type StudyFlags } from "./study.js";
import { searchTable } from "./table.js";
import { paint, printable, say, wrapped } from "./terminal.js";
import { numberOf, ratesOf } from "./values.js";
import { variationOf } from "./vary.js";
import { checkOutputs, writeWhole } from "./write.js";

interface Flags extends StudyFlags {
  rates?: number[];
  repeats?: number;
  widen?: boolean;
  zoom?: boolean;
  rangeTest?: boolean;
  theory?: boolean;
  backend?: string;
}

export function searchCommand(): Command {
  const command = new Command("search")
    .argument("<file>", 'a CSV file with a header, may be gzipped; "-" for the standard input')
    .summary("try learning rates and say which are too low, good, too high, or diverge")
    .description(
      "Trains the same network from the same initial weights with each learning rate, judges each by its score on rows held out for " +
        "validation, and checks the best one on rows that played no part in the choice.",
    );
  return addSettings(command)
    .optionsGroup("Search:")
    .option("--rates <from:to:count>", "a log grid, or a list as in 0.001,0.01 (default: 1e-6:1:13)", ratesOf)
    .option(
      "--repeats <count>",
      "runs for each rate, each with a split, initial weights and an order of its own (default: 1, and more on small data)",
      numberOf,
    )
    .option("--widen", "go on beyond an edge of the grid while the answer lies there (default without --rates)")
    .option("--no-widen", "stay within the grid")
    .option("--range-test", "begin with a range test, and search only the decades around its lowest loss")
    .option(
      "--vary <field=values>",
      "search the rates of every combination of fields, as in batchSize=16,32, optimizer=adam,sgd, schedule=constant,cosine or optimizer.weightDecay=1e-4:1e-1:4; may be repeated",
      variationOf,
    )
    .option("--combinations <count>", "with --vary, try so many of them, spread evenly", numberOf)
    .option("--sampling <how>", "which ones: quasirandom or random (default: quasirandom)")
    .option("--theory", "measure the curvature of the loss too, and say up to which rate steps are stable (a run more)")
    .option("--zoom", "in the end try rates between those beside the best")
    .optionsGroup("Output:")
    .option("--report <file>", "where the page with the plots goes", "report.html")
    .option("--no-report", "write no page")
    .option("--json", "print one JSON document instead of words")
    .option("-q, --quiet", "print the best rate and nothing else")
    .option("--backend <name>", "wasm or js (default: wasm if available)")
    .action(search);
}

async function search(file: string, flags: Flags, command: Command): Promise<void> {
  const { repeats, report, json = false, quiet = false } = flags;
  const words = !json && !quiet;
  if (report !== false) await checkOutputs([{ flag: "--report", path: report }], [file]);
  const parts = await readData(file, flags);
  const settings = sized(flags, parts.training.rows);
  const run = describeRun(settings, parts, unscaledOptimizer(settings, parts.training.rows));
  const engine = await startEngine(flags.backend);
  const context = contextOf(file, parts, run, engine);
  if (words) say([...introduce(context, run), ""]);
  const { rates = flags.rangeTest ? ratesWorth(await rangeTest(engine, run, parts)) : undefined } = flags;

  using interrupt = new Interrupt();
  const options = {
    ...(rates !== undefined && { rates }),
    ...(repeats !== undefined && { repeats }),
    widen: flags.widen ?? flags.rates === undefined,
    ...(flags.zoom && { zoom: true }),
    resplit: true,
    signal: interrupt.abort,
  };
  const stopped = (error: unknown): never => {
    if (interrupt.signal === undefined) throw error;
    throw new InterruptedError(interrupt.signal, "interrupted: the search wrote nothing");
  };
  if (flags.vary !== undefined) {
    await runStudy(flags.vary, flags, { parts, engine, context, command, own: SEARCH_ONLY }, options).catch(stopped);
    return;
  }
  const started = performance.now();
  const result = await (async () => {
    using progress = new Progress(1, !quiet);
    return searchLearningRate(run, parts, {
      ...options,
      engine,
      onEpoch: ({ rate, epoch, done, total }) =>
        progress.update(done, total, { rate, epoch: epoch.epoch, epochs: run.epochs, loss: epoch.loss }),
    }).catch(stopped);
  })();
  const seconds = (performance.now() - started) / 1000;

  const line = result.best && trainLine(command, wordsAfter(command), result.best.rate, SEARCH_ONLY);
  const theory =
    flags.theory && result.best !== null ? await stability(engine, run, parts, result.best.rate, { signal: interrupt.abort }) : undefined;
  const document = searchDocument(context, result, line, theory);
  if (report !== false) await writeWhole(report, searchReport(document));
  const { best, test, notes } = result;
  if (json) say(JSON.stringify(document));
  if (quiet && !json && best !== null) say(String(best.rate));
  if (words) {
    say([searchTable(result, context), "", ...(result.rates.length > 1 ? [...rateChart(result), ""] : [])]);
    say(paint("bold", wrapped(document.headline, "")));
    if (best !== null) {
      if (best.validation !== null)
        say(wrapped(`  on the validation rows: ${metricsText(best.validation, context.data, printable)}${guessText(result)}`, "    "));
      if (test !== null) say(`  on ${count(context.data.rows.test, "held-out row")}: ${metricsText(test, context.data, printable)}`);
    }
    if (theory !== undefined) say(wrapped(`  theory: ${stabilityText(theory)}`, "    "));
    const runs = result.rates.reduce((sum, { trials }) => sum + trials.length, 0);
    say([...notes.map((note) => wrapped(`  note: ${noteText(note)}`, "    ")), `  ${count(runs, "run")} in ${seconds.toFixed(1)} s`]);
    if (line !== null) say(["train with it:", `  ${line}`]);
    if (report !== false) say(`report: ${report}`);
  }
  if (best === null) throw new FailedError("every rate diverged: try lower rates (--rates), or check the data");
}

/** What always answering the most frequent class scores, which tells what a score is worth. */
function guessText({ guessing: { score }, scoreName }: SearchResult): string {
  return score === null || scoreName !== "accuracy" ? "" : `; always the most frequent class: ${percent(score)}`;
}

/** Flags of a search that `train` does not have, that name the page of the search, or that change no number. */
const SEARCH_ONLY: ReadonlySet<string> = new Set([
  "--vary",
  "--combinations",
  "--sampling",
  "--theory",
  "--rates",
  "--repeats",
  "--range-test",
  "--widen",
  "--no-widen",
  "--zoom",
  "--report",
  "--no-report",
  "--json",
  "--quiet",
  "--backend",
]);
