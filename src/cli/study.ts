import Table from "cli-table3";
import type { Command } from "commander";
import type { CSVParts } from "../data/csv.js";
import type { Engine } from "../engine/engine.js";
import type { Context } from "../search/report/context.js";
import { count, scoreText, scoreTitle, short } from "../search/report/format.js";
import { ranked, type StudyDocument, studyDocument, studyReport } from "../search/report/study.js";
import type { SearchOptions } from "../search/search.js";
import { searchRuns } from "../search/study.js";
import { STANDINGS, valueText } from "../search/study-words.js";
import { combinationsOf, type Variations } from "../search/vary.js";
import { commandLine, wordsAfter } from "./commandline.js";
import { FailedError } from "./errors.js";
import { unscaledOptimizer } from "./optimizer.js";
import { describeRun } from "./prepare.js";
import { Progress } from "./progress.js";
import { type Settings, sized } from "./settings.js";
import { BARE } from "./table.js";
import { paint, printable, say, width, wrapped } from "./terminal.js";
import { flagsOf, varied } from "./vary.js";
import { writeWhole } from "./write.js";

export interface StudyFlags extends Settings {
  vary?: Variations;
  combinations?: number;
  sampling?: "quasirandom" | "random";
  report: string | false;
  json?: boolean;
  quiet?: boolean;
}

/** Searches the rates of every combination and tells how they stand beside each other. */
export async function runStudy(
  vary: Variations,
  flags: StudyFlags,
  {
    parts,
    engine,
    context,
    command,
    own,
  }: { parts: CSVParts; engine: Engine; context: Context; command: Command; own: ReadonlySet<string> },
  options: Omit<SearchOptions, "engine" | "onEpoch">,
): Promise<void> {
  const { combinations, sampling, report, json = false, quiet = false, seed } = flags;
  const words = !json && !quiet;
  const chosen = { ...(combinations !== undefined && { combinations }), ...(sampling !== undefined && { sampling }) };
  const { rows } = parts.training;
  const runs = combinationsOf(vary, chosen, seed).map((values) => {
    const settings = sized(varied(flags, values), rows);
    return { values, run: describeRun(settings, parts, unscaledOptimizer(settings, rows)) };
  });
  if (words) say([`${count(runs.length, "combination")} of ${Object.keys(vary).join(", ")}, each at its own best rate`, ""]);
  const started = performance.now();
  const result = await (async () => {
    using progress = new Progress(1, !quiet);
    let index = 0;
    return await searchRuns(engine, runs, parts, {
      ...options,
      onSearch: ({ index: now }) => {
        index = now;
      },
      onEpoch: ({ rate, epoch, done, total }) => {
        const { epochs } = (runs[index] as (typeof runs)[number]).run;
        progress.update(index * total + done, runs.length * total, { rate, epoch: epoch.epoch, epochs, loss: epoch.loss });
      },
    });
  })();
  const seconds = (performance.now() - started) / 1000;
  const winner = result.best === null ? undefined : result.combinations[result.best];
  const line =
    winner === undefined
      ? null
      : commandLine("train", command, wordsAfter(command), own, [...flagsOf(winner.values), "--rate", String(winner.search.best?.rate)]);
  const document = studyDocument(context, result, line);
  if (report !== false) await writeWhole(report, studyReport(document));
  if (json) say(JSON.stringify(document));
  if (quiet && !json && line !== null) say(line);
  if (words) {
    say([studyTable(document), "", paint("bold", wrapped(printable(document.headline), ""))]);
    const all = result.combinations.reduce(
      (sum, { search }) => sum + search.rates.reduce((runs, { trials }) => runs + trials.length, 0),
      0,
    );
    say(`  ${count(all, "run")} in ${seconds.toFixed(1)} s`);
    if (line !== null) say(["train the best with:", `  ${line}`]);
    if (report !== false) say(`report: ${report}`);
  }
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
  return table.toString().replace(/ +$/gm, "");
}
