import { Command } from "commander";
import { searchLearningRate } from "../entries/index.js";
import { searchDocument } from "../search/report/document.js";
import { count, metricsText, short } from "../search/report/format.js";
import { searchReport } from "../search/report/search.js";
import { rateChart } from "./chart.js";
import { FailedError, InterruptedError } from "./errors.js";
import { Interrupt } from "./interrupt.js";
import { hasRate, optimizerOf } from "./optimizer.js";
import { contextOf, describeRun, introduce, readData, startEngine } from "./prepare.js";
import { Progress } from "./progress.js";
import { addSettings, type Settings, sized } from "./settings.js";
import { searchTable } from "./table.js";
import { paint, printable, say } from "./terminal.js";
import { numberOf, ratesOf } from "./values.js";
import { checkOutputs, writeWhole } from "./write.js";

interface Flags extends Settings {
  rates?: number[];
  repeats: number;
  backend?: string;
  report: string | false;
  json?: boolean;
  quiet?: boolean;
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
    .option("--repeats <count>", "runs for each rate, with seeds of their own", numberOf, 1)
    .optionsGroup("Output:")
    .option("--report <file>", "where the page with the plots goes", "report.html")
    .option("--no-report", "write no page")
    .option("--json", "print one JSON document instead of words")
    .option("-q, --quiet", "print the best rate and nothing else")
    .option("--backend <name>", "wasm or js (default: wasm if available)")
    .action(search);
}

async function search(file: string, flags: Flags): Promise<void> {
  const { rates, repeats, report, json = false, quiet = false } = flags;
  const words = !json && !quiet;
  if (report !== false) await checkOutputs([{ flag: "--report", path: report }], [file]);
  const parts = await readData(file, flags);
  // a schedule of height 1: the search scales it, as it does the rates inside one, to each rate
  const height = (flags.schedule === undefined ? flags.warmup !== undefined : hasRate(flags.schedule)) ? 1 : undefined;
  const settings = sized(flags, parts.training.rows);
  const run = describeRun(settings, parts, optimizerOf(settings, height, parts.training.rows));
  const engine = await startEngine(flags.backend);
  const context = contextOf(file, parts, run, engine);
  if (words) say([...introduce(context, run), ""]);

  using interrupt = new Interrupt();
  const started = performance.now();
  const result = await (async () => {
    using progress = new Progress((rates?.length ?? 13) * repeats * run.epochs, !quiet);
    try {
      return await searchLearningRate(run, parts, {
        ...(rates !== undefined && { rates }),
        repeats,
        engine,
        signal: interrupt.abort,
        onEpoch: ({ rate, epoch, done }) => progress.update(done, { rate, epoch: epoch.epoch, epochs: run.epochs, loss: epoch.loss }),
      });
    } catch (error) {
      if (interrupt.signal === undefined) throw error;
      throw new InterruptedError(interrupt.signal, "interrupted: the search wrote nothing");
    }
  })();
  const seconds = (performance.now() - started) / 1000;

  const document = searchDocument(context, result, { repeats });
  if (report !== false) await writeWhole(report, searchReport(document));
  const { best, good, test, notes } = result;
  if (json) say(JSON.stringify(document));
  if (quiet && !json && best !== null) say(String(best.rate));
  if (words) {
    say([searchTable(result, context), "", ...(result.rates.length > 1 ? [...rateChart(result), ""] : [])]);
    if (best !== null && good !== null) {
      const alone = result.rates.length === 1 ? "the only one tried" : "no other rate of the grid is as good";
      const range = good.from === good.to ? alone : `good from ${short(good.from)} to ${short(good.to)}`;
      say(`${paint("bold", `best learning rate ${short(best.rate)}`)}, ${range}`);
      if (best.validation !== null) say(`  on the validation rows: ${metricsText(best.validation, context.data, printable)}`);
      if (test !== null) say(`  on ${count(context.data.rows.test, "held-out row")}: ${metricsText(test, context.data, printable)}`);
    }
    say([...notes.map((note) => `  note: ${note}`), `  ${count(result.rates.length * repeats, "run")} in ${seconds.toFixed(1)} s`]);
    if (report !== false) say(`report: ${report}`);
  }
  if (best === null) throw new FailedError("every rate diverged: try lower rates (--rates), or check the data");
}
