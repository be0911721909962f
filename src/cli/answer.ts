import type { Command } from "commander";
import type { SearchResult } from "../search/conclude.js";
import type { Context } from "../search/report/context.js";
import { searchDocument } from "../search/report/document.js";
import { count, metricsText, percent } from "../search/report/format.js";
import { searchReport } from "../search/report/search.js";
import { type Stability, stabilityText } from "../search/stability.js";
import { noteText, notRunText } from "../search/words.js";
import { rateChart } from "./chart.js";
import { FailedError } from "./errors.js";
import { searchTable } from "./table.js";
import { attempt } from "./tell.js";
import { paint, printable, say, wrapped } from "./terminal.js";
import { writeWhole } from "./write.js";

/** Where the answer of a search goes. */
export interface Outputs {
  report: string | false;
  json?: boolean;
  quiet?: boolean;
}

export function addOutputs(command: Command): Command {
  return command
    .optionsGroup("Output:")
    .option("--report <file>", "where the page with the plots goes", "report.html")
    .option("--no-report", "write no page")
    .option("--json", "print one JSON document instead of words")
    .option("-q, --quiet", "print the best rate and nothing else");
}

/**
 * Prints the answer of a search and writes its page.
 *
 * @param line the command line that trains with the rate to use, if there is one.
 * @param took how long it took, in words.
 * @throws FailedError when every rate failed.
 */
export async function tellAnswer(
  result: SearchResult,
  context: Context,
  line: string | null,
  took: string,
  { report, json = false, quiet = false }: Outputs,
  theory?: Stability,
): Promise<void> {
  const document = searchDocument(context, result, line, theory);
  const failed = report === false ? undefined : await attempt(() => writeWhole(report, searchReport(document)));
  const { best, test, notes } = result;
  const left = notRunText(result);
  if (json) say(JSON.stringify(document));
  else if (quiet) {
    if (best !== null) say(String(best.rate));
    if (left !== "") process.stderr.write(`note: ${left}\n`);
  } else {
    say([searchTable(result, context), "", ...(result.rates.length > 1 ? [...rateChart(result), ""] : [])]);
    say(paint("bold", wrapped(document.headline, "")));
    if (best !== null) {
      if (best.validation !== null)
        say(wrapped(`  on the validation rows: ${metricsText(best.validation, context, printable)}${guessText(result)}`, "    "));
      if (test !== null) say(`  on ${count(context.data.rows.test, "held-out row")}: ${metricsText(test, context, printable)}`);
    }
    if (theory !== undefined) say(wrapped(`  theory: ${stabilityText(theory)}`, "    "));
    const runs = result.rates.reduce((sum, { trials }) => sum + trials.length, 0);
    say([...notes.map((note) => wrapped(`  note: ${noteText(note)}`, "    ")), `  ${count(runs, "run")}${took}`]);
    if (line !== null) say(["train with it:", `  ${line}`]);
    if (report !== false && failed === undefined) say(`report: ${report}`);
  }
  if (failed !== undefined) throw failed;
  if (best === null)
    throw new FailedError(
      left === "" ? "every rate diverged: try lower rates (--rates), or check the data" : `every rate that was run diverged, and ${left}`,
    );
}

/** What always answering the most frequent class scores, which tells what a score is worth. */
function guessText({ guessing: { score }, scoreName }: SearchResult): string {
  return score === null || scoreName !== "accuracy" ? "" : `; always the most frequent class: ${percent(score)}`;
}
