import { Command } from "commander";
import { rangeTest } from "../search/range-test.js";
import { rangeMarks } from "../search/range-words.js";
import { count, short } from "../search/report/format.js";
import { type RangeTestDocument, rangeTestDocument, rangeTestReport } from "../search/report/range-test.js";
import { curveChart } from "./chart.js";
import { commandLine, wordsAfter } from "./commandline.js";
import { InterruptedError } from "./errors.js";
import { Interrupt } from "./interrupt.js";
import { contextOf, introduce, readData, startEngine, unscaledRun } from "./prepare.js";
import { addSettings, type Settings } from "./settings.js";
import { attempt } from "./tell.js";
import { paint, say, wrapped } from "./terminal.js";
import { numberOf } from "./values.js";
import { checkOutputs, writeWhole } from "./write.js";

interface Flags extends Settings {
  from: number;
  to: number;
  steps: number;
  repeats: number;
  backend?: string;
  report: string | false;
  json?: boolean;
  quiet?: boolean;
}

export function rangeTestCommand(): Command {
  const command = new Command("range-test")
    .argument("<file>", 'a CSV file with a header, may be gzipped; "-" for the standard input')
    .summary("let the rate rise over some hundred steps, and say where learning begins and where it breaks down")
    .description(
      "Trains for a hundred steps while the learning rate rises, a few times from other seeds, and says from the loss which rates are worth a search. It takes a " +
        "fraction of a second, and sees neither whole runs nor other rows: search does.",
    );
  return addSettings(command)
    .optionsGroup("Range test:")
    .option("--from <rate>", "the lowest rate", numberOf, 1e-7)
    .option("--to <rate>", "the highest rate", numberOf, 10)
    .option("--steps <count>", "steps from the lowest to the highest", numberOf, 100)
    .option("--repeats <count>", "runs, each with the next seed", numberOf, 3)
    .optionsGroup("Output:")
    .option("--report <file>", "where the page with the plot goes", "report.html")
    .option("--no-report", "write no page")
    .option("--json", "print one JSON document instead of words")
    .option("-q, --quiet", "print the lowest and the highest rate to look at, and nothing else")
    .option("--backend <name>", "wasm or js (default: wasm if available)")
    .action(run);
}

async function run(file: string, flags: Flags, command: Command): Promise<void> {
  const { from, to, steps, repeats, report, json = false, quiet = false } = flags;
  const words = !json && !quiet;
  if (report !== false) await checkOutputs([{ flag: "--report", path: report }], [file]);
  const parts = await readData(file, flags);
  const described = unscaledRun(flags, parts);
  const engine = await startEngine(flags.backend);
  const context = contextOf(file, parts, described, engine);
  if (words) say([...introduce(context, described), ""]);
  using interrupt = new Interrupt();
  const result = await rangeTest(engine, described, parts, { from, to, steps, repeats, signal: interrupt.abort }).catch(
    (error: unknown) => {
      if (interrupt.signal === undefined) throw error;
      throw new InterruptedError(interrupt.signal, "interrupted: the range test wrote nothing");
    },
  );
  const { suggestion } = result;
  const line = suggestion && commandLine("search", command, wordsAfter(command), RANGE_ONLY, ["--rates", gridOf(suggestion)]);
  const document = rangeTestDocument(context, result, line);
  const failed = report === false ? undefined : await attempt(() => writeWhole(report, rangeTestReport(document)));
  if (json) say(JSON.stringify(document));
  if (quiet && !json && suggestion !== null) say(`${short(suggestion.from)} ${short(suggestion.to)}`);
  if (words) {
    say([...chart(document), "", paint("bold", wrapped(document.headline, ""))]);
    if (line !== null) say(["search there with:", `  ${line}`]);
    if (report !== false && failed === undefined) say(`report: ${report}`);
  }
  if (failed !== undefined) throw failed;
}

/** Flags of a range test that `search` does not have, or that mean something else there. */
const RANGE_ONLY: ReadonlySet<string> = new Set(["--from", "--to", "--steps", "--repeats", "--report", "--no-report", "--json", "--quiet"]);

/** Whole decades, from one below the rates to look at, two rates a decade, as a person would type it. */
function gridOf({ from, to }: { from: number; to: number }): string {
  const [low, high] = [Math.floor(Math.log10(from)) - 1, Math.ceil(Math.log10(to))];
  return `1e${low}:1e${high}:${2 * (high - low) + 1}`;
}

function chart(document: RangeTestDocument): string[] {
  const { curve, runs } = document;
  const marks = rangeMarks(document);
  const ends = [short(curve[0]?.rate ?? 0), short(curve.at(-1)?.rate ?? 0)] as const;
  const values = curve.map(({ smoothed }) => smoothed);
  const signs = marks.flatMap(({ rate, sign }) => {
    const index = curve.findIndex((point) => point.rate >= rate * 0.999);
    return index < 0 ? [] : [{ index, sign: paint("bold", sign) }];
  });
  return [
    ...curveChart(
      `smoothed loss against the rising learning rate, the mean of ${count(runs.length, "run")}`,
      values,
      ends,
      values.every((value) => value > 0),
      signs,
    ),
    wrapped(`          ${marks.map(({ rate, sign, name }) => `${sign} ${name} (${short(rate)})`).join("  ")}`, "          "),
  ];
}
