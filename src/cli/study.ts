import Table from "cli-table3";
import type { CSVParts } from "../data/csv.js";
import type { Engine } from "../engine/engine.js";
import type { Context } from "../search/report/context.js";
import { count, scoreText, scoreTitle, short } from "../search/report/format.js";
import { ranked, type StudyDocument, studyDocument, studyReport } from "../search/report/study.js";
import type { SearchOptions } from "../search/search.js";
import { type StudyResult, searchRuns } from "../search/study.js";
import { differenceReason, STANDINGS, valueText } from "../search/study-words.js";
import { combinationsOf, type Variations } from "../search/vary.js";
import type { CheckedRun } from "../training/run.js";
import type { Outputs } from "./answer.js";
import { FailedError } from "./errors.js";
import { unscaledRun } from "./prepare.js";
import { Progress } from "./progress.js";
import type { Settings } from "./settings.js";
import { BARE, errorsLine, trimmed } from "./table.js";
import { attempt } from "./tell.js";
import { paint, printable, say, width, wrapped } from "./terminal.js";
import { flagsOf, varied } from "./vary.js";
import { writeWhole } from "./write.js";

export interface StudyFlags extends Settings, Outputs {
  vary?: Variations;
  combinations?: number;
  sampling?: "quasirandom" | "random";
}

/** A run of a study on the command line. */
export interface VariedRun {
  readonly values: Readonly<Record<string, unknown>>;
  readonly run: CheckedRun;
}

/** The runs of every combination. */
export function variedRuns(vary: Variations, flags: StudyFlags, parts: CSVParts): VariedRun[] {
  const { combinations, sampling, seed } = flags;
  const chosen = { ...(combinations !== undefined && { combinations }), ...(sampling !== undefined && { sampling }) };
  return combinationsOf(vary, chosen, seed).map((values) => ({ values, run: unscaledRun(varied(flags, values), parts) }));
}

/** Searches the rates of every combination. */
export async function runStudy(
  runs: readonly VariedRun[],
  { json = false, quiet = false }: Pick<StudyFlags, "json" | "quiet">,
  { parts, engine }: { parts: CSVParts; engine: Engine },
  options: Omit<SearchOptions, "engine" | "onEpoch">,
): Promise<StudyResult> {
  const fields = Object.keys(runs[0]?.values ?? {}).join(", ");
  const { seconds, trials } = options.budget ?? {};
  const budget = [...(seconds === undefined ? [] : [`${short(seconds)} s`]), ...(trials === undefined ? [] : [count(trials, "run")])];
  const shares = budget.length > 0 ? `, in equal shares of ${budget.join(" and ")}` : "";
  if (!json && !quiet) say([`${count(runs.length, "combination")} of ${fields}, each at its own best rate${shares}`, ""]);
  using progress = new Progress(1, !quiet, seconds);
  let index = 0;
  return await searchRuns(engine, runs, parts, {
    ...options,
    onSearch: ({ index: now }) => {
      index = now;
    },
    onEpoch: ({ rate, epoch, done, total }) => {
      const { epochs } = (runs[index] as VariedRun).run;
      progress.update(index * total + done, runs.length * total, { rate, epoch: epoch.epoch, epochs, loss: epoch.loss });
    },
  });
}

/** The flags that train the combination to use with its best rate; undefined where every one fails. */
export function winnerFlags({ best, combinations }: StudyResult): string[] | undefined {
  const winner = best === null ? undefined : combinations[best];
  return winner && [...flagsOf(winner.values), "--rate", String(winner.search.best?.rate)];
}

/**
 * Prints how combinations stand beside each other, and writes the page.
 *
 * @param line the command line that trains the best, if there is one.
 * @param took how long it took, in words.
 * @throws FailedError when every rate of every combination failed.
 */
export async function tellStudy(
  result: StudyResult,
  context: Context,
  line: string | null,
  took: string,
  { report, json = false, quiet = false }: Outputs,
): Promise<void> {
  const document = studyDocument(context, result, line);
  const failed = report === false ? undefined : await attempt(() => writeWhole(report, studyReport(document)));
  if (json) say(JSON.stringify(document));
  if (quiet && !json && line !== null) say(line);
  if (!json && !quiet) {
    say([studyTable(document), "", paint("bold", wrapped(printable(document.headline), ""))]);
    const all = result.combinations.reduce(
      (sum, { search }) => sum + search.rates.reduce((runs, { trials }) => runs + trials.length, 0),
      0,
    );
    say(`  ${count(all, "run")}${took}`);
    if (line !== null) say(["train the best with:", `  ${line}`]);
    if (report !== false && failed === undefined) say(`report: ${report}`);
  }
  if (failed !== undefined) throw failed;
  if (result.best === null) throw new FailedError("every rate of every combination failed: try lower rates (--rates), or check the data");
}

/** A line for each combination, from the best to the worst. */
function studyTable(document: StudyDocument): string {
  const { combinations, fields, best, data } = document;
  const names = ranked(document).map((i) => {
    const { values, search, sensitivity, width: decades, standing, text } = combinations[i] as StudyDocument["combinations"][number];
    const number = (value: number | null | undefined) => (value === null || value === undefined ? "–" : short(value));
    return [
      i === best ? "→" : STANDINGS[standing].mark,
      ...fields.map((field) => printable(valueText(values[field]))),
      number(search.best?.rate),
      scoreText(search.best?.validation?.score, data) || "–",
      number(search.best?.validation?.loss),
      number(sensitivity?.value),
      decades === null ? "–" : decades.toFixed(1),
      text,
    ];
  });
  const wide = width() >= 90;
  const head = ["", ...fields.map(printable), "best rate", scoreTitle(data), "loss", "sensit.", "width", "beside the best"];
  const kept = (cells: string[]) => (wide ? cells : cells.filter((_, i) => i < fields.length + 4));
  const rows = [kept(head), ...names.map(kept)];
  const widths = rows[0]?.map((_, i) => Math.min(28, 2 + Math.max(...rows.map((cells) => (cells[i] as string).length)))) ?? [];
  const last = widths.length - 1;
  if (wide) widths[last] = Math.max(16, width() - widths.slice(0, last).reduce((sum, columns) => sum + columns, 0));
  const table = new Table({
    head: rows[0] as string[],
    colWidths: widths,
    chars: BARE,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 1 },
    wordWrap: true,
  });
  table.push(...rows.slice(1));
  const reasons = wide ? combinations.flatMap(differenceReason) : [];
  return `${trimmed(table)}${errorsLine(reasons)}`;
}
